#include "host/regfile/plan.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

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

/// Blocks of one mode that edges connect, and what it costs to change all of them: a region joins those around it
/// then, whose costs follow from its borders alone.
class Regions {
   public:
    Regions(const AccessGraph& graph, const Labelling& choice, Labels& modes)
        : graph_(graph), choice_(choice), modes_(modes), region_(modes.size(), kNone), differing_(modes.size()) {
        std::vector<std::vector<uint32_t>> edges(modes.size());
        for (uint32_t i = 0; i < choice.edges.size(); ++i) {
            edges[choice.edges[i].from].push_back(i);
            edges[choice.edges[i].to].push_back(i);
        }
        for (uint32_t node = 0; node < modes.size(); ++node)
            if (region_[node] == kNone) fill(node, edges);
        for (uint32_t i = 0; i < choice.edges.size(); ++i) add_edge(i);
        for (const AccessGraph::Edge& edge : graph.edges)
            if (mode_of(modes, edge.from) != modes[edge.to]) ++differing_[edge.to];
        for (const AccessGraph::Edge& edge : graph.edges)
            if (edge.from == AccessGraph::kStart) parts_[region_[edge.to]].starts.push_back(edge.to);
        for (uint32_t node = 0; node < modes.size(); ++node) changed_ += counts(node) ? 1 : 0;
        for (uint32_t i = 0; i < parts_.size(); ++i) offer(i);
    }

    /// Blocks that some other one of the other mode leads to.
    [[nodiscard]] size_t changed() const { return changed_; }

    /// Changes the region for which that costs least. False: there is only one.
    bool change_cheapest() {
        while (!offers_.empty()) {
            const Offer best = *offers_.begin();
            offers_.erase(offers_.begin());
            if (parts_[best.region].nodes.empty() || parts_[best.region].live == 0) continue;
            change(best.region);
            return true;
        }
        return false;
    }

   private:
    static constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

    struct Part {
        std::vector<uint32_t> nodes;    // empty: it has joined another
        std::vector<uint32_t> borders;  // edges to other regions, and such as lead inside by now
        size_t live = 0;                // of them those to other regions
        std::vector<uint32_t> starts;   // nodes that a run comes to first
        uint32_t least = 0;             // node
        int64_t inside = 0;             // what nodes and edges inside cost more in the other mode
        int64_t outside = 0;            // the same of the edges to other regions
    };
    struct Offer {
        int64_t change = 0;
        uint32_t least = 0;
        uint32_t region = 0;

        bool operator<(const Offer& other) const {
            return std::tie(change, least, region) < std::tie(other.change, other.least, other.region);
        }
    };

    [[nodiscard]] int64_t cost(const Labelling::Edge& edge, uint32_t flip_from, uint32_t flip_to) const {
        return edge.cost[modes_[edge.from] ^ flip_from][modes_[edge.to] ^ flip_to];
    }
    /// What the change of one end of a border costs.
    [[nodiscard]] int64_t border_change(const Labelling::Edge& edge, uint32_t region) const {
        const bool from = region_[edge.from] == region;
        return cost(edge, from ? 1 : 0, from ? 0 : 1) - cost(edge, 0, 0);
    }
    [[nodiscard]] bool counts(uint32_t node) const {
        return differing_[node] != 0 && graph_.nodes[node].instructions != 0;
    }

    void fill(uint32_t first, const std::vector<std::vector<uint32_t>>& edges) {
        const auto number = static_cast<uint32_t>(parts_.size());
        Part& part = parts_.emplace_back();
        part.least = first;
        part.nodes.push_back(first);
        region_[first] = number;
        for (size_t next = 0; next < part.nodes.size(); ++next) {
            const uint32_t node = part.nodes[next];
            part.inside += choice_.nodes[node].cost[1U - modes_[node]] - choice_.nodes[node].cost[modes_[node]];
            for (const uint32_t i : edges[node]) {
                const uint32_t other = choice_.edges[i].from == node ? choice_.edges[i].to : choice_.edges[i].from;
                if (region_[other] != kNone || modes_[other] != modes_[first]) continue;
                region_[other] = number;
                part.nodes.push_back(other);
            }
        }
    }

