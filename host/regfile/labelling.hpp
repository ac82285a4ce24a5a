#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sky::regfile {

using Labels = std::vector<uint8_t>;  ///< 0 or 1 of each node

/// One of two labels for each node, at the least cost: a node pays for its label, an edge for those of its two ends.
struct Labelling {
    struct Node {
        std::array<int64_t, 2> cost{};
    };
    struct Edge {
        uint32_t from = 0;
        uint32_t to = 0;                               ///< another node
        std::array<std::array<int64_t, 2>, 2> cost{};  ///< [label of from][label of to]

        /// Whether agreeing costs no more than differing: cost[0][0] + cost[1][1] <= cost[0][1] + cost[1][0].
        [[nodiscard]] bool submodular() const { return cost[0][0] + cost[1][1] <= cost[0][1] + cost[1][0]; }
    };
    std::vector<Node> nodes;
    std::vector<Edge> edges;

    [[nodiscard]] int64_t cost(const Labels& labels) const;
    /// The first edge that is not submodular: a minimum cut is the best labelling only if there is none.
    [[nodiscard]] std::optional<Edge> not_submodular() const;
};

/// A labelling and what is known about it.
struct Solution {
    Labels labels;
    int64_t cost = 0;
    bool proven = true;   ///< none is cheaper
    std::string warning;  ///< when it was not found by a minimum cut
};

/// By a minimum s-t cut. If an edge is not submodular by dynamic programming over the graph, with a warning; where
/// its loops are too entangled for that, by descent from the best of what is at hand, not proven.
[[nodiscard]] Solution best_labels(const Labelling& problem);

/// The parts of the above. Every edge must be submodular.
[[nodiscard]] Labels minimum_cut(const Labelling& problem);
/// Eliminates node by node, each with a table over its neighbours; nothing when one would have more than
/// `max_neighbours`.
[[nodiscard]] std::optional<Labels> by_elimination(const Labelling& problem, uint32_t max_neighbours = 18);
/// Changes single labels as long as that saves something.
[[nodiscard]] Labels descended(const Labelling& problem, Labels from);
/// Tries all; at most 24 nodes.
[[nodiscard]] Labels by_brute_force(const Labelling& problem);

/// The plain heuristic: from the better of all 0 and all 1, the nodes with the largest saving first, each once. A
/// label is changed if what the node saves is at least `hysteresis` times what its edges pay for the change.
[[nodiscard]] Labels greedy(const Labelling& problem, double hysteresis = 2);

}  // namespace sky::regfile
