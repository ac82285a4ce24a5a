#include "host/regfile/placement_search.hpp"

#include <cmath>
#include <random>

namespace sky::regfile {

namespace {

constexpr uint32_t kRegisters = model::rf::kRegisters;
constexpr uint32_t kStarts = 6;
constexpr uint32_t kExchanges = 120'000;  // of one annealing
constexpr double kLastShare = 1e-5;       // of the first temperature

double distance(uint8_t a, uint8_t b) { return a > b ? a - b : b - a; }

/// What exchanging the positions of two registers saves or costs.
double change(const Neighbourhood& n, const Placement& at, uint32_t a, uint32_t b) {
    double sum = n.from_rest[a] * (at[b] - at[a]) + n.from_rest[b] * (at[a] - at[b]);
    for (uint32_t other = 0; other < kRegisters; ++other) {
        if (other == a || other == b) continue;
        const double farther = distance(at[b], at[other]) - distance(at[a], at[other]);
        sum += (n.together[a][other] - n.together[b][other]) * farther;
    }
    return sum;
}

void descend(const Neighbourhood& n, Placement& at) {
    const double least = 1e-9 * n.steps(at);  // less is rounding
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t a = 0; a < kRegisters; ++a)
            for (uint32_t b = 0; b < a; ++b)
                if (change(n, at, a, b) < -least) {
                    std::swap(at[a], at[b]);
                    changed = true;
                }
    }
}

void anneal(const Neighbourhood& n, Placement& at, std::mt19937_64& random) {
    std::uniform_real_distribution<double> chance(0, 1);
    double temperature = n.steps(at) / kRegisters;
    const double cooling = std::pow(kLastShare, 1.0 / kExchanges);
    for (uint32_t i = 0; i < kExchanges; ++i, temperature *= cooling) {
        const auto a = static_cast<uint32_t>(random() % kRegisters);
        const auto b = static_cast<uint32_t>(random() % kRegisters);
        if (a == b) continue;
        const double worse = change(n, at, a, b);
        if (worse <= 0 || chance(random) < std::exp(-worse / temperature)) std::swap(at[a], at[b]);
    }
}

}  // namespace

void Neighbourhood::add(const AccessGraph& graph, double weight) {
    const auto follow = [&](uint8_t a, uint8_t b, uint64_t count) {
        if (a == b) return;
        together[a][b] += weight * static_cast<double>(count);
        together[b][a] += weight * static_cast<double>(count);
    };
    for (const AccessGraph::Node& node : graph.nodes)
        for (size_t i = 1; i < node.accesses.size(); ++i) follow(node.accesses[i - 1], node.accesses[i], node.count);
    for (const AccessGraph::Edge& edge : graph.edges) {
        const uint8_t to = graph.nodes[edge.to].first();
        if (edge.from == AccessGraph::kStart) {
            from_rest[to] += weight * static_cast<double>(edge.count);
        } else {
            follow(graph.nodes[edge.from].last(), to, edge.count);
        }
    }
}

double Neighbourhood::steps(const Placement& placement) const {
    double sum = 0;
    for (uint32_t a = 0; a < kRegisters; ++a) {
        sum += from_rest[a] * placement[a];
        for (uint32_t b = 0; b < a; ++b) sum += together[a][b] * distance(placement[a], placement[b]);
    }
    return sum;
}

Placement find_placement(const Neighbourhood& neighbourhood, uint64_t seed) {
    std::mt19937_64 random(seed);
    Placement best = identity_placement();
    descend(neighbourhood, best);
    for (uint32_t start = 0; start < kStarts; ++start) {
        Placement at = identity_placement();
        anneal(neighbourhood, at, random);
        descend(neighbourhood, at);
        if (neighbourhood.steps(at) < neighbourhood.steps(best)) best = at;
    }
    return best;
}

}  // namespace sky::regfile
