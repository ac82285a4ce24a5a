#include "host/regfile/cost.hpp"

#include <numeric>

namespace sky::regfile {

Placement identity_placement() {
    Placement placement{};
    std::iota(placement.begin(), placement.end(), uint8_t{0});
    return placement;
}

CostModel CostModel::of(const model::rf::Shape& shape, const model::rf::Options& options) {
    const uint32_t pass = model::rf::kRegisters / shape.ports - 1;
    return {.tracks = shape.width,
            .vertical_access = shape.width / model::rf::kRegisters * pass * (options.rewind ? 2 : 1)};
}

uint64_t CostModel::jump(uint8_t from, uint8_t to) const {
    const uint8_t a = placement[from];
    const uint8_t b = placement[to];
    return uint64_t{tracks} * static_cast<uint64_t>(a > b ? a - b : b - a);
}

uint64_t CostModel::horizontal(std::span<const uint8_t> accesses) const {
    uint64_t sum = 0;
    for (size_t i = 1; i < accesses.size(); ++i) sum += jump(accesses[i - 1], accesses[i]);
    return sum;
}

SwitchCosts same_everywhere(SwitchCost cost) {
    return [cost](uint8_t, const AccessGraph::Node&) { return cost; };
}

Labelling mode_choice(const AccessGraph& graph, const CostModel& model, const SwitchCosts& switch_cost) {
    Labelling out;
    for (const AccessGraph::Node& node : graph.nodes)
        out.nodes.push_back({{static_cast<int64_t>(node.count * model.horizontal(node.accesses)),
                              static_cast<int64_t>(node.count * model.vertical(node.accesses))}});
    for (const AccessGraph::Edge& edge : graph.edges) {
        const AccessGraph::Node& to = graph.nodes[edge.to];
        if (edge.from == AccessGraph::kStart) {
            out.nodes[edge.to].cost[0] += static_cast<int64_t>(edge.count * model.from_rest(to.first()));
            continue;
        }
        const AccessGraph::Node& from = graph.nodes[edge.from];
        const auto jumps = static_cast<int64_t>(edge.count * model.jump(from.last(), to.first()));
        if (edge.from == edge.to) {
            out.nodes[edge.to].cost[0] += jumps;
            continue;
        }
        const SwitchCost change = switch_cost(from.last(), to);
        const uint64_t leave = edge.count * (change.to_vertical + model.from_rest(from.last()));
        const uint64_t enter = edge.count * (change.to_horizontal + model.from_rest(to.first()));
        out.edges.push_back({.from = edge.from,
                             .to = edge.to,
                             .cost = {{{jumps, static_cast<int64_t>(leave)}, {static_cast<int64_t>(enter), 0}}}});
    }
    return out;
}

void charge_begin(Labelling& choice, const AccessGraph& graph, const BeginCosts& begin_cost) {
    for (const AccessGraph::Edge& edge : graph.edges)
        if (edge.from == AccessGraph::kStart)
            choice.nodes[edge.to].cost[1] += static_cast<int64_t>(edge.count * begin_cost(graph.nodes[edge.to]));
}

uint64_t static_cost(const AccessGraph& graph, const CostModel& model, Mode mode) {
    const Labelling choice = mode_choice(graph, model, same_everywhere({}));
    const Labels labels(graph.nodes.size(), static_cast<uint8_t>(mode));
    return static_cast<uint64_t>(choice.cost(labels));
}

}  // namespace sky::regfile