    void add_edge(uint32_t number) {
        const Labelling::Edge& edge = choice_.edges[number];
        const uint32_t from = region_[edge.from];
        const uint32_t to = region_[edge.to];
        if (from == to) {
            parts_[from].inside += cost(edge, 1, 1) - cost(edge, 0, 0);
            return;
        }
        for (const uint32_t region : {from, to}) {
            parts_[region].outside += border_change(edge, region);
            parts_[region].borders.push_back(number);
            ++parts_[region].live;
        }
    }

    [[nodiscard]] Offer offer_of(uint32_t region) const {
        const Part& part = parts_[region];
        return {.change = part.inside + part.outside, .least = part.least, .region = region};
    }
    void offer(uint32_t region) { offers_.insert(offer_of(region)); }

    void set_differing(uint32_t node, int32_t by) {
        changed_ -= counts(node) ? 1 : 0;
        differing_[node] = static_cast<uint32_t>(static_cast<int32_t>(differing_[node]) + by);
        changed_ += counts(node) ? 1 : 0;
    }

    void change(uint32_t number) {
        Part part = std::move(parts_[number]);
        parts_[number] = {};
        std::vector<uint32_t> around;
        for (const uint32_t i : part.borders) {
            const Labelling::Edge& edge = choice_.edges[i];
            if (region_[edge.from] == region_[edge.to]) continue;
            const uint32_t other = region_[edge.from] == number ? region_[edge.to] : region_[edge.from];
            if (std::find(around.begin(), around.end(), other) == around.end()) {
                around.push_back(other);
                offers_.erase(offer_of(other));
            }
            parts_[other].outside -= border_change(edge, other);
            --parts_[other].live;
            set_differing(edge.to, -1);
        }
        for (const uint32_t node : part.nodes) modes_[node] ^= 1;
        for (const uint32_t node : part.starts) set_differing(node, modes_[node] == kHorizontal ? -1 : 1);
        part.inside = -part.inside;
        part.outside = 0;
        for (const uint32_t i : part.borders) {
            const Labelling::Edge& edge = choice_.edges[i];
            if (region_[edge.from] != region_[edge.to]) part.inside += cost(edge, 1, 1) - cost(edge, 0, 0);
        }
        part.borders.clear();
        part.live = 0;
        join(number, std::move(part), around);
    }

    /// The largest of them takes in the others.
    void join(uint32_t number, Part part, const std::vector<uint32_t>& around) {
        uint32_t into = number;
        size_t most = part.nodes.size();
        for (const uint32_t other : around)
            if (parts_[other].nodes.size() > most) {
                into = other;
                most = parts_[other].nodes.size();
            }
        parts_[number] = std::move(part);
        std::vector<uint32_t> all = around;
        all.push_back(number);
        Part& joined = parts_[into];
        for (const uint32_t one : all) {
            if (one == into) continue;
            Part other = std::move(parts_[one]);
            parts_[one] = {};
            for (const uint32_t node : other.nodes) region_[node] = into;
            joined.nodes.insert(joined.nodes.end(), other.nodes.begin(), other.nodes.end());
            joined.borders.insert(joined.borders.end(), other.borders.begin(), other.borders.end());
            joined.starts.insert(joined.starts.end(), other.starts.begin(), other.starts.end());
            joined.least = std::min(joined.least, other.least);
            joined.inside += other.inside;
            joined.outside += other.outside;
            joined.live += other.live;
        }
        offer(into);
    }

    const AccessGraph& graph_;
    const Labelling& choice_;
    Labels& modes_;
    std::vector<uint32_t> region_;
    std::vector<Part> parts_;
    std::vector<uint32_t> differing_;  // of each node, edges that come from the other mode
    size_t changed_ = 0;
    std::set<Offer> offers_;
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
    Regions regions(graph, choice, modes);
    while (regions.changed() > entries && regions.change_cheapest()) {
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
