// Question: does a plan for a file that is horizontal at first cost what a run with it costs, its first change
// included, and do measured migrations find their way into a plan?
#include <gtest/gtest.h>

#include <random>

#include "host/regfile/access_stream.hpp"
#include "host/regfile/measured_plan.hpp"
#include "host/regfile/oracle.hpp"
#include "host/regfile/plan_interrupts.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/profiled.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::regfile {
namespace {

constexpr uint8_t kX5 = 5;

PlanRequest request_of(bool rewind) {
    PlanRequest request;
    request.model = CostModel::of({}, {.rewind = rewind});
    request.rewind = rewind;
    request.charge_begin = true;
    return request;
}

bool begins_vertical(const AccessGraph& graph, const Labels& modes) { return modes[graph.edges.back().to] == 1; }

ElfFile with_plan(const ElfFile& elf, const PlannedVariant& variant) {
    if (variant.table.empty()) return elf;
    Plan plan;
    plan.table.recommendations = variant.table;
    const Result<PlannedProgram> prepared = with_interrupts(elf, plan, kPlanAddress);
    EXPECT_TRUE(prepared.ok()) << prepared.status().message();
    return prepared.value().elf;
}

class RfMeasuredPlan : public testing::Test {
   protected:
    std::optional<test::Profiled> next() {
        seed_ = random_();
        return test::profiled(folder_.file("program.elf", test::elf_of(test::make_flow_program(seed_))));
    }
    test::TemporaryFolder folder_;
    std::mt19937_64 random_{test::seed()};
    uint64_t seed_ = 0;
};

TEST_F(RfMeasuredPlan, WhatBeginsVerticalPaysForItsFirstChange) {
    uint64_t vertical = 0;
    for (int round = 0; round < 60; ++round) {
        const std::optional<test::Profiled> program = next();
        ASSERT_TRUE(program);
        SCOPED_TRACE("program " + std::to_string(seed_));
        const AccessGraph& graph = program->graph;
        const PlanRequest request = request_of(true);
        const PlanResult plans = make_plans(graph, program->code, request);
        const PlannedVariant& plan = plans.named("mincut");
        // Code that starts a plan of which the first block is horizontal is not in its costs.
        const uint8_t first = graph.nodes[graph.edges.back().to].first();
        const bool begins = begins_vertical(graph, plan.modes);
        const uint64_t before =
            begins || plan.table.empty()
                ? 0
                : request.model.from_rest(kX5) + request.model.jump(kX5, first) - request.model.from_rest(first);
        EXPECT_EQ(test::simulated_track_steps(with_plan(program->elf, plan), model::rf::Kind::kDynamic, true),
                  plan.track_steps + before);
        EXPECT_EQ(plan.begin_track_steps != 0, begins);
        EXPECT_LE(plan.track_steps, plans.named("horizontal").track_steps);
        EXPECT_LE(plan.track_steps, plans.named("vertical").track_steps + plans.least_begin);
        Oracle oracle(request.model, plans.least_change, plans.least_begin);
        ASSERT_TRUE(stream_accesses(program->elf, {}, oracle).ok());
        EXPECT_LE(oracle.cost(), plans.named("mincut_unlimited").track_steps);
        vertical += begins ? 1 : 0;
    }
    EXPECT_GT(vertical, 5) << "hardly a plan began vertical: the test says little";
}

TEST_F(RfMeasuredPlan, IsMadeWithWhatMigrationsCostInARun) {
    if (test::sw_programs({"kernel-small"}).empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    const std::optional<test::Profiled> program = test::profiled(test::sw_program("fir-train-small.elf"));
    ASSERT_TRUE(program);
    const PlanRequest request = request_of(false);
    const Result<MeasuredPlans> made =
        make_measured_plans(program->elf, program->graph, program->code, request, {.max_cycles = 100'000'000});
    ASSERT_TRUE(made.ok()) << made.status().message();
    const PlannedVariant& plan = made.value().plans.named("mincut");
    ASSERT_GT(plan.switches, 0);
    EXPECT_EQ(made.value().migrations.count, plan.switches);
    EXPECT_GT(made.value().scale, 0.5);
    EXPECT_LT(made.value().scale, 1.5);
    EXPECT_NE(made.value().scale, 1) << "registers that alternate were away as often as predicted";
    // The same table: what was measured is what was predicted, times the scale.
    EXPECT_NEAR(static_cast<double>(made.value().migrations.track_steps),
                made.value().scale * static_cast<double>(plan.migration_track_steps), 1);
    PlanRequest scaled = request;
    scaled.migration_scale = made.value().scale;
    EXPECT_EQ(make_plans(program->graph, program->code, scaled).named("mincut").track_steps, plan.track_steps);
    EXPECT_NE(make_plans(program->graph, program->code, request).named("mincut").track_steps, plan.track_steps);
}

TEST_F(RfMeasuredPlan, OfAProgramThatDoesNotEndInTimeIsRefused) {
    if (test::sw_programs({"kernel-small"}).empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    const std::optional<test::Profiled> program = test::profiled(test::sw_program("fir-train-small.elf"));
    ASSERT_TRUE(program);
    const Result<MeasuredPlans> made =
        make_measured_plans(program->elf, program->graph, program->code, request_of(false), {.max_cycles = 1000});
    ASSERT_FALSE(made.ok());
    EXPECT_NE(made.status().message().find("max_cycles"), std::string::npos) << made.status().message();
}

}  // namespace
}  // namespace sky::regfile
