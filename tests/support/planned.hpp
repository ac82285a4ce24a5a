#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "host/regfile/migration.hpp"
#include "host/regfile/plan_file.hpp"
#include "host/regfile/program_run.hpp"
#include "tests/support/profiled.hpp"

/// Plans of any modes, put into programs and run.
namespace sky::test {

struct Planned {
    Profiled program;
    bool rewind = false;
    regfile::Labels modes;  ///< of plan.table
    regfile::Plan plan;
};

inline regfile::CostModel model_of(bool rewind) { return regfile::CostModel::of({}, {.rewind = rewind}); }

inline std::vector<uint64_t> addresses(const regfile::AccessGraph& graph) {
    std::vector<uint64_t> out;
    for (const regfile::AccessGraph::Node& node : graph.nodes) out.push_back(node.pc);
    return out;
}

/// Of these modes, as they are in plan.unlimited, and made to fit into a table of `entries`; the costs with those of
/// migrations.
inline Planned planned(const Profiled& program, bool rewind, regfile::Labels modes,
                       uint32_t entries = regfile::kMatchEntries) {
    using namespace regfile;
    const AccessGraph& graph = program.graph;
    // What is not executed needs no mode of its own.
    for (const AccessGraph::Edge& edge : graph.edges)
        if (graph.nodes[edge.to].instructions == 0 && edge.from != AccessGraph::kStart)
            modes[edge.to] = modes[edge.from];
    const CostModel model = model_of(rewind);
    const Liveness liveness(program.code, addresses(graph));
    const Labelling choice = mode_choice(graph, model, migration_costs(model, program.code, liveness, rewind));
    const auto table = [&](const Labels& of) {
        return PlannedTable{.recommendations = recommendations(graph, of, liveness),
                            .track_steps = static_cast<uint64_t>(choice.cost(of)),
                            .switches = switches(graph, of)};
    };
    Plan plan;
    plan.unlimited = table(modes);
    modes = with_few_changes(graph, choice, modes, entries);
    plan.table = table(modes);
    return {.program = program, .rewind = rewind, .modes = modes, .plan = plan};
}

struct Ran {
    regfile::RunResult result;
    std::string printed;
};

inline Ran run(const regfile::ElfFile& elf, regfile::RunConfig config) {
    constexpr uint64_t kMaxCycles = 100'000'000;
    Ran out;
    config.max_cycles = kMaxCycles;
    config.console = [&out](char c) { out.printed += c; };
    const Result<regfile::RunResult> result = run_program(elf, config);
    EXPECT_TRUE(result.ok()) << result.status().message();
    if (result.ok()) out.result = result.value();
    return out;
}

inline regfile::RunConfig dynamic(bool rewind, regfile::Backend backend = regfile::Backend::kFast) {
    return {.shape = {.kind = model::rf::Kind::kDynamic},
            .options = {.rewind = rewind, .nearest_first = false, .forward = false},
            .backend = backend};
}

inline void expect_same_end(const Ran& with, const Ran& without) {
    EXPECT_EQ(with.result.end, without.result.end) << with.result.message;
    EXPECT_EQ(with.result.exit_code, without.result.exit_code);
    EXPECT_EQ(with.printed, without.printed);
}

/// The RTL's run is the model's, to the count and cycle.
inline void expect_same_run(const Ran& rtl, const Ran& fast) {
    expect_same_end(rtl, fast);
    EXPECT_EQ(rtl.result.registers, fast.result.registers);
    EXPECT_EQ(rtl.result.cycles, fast.result.cycles);
    EXPECT_EQ(rtl.result.instructions, fast.result.instructions);
}

}  // namespace sky::test
