// Question: does a program into which a plan was put still do what it did, on the model and on the RTL, and does it
// switch where and as often as the plan says, for what the plan foresees?
#include <gtest/gtest.h>

#include <random>

#include "host/regfile/migration.hpp"
#include "host/regfile/plan_interrupts.hpp"
#include "host/regfile/planner.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/planned.hpp"
#include "tests/support/rv32_encode.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::regfile {
namespace {

using model::rf::Counter;
using test::addresses;
using test::dynamic;
using test::expect_same_end;
using test::expect_same_run;
using test::model_of;
using test::Planned;
using test::planned;
using test::Ran;
using test::run;

class RfAppliedPlan : public testing::Test {
   protected:
    /// A random program with a plan that switches for no reason, but often.
    std::optional<Planned> next_planned(bool rewind) {
        seed_ = random_();
        const auto program =
            test::profiled(folder_.file("program.elf", test::elf_of(test::make_flow_program(seed_))));
        if (!program) return std::nullopt;
        return planned(*program, rewind, random_modes(program->graph));
    }
    Labels random_modes(const AccessGraph& graph) {
        Labels modes(graph.nodes.size());
        for (uint8_t& mode : modes) mode = random_() % 2;
        return modes;
    }
    test::TemporaryFolder folder_;
    std::mt19937_64 random_{test::seed()};
    uint64_t seed_ = 0;
};

PlannedProgram with_plan(const Planned& program) {
    const Result<PlannedProgram> prepared = with_interrupts(program.program.elf, program.plan, kPlanAddress);
    EXPECT_TRUE(prepared.ok()) << prepared.status().message();
    return prepared.value();
}

void expect_planned_run(const Planned& program) {
    RunConfig config = dynamic(program.rewind);
    const Ran without = run(program.program.elf, config);
    const PlannedProgram prepared = with_plan(program);
    config.handler = prepared.added;
    const Ran with = run(prepared.elf, config);
    expect_same_end(with, without);
    EXPECT_EQ(with.result.migrations.count, program.plan.table.switches);
    EXPECT_EQ(with.result.migrations.count, of(with.result.registers, Counter::kSwitches));
}

TEST_F(RfAppliedPlan, ByInterruptsARandomProgramDoesTheSameAndSwitchesAsPlanned) {
    uint64_t switched = 0;
    for (int round = 0; round < 60; ++round) {
        const std::optional<Planned> program = next_planned(round % 2 == 1);
        ASSERT_TRUE(program);
        SCOPED_TRACE("program " + std::to_string(seed_));
        expect_planned_run(*program);
        switched += program->plan.table.switches;
        if (HasFailure()) return;
    }
    EXPECT_GT(switched, 60) << "plans hardly ever switched: the test says little";
}

/// What a run costs beyond the plan: the code before the program, all of it on x5, and the first change, from the
/// horizontal mode that every file begins in.
uint64_t before_the_plan(const Planned& program) {
    constexpr uint8_t kX5 = 5;
    const CostModel model = model_of(program.rewind);
    const AccessGraph& graph = program.program.graph;
    const uint32_t first = graph.edges.back().to;
    const AccessGraph::Node& node = graph.nodes[first];
    const uint64_t begin = model.from_rest(kX5);
    if (program.modes[first] == 0) return begin + model.jump(kX5, node.first()) - model.from_rest(node.first());
    const Liveness liveness(program.program.code, addresses(graph));
    const SwitchCosts costs = migration_costs(model, program.program.code, liveness, program.rewind);
    return begin + costs(kX5, node).to_vertical + model.from_rest(kX5);
}

TEST_F(RfAppliedPlan, WhereVerticalRegistersReturnTheRunCostsWhatThePlanSaysMigrationsIncluded) {
    for (int round = 0; round < 60; ++round) {
        const std::optional<Planned> program = next_planned(true);
        ASSERT_TRUE(program);
        SCOPED_TRACE("program " + std::to_string(seed_));
        ASSERT_EQ(test::simulated_track_steps(with_plan(*program).elf, model::rf::Kind::kDynamic, true),
                  program->plan.table.track_steps + before_the_plan(*program));
    }
}

TEST_F(RfAppliedPlan, MigrationsTakeWhatIsPredictedButForRegistersThatReturnAcrossTheirBorders) {
    uint64_t switched = 0;
    for (int round = 0; round < 40; ++round) {
        const std::optional<Planned> program = next_planned(true);
        ASSERT_TRUE(program);
        SCOPED_TRACE("program " + std::to_string(seed_));
        const CostModel model = model_of(true);
        const Liveness liveness(program->program.code, addresses(program->program.graph));
        const uint64_t predicted = migration_track_steps(program->program.graph, program->modes, model,
                                                         program->program.code, liveness, true);
        const PlannedProgram prepared = with_plan(*program);
        RunConfig config = dynamic(true);
        config.handler = prepared.added;
        const Migrations measured = run(prepared.elf, config).result.migrations;
        constexpr double kReturning = 2 * 31;  // of the accesses under way as a migration begins or ends
        ASSERT_NEAR(static_cast<double>(measured.track_steps), static_cast<double>(predicted),
                    kReturning * static_cast<double>(measured.count));
        switched += measured.count;
    }
    EXPECT_GT(switched, 40) << "plans hardly ever switched: the test says little";
}

TEST_F(RfAppliedPlan, TheRtlDoesAllOfItTheSame) {
    for (int round = 0; round < 4; ++round) {
        const std::optional<Planned> program = next_planned(false);
        ASSERT_TRUE(program);
        SCOPED_TRACE("program " + std::to_string(seed_));
        const ElfFile elf = with_plan(*program).elf;
        const Ran fast = run(elf, dynamic(false));
        const Ran rtl = run(elf, dynamic(false, Backend::kRtl));
        expect_same_run(rtl, fast);
        EXPECT_EQ(of(rtl.result.registers, Counter::kSwitches), program->plan.table.switches);
    }
}

/// With what rf plan finds for it, if changes cost little.
TEST_F(RfAppliedPlan, OnTheRtlEveryKernelFindsItsResultAndCountsWhatTheModelCounts) {
    const auto programs = test::sw_programs({"kernel-small"});
    if (programs.empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    for (const std::string& file : programs) {
        if (file.find("-train-") == std::string::npos) continue;
        SCOPED_TRACE(file);
        const std::optional<test::Profiled> program = test::profiled(test::sw_program(file));
        ASSERT_TRUE(program);
        const Labels modes = minimum_cut(mode_choice(program->graph, {}, same_everywhere({})));
        const ElfFile elf = with_plan(planned(*program, false, modes)).elf;
        const Ran rtl = run(elf, dynamic(false, Backend::kRtl));
        EXPECT_EQ(rtl.result.exit_code, 0) << rtl.printed;
        EXPECT_GT(of(rtl.result.registers, Counter::kSwitches), 0);
        const Ran fast = run(elf, dynamic(false));
        expect_same_run(rtl, fast);
    }
}

TEST_F(RfAppliedPlan, ByInterruptsAKernelDoesTheSameAndSwitchesAsPlanned) {
    const auto programs = test::sw_programs({"kernel-small"});
    if (programs.empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    for (const std::string& file : programs) {
        SCOPED_TRACE(file);
        const std::optional<test::Profiled> program = test::profiled(test::sw_program(file));
        ASSERT_TRUE(program);
        expect_planned_run(planned(*program, false, random_modes(program->graph)));
    }
}

/// A plan of one recommendation.
Plan plan_of(uint64_t pc, Mode mode = Mode::kVertical) {
    Plan plan;
    plan.table.recommendations.push_back({.pc = pc, .mode = mode, .live = Liveness::kAll});
    return plan;
}

class RfAppliedPlanByHand : public testing::Test {
   protected:
    static constexpr uint32_t kBase = test::FlowProgram::kBase;

    ElfFile program(const std::vector<uint32_t>& words) {
        std::vector<uint16_t> code;
        for (const uint32_t word : words) {
            code.push_back(static_cast<uint16_t>(word));
            code.push_back(static_cast<uint16_t>(word >> 16));
        }
        const Result<ElfFile> elf = ElfFile::read(folder_.file("program.elf", test::elf_of(code, kBase)));
        EXPECT_TRUE(elf.ok()) << elf.status().message();
        return elf.value();
    }
    /// Of the program above at `address`; what stands in the message.
    void expect_refused(const std::vector<uint32_t>& words, const Plan& plan, uint32_t address,
                        const std::vector<std::string>& says) {
        const Result<PlannedProgram> prepared = with_interrupts(program(words), plan, address);
        ASSERT_FALSE(prepared.ok());
        for (const std::string& text : says)
            EXPECT_NE(prepared.status().message().find(text), std::string::npos)
                << text << " in: " << prepared.status().message();
    }
    test::TemporaryFolder folder_;
};

TEST_F(RfAppliedPlanByHand, ATrapStillGoesWhereTheProgramSaid) {
    using namespace test::rv32;
    constexpr uint32_t kMtvec = 0x305;
    // The handler, behind the ecall, ends the program with what mtvec reads as.
    const std::vector<uint32_t> words{lui(6, kBase), addi(6, 6, 20),      csrrw(0, kMtvec, 6), addi(7, 0, 1),
                                      ecall(),       csrrs(8, kMtvec, 0), lui(9, 0x10000000),  sw(8, 9, 4)};
    const Result<PlannedProgram> prepared = with_interrupts(program(words), plan_of(kBase + 12), kPlanAddress);
    ASSERT_TRUE(prepared.ok()) << prepared.status().message();
    for (const Backend backend : {Backend::kFast, Backend::kRtl}) {
        const Ran ran = run(prepared.value().elf, dynamic(false, backend));
        EXPECT_EQ(ran.result.end, End::kExit) << ran.result.message;
        EXPECT_EQ(ran.result.exit_code.value_or(0), (kBase + 20) & 0xff);
        EXPECT_EQ(of(ran.result.registers, Counter::kSwitches), 1);
    }
}

TEST_F(RfAppliedPlanByHand, WhatCannotWorkIsRefused) {
    using namespace test::rv32;
    const std::vector<uint32_t> plain{addi(5, 0, 1), addi(6, 0, 2), lui(9, 0x10000000), sw(8, 9, 4)};
    expect_refused(plain, plan_of(kBase), kBase, {"0x80000000", "segment", "--plan-at"});
    expect_refused(plain, plan_of(kBase), kPlanAddress + 4, {"multiple of 128"});
    expect_refused(plain, plan_of(kBase), 0x807fff80, {"do not fit"});
    expect_refused(plain, plan_of(kBase), 0x70000000, {"do not fit"});
    std::vector<uint32_t> returns = plain;
    returns.push_back(mret());
    expect_refused(returns, plan_of(kBase), kPlanAddress, {"mret at 0x80000010", "sw/rf", "--apply side"});
    std::vector<uint32_t> drives = plain;
    drives[1] = csrrwi(0, 0x7c0, 1);
    expect_refused(drives, plan_of(kBase), kPlanAddress, {"drives the register file itself", "0x80000004"});
    drives[1] = rf_hint(1);
    expect_refused(drives, plan_of(kBase), kPlanAddress, {"a hint of its own, at 0x80000004", "--apply side"});
}

TEST_F(RfAppliedPlanByHand, AProgramThatWritesOverTheHandlerIsFoundOut) {
    using namespace test::rv32;
    const std::vector<uint32_t> words{lui(6, kPlanAddress), sw(0, 6, 0), lui(9, 0x10000000), sw(0, 9, 4)};
    const Result<PlannedProgram> prepared = with_interrupts(program(words), plan_of(kBase), kPlanAddress);
    ASSERT_TRUE(prepared.ok()) << prepared.status().message();
    for (const Backend backend : {Backend::kFast, Backend::kRtl}) {
        RunConfig config = dynamic(false, backend);
        config.handler = prepared.value().added;
        const Ran ran = run(prepared.value().elf, config);
        EXPECT_EQ(ran.result.end, End::kOverwritten);
        EXPECT_FALSE(ran.result.exit_code);
        EXPECT_NE(ran.result.message.find("--plan-at"), std::string::npos) << ran.result.message;
    }
}

/// With a plan of one recommendation in it, on both backends: as it ends, and what is said.
class RfWatchedPlan : public RfAppliedPlanByHand {
   protected:
    static constexpr uint32_t kMie = 0x304;
    static constexpr uint32_t kMcause = 0x342;

    std::vector<Ran> run_both(const std::vector<uint32_t>& words, const Plan& plan) {
        const Result<PlannedProgram> prepared = with_interrupts(program(words), plan, kPlanAddress);
        EXPECT_TRUE(prepared.ok()) << prepared.status().message();
        std::vector<Ran> out;
        for (const Backend backend : {Backend::kFast, Backend::kRtl}) {
            RunConfig config = dynamic(false, backend);
            config.handler = prepared.value().added;
            out.push_back(run(prepared.value().elf, config));
        }
        return out;
    }
    void expect_broken(const std::vector<uint32_t>& words, const std::vector<std::string>& says) {
        for (const Ran& ran : run_both(words, plan_of(kBase))) {
            EXPECT_EQ(ran.result.end, End::kPlanBroken) << to_string(ran.result.end);
            EXPECT_FALSE(ran.result.exit_code);
            for (const std::string& text : says)
                EXPECT_NE(ran.result.message.find(text), std::string::npos) << text << " in: " << ran.result.message;
        }
    }
};

/// The function behind the end sets mtvec, and is called through a pointer that is added up; the handler ends the
/// program with 7.
std::vector<uint32_t> sets_mtvec_through_a_pointer(uint32_t base) {
    using namespace test::rv32;
    return {lui(6, base), addi(6, 6, 32),  addi(6, 6, 12),     jalr(1, 6, 0), ecall(),
            jal(0, 0),    addi(7, 0, 7),   lui(9, 0x10000000), sw(7, 9, 4),   jal(0, 0),
            jal(0, 0),    addi(5, 6, -20), csrrw(0, 0x305, 5), jalr(0, 1, 0)};
}

TEST_F(RfWatchedPlan, MtvecSetInAFunctionThatOnlyAPointerReachesIsFoundInTheProfile) {
    const std::vector<uint32_t> words = sets_mtvec_through_a_pointer(kBase);
    const std::string path = folder_.path("program.elf");
    (void)program(words);
    const std::optional<test::Profiled> profiled = test::profiled(path);
    ASSERT_TRUE(profiled);
    const PlanResult plans = make_plans(profiled->graph, profiled->code, {});
    Plan plan = plan_of(kBase + 4);
    plan.roots = plans.roots;
    EXPECT_EQ(plan.roots, (std::vector<uint64_t>{kBase + 24, kBase + 44}));
    for (const Ran& ran : run_both(words, plan)) {
        EXPECT_EQ(ran.result.end, End::kExit) << ran.result.message;
        EXPECT_EQ(ran.result.exit_code.value_or(0), 7);
        EXPECT_EQ(of(ran.result.registers, Counter::kSwitches), 1);
    }
}

TEST_F(RfWatchedPlan, MtvecSetWhereNobodyHasLookedEndsTheRun) {
    expect_broken(sets_mtvec_through_a_pointer(kBase), {"0x80000030", "uses mtvec", "--apply side"});
}

TEST_F(RfWatchedPlan, AProgramThatUsesTheSavePageEndsTheRun) {
    using namespace test::rv32;
    const std::vector<uint32_t> stores{addi(5, 0, 1), sw(5, 0, -4), lui(9, 0x10000000), sw(0, 9, 4)};
    expect_broken(stores, {"0x80000004 writes 0xfffffffc in the save page", "without --plan"});
    const std::vector<uint32_t> loads{addi(5, 0, 1), lw(5, 0, -2048), lui(9, 0x10000000), sw(0, 9, 4)};
    expect_broken(loads, {"0x80000004 reads 0xfffff800 in the save page", "--apply side"});
}

/// It writes an mret into RAM and goes there.
TEST_F(RfWatchedPlan, CodeThatIsMadeAsItRunsAndReturnsFromATrapEndsTheRun) {
    using namespace test::rv32;
    expect_broken({lui(6, 0x80100000), lui(7, 0x30200000), addi(7, 7, 0x73), sw(7, 6, 0), fence_i(), jalr(0, 6, 0)},
                  {"0x80100000 returns from a trap"});
}

TEST_F(RfWatchedPlan, ChangesThatAProgramDoesNotLetHappenAreCounted) {
    using namespace test::rv32;
    // A loop of five, whose head is recommended to be vertical, with all interrupts off.
    const std::vector<uint32_t> words{csrrwi(0, kMie, 0), addi(5, 0, 5),      addi(5, 5, -1), bne(5, 0, -4),
                                      addi(6, 0, 0),      lui(9, 0x10000000), sw(6, 9, 4)};
    for (const Ran& ran : run_both(words, plan_of(kBase + 8))) {
        EXPECT_EQ(ran.result.end, End::kExit) << ran.result.message;
        EXPECT_EQ(ran.result.switches_missed, 5);
        EXPECT_EQ(of(ran.result.registers, Counter::kSwitches), 0);
        EXPECT_TRUE(ran.result.plan_seen.empty());
    }
    // Switched before they are off.
    for (const Ran& ran : run_both(words, plan_of(kBase))) EXPECT_EQ(ran.result.switches_missed, 0);
}

TEST_F(RfWatchedPlan, WhatAProgramReadsOfThePlanIsNoted) {
    using namespace test::rv32;
    const std::vector<uint32_t> words{addi(5, 0, 5),       csrrs(6, kMie, 0),  csrrs(7, kMcause, 0),
                                      csrrsi(0, 0x340, 1), csrrs(8, 0x340, 0), lui(9, 0x10000000),
                                      sw(0, 9, 4)};
    const std::map<std::string, uint32_t> both{{"mie", kBase + 4}, {"mcause", kBase + 8}};
    for (const Ran& ran : run_both(words, plan_of(kBase))) EXPECT_EQ(ran.result.plan_seen, both);
    const std::map<std::string, uint32_t> only_mie{{"mie", kBase + 4}};
    for (const Ran& ran : run_both(words, plan_of(kBase + 12))) EXPECT_EQ(ran.result.plan_seen, only_mie);
}

}  // namespace
}  // namespace sky::regfile
