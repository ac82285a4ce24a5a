// labelling.hpp: by_elimination(). Programs without goto have graphs whose tables stay small: nested loops and
// branches need one neighbour more each.
#include <algorithm>
#include <map>
#include <set>

#include "host/regfile/labelling.hpp"

namespace sky::regfile {

namespace {

/// A cost that depends on the labels of `nodes`: bit i of the index is the label of nodes[i].
struct Table {
    std::vector<uint32_t> nodes;  // ascending
    std::vector<int64_t> cost;
};

/// The index into `table` of an assignment to `nodes`, of which the table's are a part.
std::vector<uint32_t> bits_of(const Table& table, const std::vector<uint32_t>& nodes) {
    std::vector<uint32_t> bits;
    for (const uint32_t node : table.nodes)
        bits.push_back(static_cast<uint32_t>(std::lower_bound(nodes.begin(), nodes.end(), node) - nodes.begin()));
    return bits;
}

size_t index_in(const std::vector<uint32_t>& bits, size_t assignment) {
    size_t index = 0;
    for (size_t i = 0; i < bits.size(); ++i) index |= (assignment >> bits[i] & 1) << i;
    return index;
}

class Elimination {
   public:
    explicit Elimination(const Labelling& problem) : touching_(problem.nodes.size()), neighbours_(touching_.size()) {
        for (uint32_t i = 0; i < problem.nodes.size(); ++i)
            keep({.nodes = {i}, .cost = {problem.nodes[i].cost[0], problem.nodes[i].cost[1]}});
        for (const Labelling::Edge& edge : problem.edges) {
            const auto& c = edge.cost;
            if (edge.from < edge.to) {
                keep({.nodes = {edge.from, edge.to}, .cost = {c[0][0], c[1][0], c[0][1], c[1][1]}});
            } else {
                keep({.nodes = {edge.to, edge.from}, .cost = {c[0][0], c[0][1], c[1][0], c[1][1]}});
            }
        }
    }

    std::optional<Labels> run(uint32_t max_neighbours) {
        std::set<std::pair<size_t, uint32_t>> order;
        for (uint32_t i = 0; i < neighbours_.size(); ++i) order.emplace(neighbours_[i].size(), i);
        while (!order.empty()) {
            const auto [degree, node] = *order.begin();
            if (degree > max_neighbours) return std::nullopt;
            order.erase(order.begin());
            for (const uint32_t other : neighbours_[node]) order.erase({neighbours_[other].size(), other});
            const std::set<uint32_t> others = neighbours_[node];
            eliminate(node);
            for (const uint32_t other : others) order.emplace(neighbours_[other].size(), other);
        }
        return labels();
    }

   private:
    struct Choice {
        uint32_t node = 0;
        std::vector<uint32_t> others;
        std::vector<uint8_t> best;  // label of node, by the labels of the others
    };

    void keep(Table table) {
        const auto number = static_cast<uint32_t>(tables_.size());
        for (const uint32_t a : table.nodes) {
            touching_[a].insert(number);
            for (const uint32_t b : table.nodes)
                if (a != b) neighbours_[a].insert(b);
        }
        tables_.push_back(std::move(table));
    }

    /// Replaces all tables of `node` by one over its neighbours: what its better label costs.
    void eliminate(uint32_t node) {
        const std::vector<uint32_t> others(neighbours_[node].begin(), neighbours_[node].end());
        std::vector<uint32_t> all = others;
        all.insert(std::lower_bound(all.begin(), all.end(), node), node);
        std::vector<int64_t> sum(size_t{1} << all.size());
        for (const uint32_t number : std::set<uint32_t>(touching_[node])) {
            const Table table = std::move(tables_[number]);
            const std::vector<uint32_t> bits = bits_of(table, all);
            for (size_t i = 0; i < sum.size(); ++i) sum[i] += table.cost[index_in(bits, i)];
            for (const uint32_t other : table.nodes) touching_[other].erase(number);
        }
        const auto position = static_cast<size_t>(std::lower_bound(all.begin(), all.end(), node) - all.begin());
        Choice choice{.node = node, .others = others, .best = {}};
        Table table{.nodes = others, .cost = {}};
        for (size_t i = 0; i < sum.size() / 2; ++i) {
            const size_t low = i & ((size_t{1} << position) - 1);
            const size_t zero = low | (i - low) << 1;
            const size_t one = zero | size_t{1} << position;
            choice.best.push_back(sum[one] < sum[zero] ? 1 : 0);
            table.cost.push_back(std::min(sum[zero], sum[one]));
        }
        choices_.push_back(std::move(choice));
        for (const uint32_t other : others) neighbours_[other].erase(node);
        if (!others.empty()) keep(std::move(table));
    }

    [[nodiscard]] Labels labels() const {
        Labels out(neighbours_.size());
        for (size_t last = choices_.size(); last > 0; --last) {
            const Choice& choice = choices_[last - 1];
            size_t index = 0;
            for (size_t i = 0; i < choice.others.size(); ++i) index |= size_t{out[choice.others[i]]} << i;
            out[choice.node] = choice.best[index];
        }
        return out;
    }

    std::vector<Table> tables_;
    std::vector<std::set<uint32_t>> touching_;  // tables of each node
    std::vector<std::set<uint32_t>> neighbours_;
    std::vector<Choice> choices_;
};

}  // namespace

std::optional<Labels> by_elimination(const Labelling& problem, uint32_t max_neighbours) {
    return Elimination(problem).run(max_neighbours);
}

}  // namespace sky::regfile
