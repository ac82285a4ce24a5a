#include "host/regfile/planner.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "host/regfile/migration.hpp"

namespace sky::regfile {

namespace {

std::vector<uint64_t> addresses(const AccessGraph& graph) {
    std::vector<uint64_t> out;
    for (const AccessGraph::Node& node : graph.nodes) out.push_back(node.pc);
    return out;
}

SwitchCosts scaled(SwitchCosts costs, double by) {
    if (by == 1) return costs;
    return [costs = std::move(costs), by](uint8_t last, const AccessGraph::Node& to) {
        const SwitchCost cost = costs(last, to);
        const auto times = [by](uint64_t steps) { return static_cast<uint64_t>(static_cast<double>(steps) * by); };
        return SwitchCost{.to_vertical = times(cost.to_vertical), .to_horizontal = times(cost.to_horizontal)};
    };
}

SwitchCost least(const AccessGraph& graph, const SwitchCosts& costs) {
    constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
    SwitchCost out{.to_vertical = kMost, .to_horizontal = kMost};
    for (const AccessGraph::Node& node : graph.nodes)
        for (uint8_t last = 1; last < model::rf::kRegisters; ++last) {
            const SwitchCost cost = costs(last, node);
            out.to_vertical = std::min(out.to_vertical, cost.to_vertical);
            out.to_horizontal = std::min(out.to_horizontal, cost.to_horizontal);
        }
    return graph.nodes.empty() ? SwitchCost{} : out;
}

}  // namespace

uint64_t migration_track_steps(const AccessGraph& graph, const Labels& modes, const CostModel& model,
                               const Code& code, const Liveness& liveness, bool rewind) {
    constexpr uint8_t kX5 = 5;
    uint64_t sum = 0;
    for (const AccessGraph::Edge& edge : graph.edges) {
        const bool begins = edge.from == AccessGraph::kStart;
        const bool leaves = begins || modes[edge.from] == 0;
        if (leaves == (modes[edge.to] == 0)) continue;
        const AccessGraph::Node& to = graph.nodes[edge.to];
        const uint8_t last = begins ? kX5 : graph.nodes[edge.from].last();
        const Operation first = code.at(to.pc).value_or(Operation{});
        const uint32_t live = liveness.before(to.pc);
        const SwitchCost cost = predicted_migration(model, last, to, first, live, rewind);
        const SwitchCost outside = outside_of_migration(model, last, to, first, live);
        sum += edge.count * (leaves ? model.from_rest(last) + cost.to_vertical - outside.to_vertical
                                    : model.from_rest(to.first()) + cost.to_horizontal - outside.to_horizontal);
    }
    return sum;
}

const PlannedVariant& PlanResult::named(const std::string& name) const {
    const auto found = std::find_if(variants.begin(), variants.end(),
                                    [&name](const PlannedVariant& variant) { return variant.name == name; });
    if (found == variants.end()) throw std::invalid_argument("no variant " + name);
    return *found;
}

PlanResult make_plans(const AccessGraph& graph, const Code& code, const PlanRequest& request) {
    const Liveness liveness(code, addresses(graph));
    const SwitchCosts costs =
        request.switch_cost
            ? same_everywhere({.to_vertical = *request.switch_cost, .to_horizontal = *request.switch_cost})
            : scaled(migration_costs(request.model, code, liveness, request.rewind), request.migration_scale);
    const Labelling choice = mode_choice(graph, request.model, costs);
    const Solution best = best_labels(choice);

    PlanResult out;
    out.warning = best.warning;
    out.least_change = least(graph, costs);
    const auto add = [&](const char* name, Labels modes) {
        PlannedVariant variant{.name = name,
                               .modes = std::move(modes),
                               .track_steps = 0,
                               .switches = 0,
                               .table = {},
                               .migration_track_steps = 0};
        variant.track_steps = static_cast<uint64_t>(choice.cost(variant.modes));
        variant.switches = switches(graph, variant.modes);
        variant.table = recommendations(graph, variant.modes, liveness);
        variant.migration_track_steps =
            migration_track_steps(graph, variant.modes, request.model, code, liveness, request.rewind);
        out.variants.push_back(std::move(variant));
    };
    add("horizontal", Labels(graph.nodes.size(), 0));
    add("vertical", Labels(graph.nodes.size(), 1));
    add("greedy", greedy(choice, request.hysteresis));
    add("mincut", with_few_changes(graph, choice, best.labels, request.entries));
    add("mincut_unlimited", best.labels);
    return out;
}

}  // namespace sky::regfile
