// Is a minimum cut the best plan, and what is done where it cannot be?
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <set>

#include "host/regfile/plan.hpp"
#include "tests/support/seed.hpp"

namespace sky::regfile {
namespace {

using Random = std::mt19937_64;

uint64_t pick(Random& random, uint64_t below) { return random() % below; }

/// Up to 12 blocks with up to 8 accesses each, half of them on few registers; any block may lead to any other.
AccessGraph random_graph(Random& random) {
    AccessGraph graph;
    const auto blocks = static_cast<uint32_t>(1 + pick(random, 12));
    for (uint32_t i = 0; i < blocks; ++i) {
        AccessGraph::Node node{
            .pc = 0x80000000 + 16 * i, .count = 1 + pick(random, 50), .instructions = 4, .accesses = {}};
        const uint64_t reach = pick(random, 2) == 0 ? 2 : 31;
        for (uint64_t n = 1 + pick(random, 8); n > 0; --n)
            node.accesses.push_back(static_cast<uint8_t>(1 + pick(random, reach)));
        graph.nodes.push_back(node);
    }
    graph.edges.push_back({AccessGraph::kStart, 0, 1});
    for (uint32_t from = 0; from < blocks; ++from)
        for (uint32_t to = 0; to < blocks; ++to)
            if (pick(random, 3) == 0) graph.edges.push_back({from, to, 1 + pick(random, 50)});
    return graph;
}

SwitchCosts random_switch_costs(Random& random) {
    constexpr uint64_t kMost[] = {1, 100, 5000};
    const uint64_t most = kMost[pick(random, 3)];
    const uint64_t salt = random();
    return [=](uint8_t last, const AccessGraph::Node& to) {
        Random own(salt + to.pc + last);
        return SwitchCost{.to_vertical = pick(own, most), .to_horizontal = pick(own, most)};
    };
}

/// Any edge may cost anything.
Labelling random_labelling(Random& random) {
    Labelling out;
    const uint64_t nodes = 1 + pick(random, 12);
    const auto cost = [&random] { return static_cast<int64_t>(pick(random, 100)); };
    for (uint64_t i = 0; i < nodes; ++i) out.nodes.push_back({{cost(), cost()}});
    for (uint32_t from = 0; from < nodes; ++from)
        for (uint32_t to = 0; to < nodes; ++to)
            if (from != to && pick(random, 4) == 0)
                out.edges.push_back({.from = from, .to = to, .cost = {{{cost(), cost()}, {cost(), cost()}}}});
    return out;
}

/// with_few_changes() as plainly as it can be said: all regions anew after each change.
class PlainRegions {
   public:
    PlainRegions(const AccessGraph& graph, const Labelling& choice) : graph_(graph), choice_(choice) {}

    [[nodiscard]] size_t changed(const Labels& modes) const {
        std::set<uint32_t> nodes;
        for (const AccessGraph::Edge& edge : graph_.edges)
            if ((edge.from == AccessGraph::kStart ? 0 : modes[edge.from]) != modes[edge.to] &&
                graph_.nodes[edge.to].instructions != 0)
                nodes.insert(edge.to);
        return nodes.size();
    }
    /// Nothing when all blocks that hang together have one mode.
    [[nodiscard]] std::optional<Labels> cheapest(const Labels& modes) const {
        std::optional<Labels> best;
        std::vector<bool> done(modes.size());
        for (uint32_t first = 0; first < modes.size(); ++first) {
            if (done[first]) continue;
            Labels flipped = modes;
            const bool borders = flip(modes, first, flipped, done);
            if (borders && (!best || choice_.cost(flipped) < choice_.cost(*best))) best = flipped;
        }
        return best;
    }

   private:
    bool flip(const Labels& modes, uint32_t first, Labels& flipped, std::vector<bool>& done) const {
        std::vector<uint32_t> waiting{first};
        bool borders = false;
        done[first] = true;
        while (!waiting.empty()) {
            const uint32_t node = waiting.back();
            waiting.pop_back();
            flipped[node] = modes[node] ^ 1;
            for (const Labelling::Edge& edge : choice_.edges) {
                if (edge.from != node && edge.to != node) continue;
                const uint32_t other = edge.from == node ? edge.to : edge.from;
                borders = borders || modes[other] != modes[node];
                if (modes[other] != modes[node] || done[other]) continue;
                done[other] = true;
                waiting.push_back(other);
            }
        }
        return borders;
    }

