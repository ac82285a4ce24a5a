#include "host/regfile/planner.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

#include "host/regfile/migration.hpp"

namespace sky::regfile {

namespace {

constexpr uint32_t kCoreBits = 32;

std::vector<uint64_t> addresses(const AccessGraph& graph) {
    std::vector<uint64_t> out;
    for (const AccessGraph::Node& node : graph.nodes) out.push_back(node.pc);
    return out;
}

std::vector<uint64_t> roots(const AccessGraph& graph, const Code& code) {
    std::vector<uint64_t> out;
    if (code.width() != kCoreBits) return out;
    std::set<uint64_t> reached;
    code.reach(code.entry(), reached);
    for (const AccessGraph::Node& node : graph.nodes) {
        if (node.instructions == 0 || reached.contains(node.pc)) continue;
        out.push_back(node.pc);
        code.reach(node.pc, reached);
    }
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

constexpr uint8_t kX5 = 5;

/// Behind the code that starts a plan, which ends with x5; a cost that was given is all of it.
BeginCosts begin_costs(const PlanRequest& request, const SwitchCosts& costs) {
    if (request.switch_cost) return [cost = *request.switch_cost](const AccessGraph::Node&) { return cost; };
    return [&costs, rest = request.model.from_rest(kX5)](const AccessGraph::Node& to) {
        return rest + costs(kX5, to).to_vertical + rest;
    };
}

uint64_t begin_cost(const AccessGraph& graph, const Labels& modes, const BeginCosts& begin) {
    uint64_t sum = 0;
    for (const AccessGraph::Edge& edge : graph.edges)
        if (edge.from == AccessGraph::kStart && modes[edge.to] == 1) sum += edge.count * begin(graph.nodes[edge.to]);
    return sum;
}

uint64_t least_begin(const AccessGraph& graph, const BeginCosts& begin) {
    uint64_t least = std::numeric_limits<uint64_t>::max();
    for (const AccessGraph::Edge& edge : graph.edges)
        if (edge.from == AccessGraph::kStart) least = std::min(least, begin(graph.nodes[edge.to]));
    return graph.edges.empty() ? 0 : least;
}

}  // namespace

uint64_t migration_track_steps(const AccessGraph& graph, const Labels& modes, const CostModel& model,
                               const Code& code, const Liveness& liveness, bool rewind) {
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
    const Labelling fixed = mode_choice(graph, request.model, costs);
    Labelling choice = fixed;
    const BeginCosts begin = begin_costs(request, costs);
    if (request.charge_begin) charge_begin(choice, graph, begin);
    const Solution best = best_labels(choice);

    PlanResult out;
    out.roots = roots(graph, code);
    out.warning = best.warning;
    out.least_change = least(graph, costs);
    if (request.charge_begin) out.least_begin = least_begin(graph, begin);
    // A static file is built in its mode: nothing changes.
    const auto add = [&](const char* name, Labels modes, bool is_static) {
        const Labelling& costs_of = is_static ? fixed : choice;
        PlannedVariant variant{.name = name,
                               .modes = std::move(modes),
                               .track_steps = 0,
                               .switches = 0,
                               .table = {},
                               .migration_track_steps = 0,
                               .measured_track_steps = {},
                               .begin_track_steps = 0};
        variant.track_steps = static_cast<uint64_t>(costs_of.cost(variant.modes));
        if (!is_static) {
            if (request.charge_begin) variant.begin_track_steps = begin_cost(graph, variant.modes, begin);
            variant.switches = switches(graph, variant.modes);
            variant.table = recommendations(graph, variant.modes, liveness);
            variant.migration_track_steps =
                migration_track_steps(graph, variant.modes, request.model, code, liveness, request.rewind);
        }
        out.variants.push_back(std::move(variant));
    };
    add("horizontal", Labels(graph.nodes.size(), 0), true);
    add("vertical", Labels(graph.nodes.size(), 1), true);
    add("greedy", greedy(choice, request.hysteresis), false);
    add("mincut", with_few_changes(graph, choice, best.labels, request.entries), false);
    add("mincut_unlimited", best.labels, false);
    return out;
}

}  // namespace sky::regfile
