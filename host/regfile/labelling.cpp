#include "host/regfile/labelling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace sky::regfile {

namespace {

/// What of the cost each node can change: its edges, from either end.
class Neighbours {
   public:
    explicit Neighbours(const Labelling& problem) : problem_(problem), edges_(problem.nodes.size()) {
        for (uint32_t i = 0; i < problem.edges.size(); ++i) {
            edges_[problem.edges[i].from].push_back(i);
            edges_[problem.edges[i].to].push_back(i);
        }
    }

    [[nodiscard]] int64_t node_change(uint32_t node, const Labels& labels) const {
        const auto& cost = problem_.nodes[node].cost;
        return cost[1U - labels[node]] - cost[labels[node]];
    }
    [[nodiscard]] int64_t edge_change(uint32_t node, const Labels& labels) const {
        int64_t change = 0;
        for (const uint32_t i : edges_[node]) {
            const Labelling::Edge& edge = problem_.edges[i];
            const uint8_t from = labels[edge.from];
            const uint8_t to = labels[edge.to];
            change -= edge.cost[from][to];
            change += edge.from == node ? edge.cost[1U - from][to] : edge.cost[from][1U - to];
        }
        return change;
    }

   private:
    const Labelling& problem_;
    std::vector<std::vector<uint32_t>> edges_;
};

Labels better_of_both(const Labelling& problem) {
    Labels zeros(problem.nodes.size(), 0);
    Labels ones(problem.nodes.size(), 1);
    return problem.cost(ones) < problem.cost(zeros) ? ones : zeros;
}

/// Without what edges that are not submodular have too much.
Labelling truncated(Labelling problem) {
    for (Labelling::Edge& edge : problem.edges) {
        auto& cost = edge.cost;
        cost[0][0] = std::min(cost[0][0], cost[0][1] + cost[1][0] - cost[1][1]);
    }
    return problem;
}

}  // namespace

int64_t Labelling::cost(const Labels& labels) const {
    int64_t sum = 0;
    for (size_t i = 0; i < nodes.size(); ++i) sum += nodes[i].cost[labels[i]];
    for (const Edge& edge : edges) sum += edge.cost[labels[edge.from]][labels[edge.to]];
    return sum;
}

std::optional<Labelling::Edge> Labelling::not_submodular() const {
    const auto found = std::find_if(edges.begin(), edges.end(), [](const Edge& edge) { return !edge.submodular(); });
    if (found == edges.end()) return std::nullopt;
    return *found;
}

Solution best_labels(const Labelling& problem) {
    Solution out;
    const std::optional<Labelling::Edge> bad = problem.not_submodular();
    if (!bad) {
        out.labels = minimum_cut(problem);
        out.cost = problem.cost(out.labels);
        return out;
    }
    const std::string what =
        fmt::format("the edge from block {} to block {} is not submodular ({} + {} > {} + {})", bad->from, bad->to,
                    bad->cost[0][0], bad->cost[1][1], bad->cost[0][1], bad->cost[1][0]);
    if (std::optional<Labels> exact = by_elimination(problem)) {
        out.labels = std::move(*exact);
        out.warning =
            what + ": a minimum cut would not be the best plan; dynamic programming over the graph found it";
    } else {
        out.proven = false;
        out.warning =
            what + ", and the graph is too entangled for dynamic programming: this plan may not be the best";
        out.labels = descended(problem, minimum_cut(truncated(problem)));
        for (Labels start : {better_of_both(problem), greedy(problem)})
            if (Labels labels = descended(problem, std::move(start)); problem.cost(labels) < problem.cost(out.labels))
                out.labels = std::move(labels);
    }
    out.cost = problem.cost(out.labels);
    return out;
}

Labels descended(const Labelling& problem, Labels from) {
    const Neighbours neighbours(problem);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t node = 0; node < from.size(); ++node) {
            if (neighbours.node_change(node, from) + neighbours.edge_change(node, from) >= 0) continue;
            from[node] ^= 1;
            changed = true;
        }
    }
    return from;
}

Labels by_brute_force(const Labelling& problem) {
    const size_t size = problem.nodes.size();
    if (size > 24) throw std::invalid_argument("brute force is for at most 24 nodes");
    Labels best;
    for (uint32_t all = 0; all < 1U << size; ++all) {
        Labels labels(size);
        for (size_t i = 0; i < size; ++i) labels[i] = all >> i & 1;
        if (best.empty() || problem.cost(labels) < problem.cost(best)) best = std::move(labels);
    }
    return best;
}

Labels greedy(const Labelling& problem, double hysteresis) {
    const Neighbours neighbours(problem);
    Labels labels = better_of_both(problem);
    std::vector<uint32_t> order(labels.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&, start = labels](uint32_t a, uint32_t b) {
        return neighbours.node_change(a, start) < neighbours.node_change(b, start);
    });
    for (const uint32_t node : order) {
        const int64_t saving = -neighbours.node_change(node, labels);
        const int64_t payment = neighbours.edge_change(node, labels);
        const double wanted = payment > 0 ? hysteresis * static_cast<double>(payment) : static_cast<double>(payment);
        if (static_cast<double>(saving) > wanted) labels[node] ^= 1;
    }
    return labels;
}

}  // namespace sky::regfile
