#include "host/regfile/plan.hpp"

#include <limits>

namespace sky::regfile {

namespace {

constexpr auto kHorizontal = static_cast<uint8_t>(Mode::kHorizontal);

uint8_t mode_of(const Labels& modes, uint32_t node) {
    return node == AccessGraph::kStart ? kHorizontal : modes[node];
}

std::vector<bool> changed_to(const AccessGraph& graph, const Labels& modes) {
    std::vector<bool> out(graph.nodes.size());
    for (const AccessGraph::Edge& edge : graph.edges)
        if (mode_of(modes, edge.from) != modes[edge.to] && graph.nodes[edge.to].instructions != 0)
            out[edge.to] = true;
    return out;
}

size_t count(const std::vector<bool>& of) {
    size_t sum = 0;
    for (const bool one : of) sum += one ? 1 : 0;
    return sum;
}

/// Blocks of one mode that edges connect, and what it would cost to change all of them.
class Regions {
   public:
    Regions(const Labelling& choice, const Labels& modes)
        : choice_(choice), modes_(modes), region_(modes.size(), kNone), edges_(modes.size()) {
        for (uint32_t i = 0; i < choice.edges.size(); ++i) {
            edges_[choice.edges[i].from].push_back(i);
            edges_[choice.edges[i].to].push_back(i);
        }
        for (uint32_t node = 0; node < modes.size(); ++node)
            if (region_[node] == kNone) fill(node);
    }

    /// Changes the region for which that costs least, so that it joins all those around it. False: there is only one.
    bool change_cheapest(Labels& modes) const {
        std::vector<int64_t> change(count_);
        std::vector<bool> alone(count_, true);
        for (size_t i = 0; i < modes_.size(); ++i)
            change[region_[i]] += choice_.nodes[i].cost[1U - modes_[i]] - choice_.nodes[i].cost[modes_[i]];
        for (const Labelling::Edge& edge : choice_.edges) {
            const uint8_t from = modes_[edge.from];
            const uint8_t to = modes_[edge.to];
            if (from == to) {
                change[region_[edge.from]] += edge.cost[1U - from][1U - to] - edge.cost[from][to];
            } else {
                change[region_[edge.from]] += edge.cost[1U - from][to] - edge.cost[from][to];
                change[region_[edge.to]] += edge.cost[from][1U - to] - edge.cost[from][to];
                alone[region_[edge.from]] = alone[region_[edge.to]] = false;
            }
        }
        uint32_t cheapest = kNone;
        for (uint32_t i = 0; i < count_; ++i)
            if (!alone[i] && (cheapest == kNone || change[i] < change[cheapest])) cheapest = i;
        for (size_t i = 0; i < modes.size(); ++i)
            if (region_[i] == cheapest) modes[i] ^= 1;
        return cheapest != kNone;
    }

   private:
    static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

    void fill(uint32_t first) {
        std::vector<uint32_t> waiting{first};
        region_[first] = count_;
        while (!waiting.empty()) {
            const uint32_t node = waiting.back();
            waiting.pop_back();
            for (const uint32_t i : edges_[node]) {
                const uint32_t other = choice_.edges[i].from == node ? choice_.edges[i].to : choice_.edges[i].from;
                if (region_[other] != kNone || modes_[other] != modes_[first]) continue;
                region_[other] = count_;
                waiting.push_back(other);
            }
        }
        ++count_;
    }

    const Labelling& choice_;
    const Labels modes_;
    std::vector<uint32_t> region_;
    std::vector<std::vector<uint32_t>> edges_;
    uint32_t count_ = 0;
};

}  // namespace

std::vector<Recommendation> recommendations(const AccessGraph& graph, const Labels& modes, const Liveness& liveness) {
    const std::vector<bool> changed = changed_to(graph, modes);
    std::vector<Recommendation> out;
    for (size_t i = 0; i < changed.size(); ++i)
        if (changed[i])
            out.push_back({.pc = graph.nodes[i].pc,
                           .mode = static_cast<Mode>(modes[i]),
                           .live = liveness.before(graph.nodes[i].pc)});
    return out;
}

Labels with_few_changes(const AccessGraph& graph, const Labelling& choice, Labels modes, uint32_t entries) {
    while (count(changed_to(graph, modes)) > entries && Regions(choice, modes).change_cheapest(modes)) {
    }
    return modes;
}

uint64_t switches(const AccessGraph& graph, const Labels& modes) {
    uint64_t sum = 0;
    for (const AccessGraph::Edge& edge : graph.edges)
        if (mode_of(modes, edge.from) != modes[edge.to]) sum += edge.count;
    return sum;
}

}  // namespace sky::regfile