    const AccessGraph& graph_;
    const Labelling& choice_;
};

constexpr int kRounds = 300;

TEST(Labelling, MinimumCutIsAsGoodAsTheBestOfAllPlans) {
    Random random(test::seed());
    int mixed = 0;
    for (int round = 0; round < kRounds; ++round) {
        const AccessGraph graph = random_graph(random);
        const Labelling choice = mode_choice(graph, {}, random_switch_costs(random));
        ASSERT_FALSE(choice.not_submodular()) << "round " << round;
        const int64_t best = choice.cost(by_brute_force(choice));
        const Labels cut = minimum_cut(choice);
        ASSERT_EQ(choice.cost(cut), best) << "round " << round;
        const Solution solution = best_labels(choice);
        EXPECT_EQ(solution.cost, best);
        EXPECT_TRUE(solution.proven && solution.warning.empty());
        mixed += cut != Labels(cut.size(), 0) && cut != Labels(cut.size(), 1) ? 1 : 0;
    }
    EXPECT_GT(mixed, kRounds / 10) << "most plans use one mode: the test says little";
}

TEST(Labelling, DynamicProgrammingFindsTheBestWhereAMinimumCutCannot) {
    Random random(test::seed() + 1);
    int not_submodular = 0;
    for (int round = 0; round < kRounds; ++round) {
        const Labelling problem = random_labelling(random);
        const int64_t best = problem.cost(by_brute_force(problem));
        const auto labels = by_elimination(problem);
        ASSERT_TRUE(labels);
        ASSERT_EQ(problem.cost(*labels), best) << "round " << round;
        const Solution solution = best_labels(problem);
        EXPECT_EQ(solution.cost, best) << "round " << round;
        EXPECT_TRUE(solution.proven);
        EXPECT_EQ(solution.warning.empty(), !problem.not_submodular());
        if (problem.not_submodular()) {
            ++not_submodular;
            EXPECT_THROW((void)minimum_cut(problem), std::invalid_argument);
        }
    }
    EXPECT_GT(not_submodular, kRounds / 2);
}

TEST(Labelling, WhatIsTooEntangledIsSaidToBeUnproven) {
    Random random(test::seed() + 2);
    Labelling problem;
    constexpr uint32_t kNodes = 22;
    for (uint32_t i = 0; i < kNodes; ++i) problem.nodes.push_back({{static_cast<int64_t>(pick(random, 9)), 4}});
    for (uint32_t a = 0; a < kNodes; ++a)
        for (uint32_t b = 0; b < a; ++b) problem.edges.push_back({.from = a, .to = b, .cost = {{{3, 1}, {0, 3}}}});
    EXPECT_FALSE(by_elimination(problem));
    const Solution solution = best_labels(problem);
    EXPECT_FALSE(solution.proven);
    EXPECT_NE(solution.warning.find("may not be the best"), std::string::npos);
    EXPECT_EQ(solution.cost, problem.cost(solution.labels));
    EXPECT_EQ(descended(problem, solution.labels), solution.labels) << "a single change would save something";
}

TEST(Labelling, GreedyIsBetweenTheBestAndTheBetterStaticMode) {
    Random random(test::seed() + 3);
    int better_than_static = 0;
    for (int round = 0; round < kRounds; ++round) {
        const AccessGraph graph = random_graph(random);
        const Labelling choice = mode_choice(graph, {}, random_switch_costs(random));
        const int64_t cost = choice.cost(greedy(choice));
        const int64_t fixed =
            std::min(choice.cost(Labels(graph.nodes.size(), 0)), choice.cost(Labels(graph.nodes.size(), 1)));
        ASSERT_LE(cost, fixed) << "round " << round;
        ASSERT_GE(cost, choice.cost(minimum_cut(choice)));
        better_than_static += cost < fixed ? 1 : 0;
    }
    EXPECT_GT(better_than_static, 0);
}

TEST(Labelling, FewerRecommendationsCostNoLessAndAreNoMoreThanAsked) {
    Random random(test::seed() + 4);
    const Liveness nothing(Code(ElfFile()), {});
    int limited = 0;
    for (int round = 0; round < kRounds; ++round) {
        const AccessGraph graph = random_graph(random);
        const Labelling choice = mode_choice(graph, {}, same_everywhere({}));
        const Labels best = minimum_cut(choice);
        const int64_t cost = choice.cost(best);
        for (uint32_t entries = 12; entries > 0; --entries) {
            const Labels few = with_few_changes(graph, choice, best, entries);
            ASSERT_LE(recommendations(graph, few, nothing).size(), entries) << "round " << round;
            ASSERT_GE(choice.cost(few), cost);
            limited += few != best ? 1 : 0;
        }
    }
    EXPECT_GT(limited, kRounds / 4) << "hardly a plan had to give something up: the test says little";
}

TEST(Labelling, FewChangesAreFoundByChangingTheCheapestRegionAgainAndAgain) {
    Random random(test::seed());
    uint64_t changes = 0;
    for (int round = 0; round < kRounds; ++round) {
        const AccessGraph graph = random_graph(random);
        const Labelling choice = mode_choice(graph, {}, random_switch_costs(random));
        Labels modes(graph.nodes.size());
        for (uint8_t& mode : modes) mode = static_cast<uint8_t>(pick(random, 2));
        const PlainRegions plain(graph, choice);
        const auto entries = static_cast<uint32_t>(pick(random, 4));
        Labels expected = modes;
        while (plain.changed(expected) > entries) {
            const std::optional<Labels> next = plain.cheapest(expected);
            if (!next) break;
            expected = *next;
            ++changes;
        }
        ASSERT_EQ(with_few_changes(graph, choice, modes, entries), expected) << "round " << round;
    }
    EXPECT_GT(changes, kRounds / 3) << "hardly anything was changed: the test says little";
}

}  // namespace
}  // namespace sky::regfile
