// Question: does a program that was rewritten with hints, and one whose recommendations take turns in the match unit,
// still do what it did, on the model and on the RTL, and switch where and as often as the plan says?
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "host/regfile/elf_writer.hpp"
#include "host/regfile/plan_hints.hpp"
#include "host/regfile/plan_interrupts.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/planned.hpp"
#include "tests/support/rv32_encode.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::regfile {
namespace {

using model::rf::Counter;
using test::dynamic;
using test::expect_same_end;
using test::expect_same_run;
using test::Planned;
using test::Ran;
using test::run;

constexpr uint32_t kMany = 1000;
constexpr uint32_t kMeters = 2;  // changes of the mode by which the rewritten program finds out that it can

RunConfig static_file(model::rf::Kind kind) { return {.shape = {.kind = kind}}; }

class RfManyRecommendations : public testing::Test {
   protected:
    /// A random program with a plan that switches for no reason, wherever a block begins.
    std::optional<Planned> next_planned() {
        seed_ = random_();
        const auto program =
            test::profiled(folder_.file("program.elf", test::elf_of(test::make_flow_program(seed_))));
        if (!program) return std::nullopt;
        return test::planned(*program, false, random_modes(program->graph), kMany);
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

class RfHintedPlan : public RfManyRecommendations {};
class RfWindowedPlan : public RfManyRecommendations {};

PlannedProgram hinted(const Planned& program) {
    Result<PlannedProgram> prepared = with_hints(program.program.elf, program.plan);
    EXPECT_TRUE(prepared.ok()) << prepared.status().message();
    return std::move(prepared.value());
}
PlannedProgram windowed(const Planned& program) {
    Result<PlannedProgram> prepared = with_interrupts(program.program.elf, program.plan, kPlanAddress);
    EXPECT_TRUE(prepared.ok()) << prepared.status().message();
    return std::move(prepared.value());
}

/// As without the plan, with as many changes as it says if every recommendation has its hint. Returns those.
uint64_t expect_hinted_run(const Planned& program) {
    const Ran without = run(program.program.elf, dynamic(false));
    const PlannedProgram prepared = hinted(program);
    RunConfig config = dynamic(false);
    config.handler = prepared.added;
    const Ran with = run(prepared.elf, config);
    expect_same_end(with, without);
    EXPECT_EQ(with.result.migrations.count + kMeters, of(with.result.registers, Counter::kSwitches));
    if (prepared.left_out.empty()) {
        EXPECT_EQ(with.result.migrations.count, program.plan.unlimited.switches);
    }
    return with.result.migrations.count;
}

TEST_F(RfHintedPlan, ARandomProgramDoesTheSameAndSwitchesAsPlanned) {
    uint64_t placed = 0;
    uint64_t left_out = 0;
    uint64_t switched = 0;
    for (int round = 0; round < 60; ++round) {
        const std::optional<Planned> program = next_planned();
        ASSERT_TRUE(program);
        if (program->plan.unlimited.recommendations.empty()) continue;
        SCOPED_TRACE("program " + std::to_string(seed_));
        switched += expect_hinted_run(*program);
        const PlannedProgram prepared = hinted(*program);
        left_out += prepared.left_out.size();
        placed += program->plan.unlimited.recommendations.size() - prepared.left_out.size();
        if (HasFailure()) return;
    }
    EXPECT_GT(switched, 60U) << "plans hardly ever switched: the test says little";
    EXPECT_GT(placed, 10 * left_out) << placed << " recommendations were followed, " << left_out << " left out";
}

TEST_F(RfHintedPlan, WithoutTwoModesHintsDoNothingAndTheResultIsTheSame) {
    for (int round = 0; round < 20; ++round) {
        const std::optional<Planned> program = next_planned();
        ASSERT_TRUE(program);
        if (program->plan.unlimited.recommendations.empty()) continue;
        SCOPED_TRACE("program " + std::to_string(seed_));
        const ElfFile elf = hinted(*program).elf;
        for (const auto kind : {model::rf::Kind::kFlipFlop, model::rf::Kind::kHorizontal, model::rf::Kind::kVertical,
                                model::rf::Kind::kDual}) {
            const Ran with = run(elf, static_file(kind));
            expect_same_end(with, run(program->program.elf, static_file(kind)));
            EXPECT_EQ(with.result.executed.interrupts, 0U);
        }
    }
}

TEST_F(RfHintedPlan, TheRtlDoesAllOfItTheSame) {
    for (int round = 0; round < 4; ++round) {
        const std::optional<Planned> program = next_planned();
        ASSERT_TRUE(program);
        SCOPED_TRACE("program " + std::to_string(seed_));
        const ElfFile elf = hinted(*program).elf;
        const Ran fast = run(elf, dynamic(false));
        const Ran rtl = run(elf, dynamic(false, Backend::kRtl));
        expect_same_run(rtl, fast);
    }
}

TEST_F(RfHintedPlan, AKernelDoesTheSameAndSwitchesAsPlanned) {
    const auto programs = test::sw_programs({"kernel-small"});
    if (programs.empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    for (const std::string& file : programs) {
        SCOPED_TRACE(file);
        const std::optional<test::Profiled> program = test::profiled(test::sw_program(file));
        ASSERT_TRUE(program);
        expect_hinted_run(test::planned(*program, false, random_modes(program->graph)));
    }
}

/// With what rf plan finds for it, if changes cost little.
TEST_F(RfHintedPlan, OnTheRtlEveryKernelFindsItsResultAndCountsWhatTheModelCounts) {
    const auto programs = test::sw_programs({"kernel-small"});
    if (programs.empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    for (const std::string& file : programs) {
        if (file.find("-train-") == std::string::npos) continue;
        SCOPED_TRACE(file);
        const std::optional<test::Profiled> program = test::profiled(test::sw_program(file));
        ASSERT_TRUE(program);
        const Labels modes = minimum_cut(mode_choice(program->graph, {}, same_everywhere({})));
        const ElfFile elf = hinted(test::planned(*program, false, modes)).elf;
        const Ran rtl = run(elf, dynamic(false, Backend::kRtl));
        EXPECT_EQ(rtl.result.exit_code, 0) << rtl.printed;
        EXPECT_GT(of(rtl.result.registers, Counter::kSwitches), kMeters);
        const Ran fast = run(elf, dynamic(false));
        expect_same_run(rtl, fast);
        EXPECT_EQ(run(elf, static_file(model::rf::Kind::kFlipFlop)).result.exit_code, 0);
    }
}

TEST_F(RfHintedPlan, WrittenAsAFileItIsTheSameProgram) {
    for (int round = 0; round < 10; ++round) {
        const std::optional<Planned> program = next_planned();
        ASSERT_TRUE(program);
        if (program->plan.unlimited.recommendations.empty()) continue;
        SCOPED_TRACE("program " + std::to_string(seed_));
        const ElfFile elf = hinted(*program).elf;
        const std::string path = folder_.path("rewritten.elf");
        const Status status = write_elf(elf, path);
        ASSERT_TRUE(status.ok()) << status.message();
        const Result<ElfFile> read = ElfFile::read(path);
        ASSERT_TRUE(read.ok()) << read.status().message();
        EXPECT_EQ(read.value().entry(), elf.entry());
        ASSERT_EQ(read.value().segments().size(), elf.segments().size());
        for (size_t i = 0; i < elf.segments().size(); ++i) {
            EXPECT_EQ(read.value().segments()[i].address, elf.segments()[i].address);
            EXPECT_EQ(read.value().segments()[i].bytes, elf.segments()[i].bytes);
            EXPECT_EQ(read.value().segments()[i].memory_bytes, elf.segments()[i].memory_bytes);
            EXPECT_EQ(read.value().segments()[i].executable, elf.segments()[i].executable);
        }
    }
}

TEST_F(RfWindowedPlan, EveryRecommendationIsFollowed) {
    uint64_t windows = 0;
    uint64_t loads = 0;
    for (int round = 0; round < 40; ++round) {
        const std::optional<Planned> program = next_planned();
        ASSERT_TRUE(program);
        SCOPED_TRACE("program " + std::to_string(seed_));
        const Ran without = run(program->program.elf, dynamic(false));
        const PlannedProgram prepared = windowed(*program);
        const size_t entries = program->plan.table.recommendations.size();
        ASSERT_EQ(prepared.windows, std::max<size_t>(1, (entries + kMatchEntries - 1) / kMatchEntries));
        RunConfig config = dynamic(false);
        config.handler = prepared.added;
        const Ran with = run(prepared.elf, config);
        expect_same_end(with, without);
        ASSERT_EQ(with.result.migrations.count, program->plan.table.switches);
        ASSERT_EQ(with.result.migrations.count, of(with.result.registers, Counter::kSwitches));
        ASSERT_EQ(with.result.migrations.count + with.result.migrations.windows.count,
                  with.result.executed.interrupts);
        windows += prepared.windows - 1;
        loads += with.result.migrations.windows.count;
    }
    EXPECT_GT(windows, 0U);
    EXPECT_GT(loads, windows) << "no program came from one window to another: the test says little";
}

TEST_F(RfWindowedPlan, TheRtlDoesAllOfItTheSame) {
    int windowed_programs = 0;
    for (int round = 0; round < 1000 && windowed_programs < 2; ++round) {
        const std::optional<Planned> program = next_planned();
        ASSERT_TRUE(program);
        const PlannedProgram prepared = windowed(*program);
        if (prepared.windows == 1) continue;
        ++windowed_programs;
        SCOPED_TRACE("program " + std::to_string(seed_));
        const Ran fast = run(prepared.elf, dynamic(false));
        const Ran rtl = run(prepared.elf, dynamic(false, Backend::kRtl));
        expect_same_run(rtl, fast);
        EXPECT_EQ(of(rtl.result.registers, Counter::kSwitches), program->plan.table.switches);
    }
    EXPECT_EQ(windowed_programs, 2);
}

TEST_F(RfHintedPlan, AFileThatHasChangedMeanwhileIsNotWritten) {
    const std::optional<Planned> program = next_planned();
    ASSERT_TRUE(program);
    const ElfFile& elf = program->program.elf;
    (void)folder_.file("program.elf", "no ELF file any more");
    const Status status = write_elf(elf, folder_.path("rewritten.elf"));
    ASSERT_FALSE(status.ok());
    EXPECT_NE(status.message().find("no longer the file that was read"), std::string::npos) << status.message();
    EXPECT_EQ(folder_.names(), std::vector<std::string>{"program.elf"});
}

constexpr uint32_t kBase = test::FlowProgram::kBase;

/// A program by hand, of both lengths of instructions, and a plan for some of its addresses.
class RfHintByHand : public testing::Test {
   protected:
    using Code = test::rv32::Code;

    ElfFile program(const Code& code) {
        std::vector<uint16_t> halves;
        for (size_t i = 0; i < code.bytes().size(); i += 2)
            halves.push_back(static_cast<uint16_t>(code.bytes()[i] | code.bytes()[i + 1] << 8));
        const Result<ElfFile> elf = ElfFile::read(folder_.file("program.elf", test::elf_of(halves, kBase)));
        EXPECT_TRUE(elf.ok()) << elf.status().message();
        return elf.value();
    }
    static Plan plan_of(const std::vector<uint32_t>& offsets) {
        Plan plan;
        for (size_t i = 0; i < offsets.size(); ++i)
            plan.unlimited.recommendations.push_back({.pc = kBase + offsets[i],
                                                      .mode = i % 2 == 0 ? Mode::kVertical : Mode::kHorizontal,
                                                      .live = Liveness::kAll});
        return plan;
    }
    /// Ends with what x10 is, of which 8 bits are seen.
    static void end(Code& code) {
        using namespace test::rv32;
        code.emit(lui(31, 0x10000000));
        code.emit(sw(10, 31, 4));
    }
    /// Hints in front of the instruction at each offset alone, and of all: the same result, with the hint met.
    void expect_same(const Code& code, const std::vector<uint32_t>& offsets) {
        const ElfFile elf = program(code);
        const Ran without = run(elf, dynamic(false));
        ASSERT_EQ(without.result.end, End::kExit);
        std::vector<std::vector<uint32_t>> plans{offsets};
        for (const uint32_t offset : offsets) plans.push_back({offset});
        for (const auto& plan : plans) {
            SCOPED_TRACE("at " + std::to_string(plan.front()));
            const Result<PlannedProgram> prepared = with_hints(elf, plan_of(plan));
            ASSERT_TRUE(prepared.ok()) << prepared.status().message();
            ASSERT_TRUE(prepared.value().left_out.empty()) << prepared.value().left_out.front().why;
            RunConfig config = dynamic(false);
            config.handler = prepared.value().added;
            const Ran with = run(prepared.value().elf, config);
            expect_same_end(with, without);
            EXPECT_GT(with.result.migrations.count, 0U);
        }
    }
    void expect_left_out(const Code& code, uint32_t offset, const std::string& why) {
        const Result<PlannedProgram> prepared = with_hints(program(code), plan_of({offset}));
        ASSERT_FALSE(prepared.ok());
        EXPECT_NE(prepared.status().message().find(why), std::string::npos) << prepared.status().message();
        EXPECT_NE(prepared.status().message().find("--apply interrupt"), std::string::npos);
    }
    test::TemporaryFolder folder_;
};

TEST_F(RfHintByHand, WhatMakesRoomDoesElsewhereWhatItDid) {
    using namespace test::rv32;
    Code code;
    std::vector<uint32_t> at;
    const auto mark = [&] { at.push_back(code.here()); };
    code.load_immediate(10, 0x1234567);
    mark();
    code.emit(auipc(11, 0x7000));  // pc itself
    code.emit(add(10, 10, 11));
    mark();
    code.emit(c_addi(10, 3));  // two short ones
    code.emit(c_slli(10, 1));
    mark();
    code.emit(c_addi(10, 5));  // a short one and a long one, of which half stays
    code.emit(xori(10, 10, 0x155));
    code.emit(addi(12, 0, 3));
    const uint32_t loop = code.here();
    mark();
    code.emit(addi(10, 10, 7));
    mark();
    code.emit(addi(12, 12, -1));
    mark();
    code.emit(bne(12, 0, static_cast<int32_t>(loop) - static_cast<int32_t>(code.here())));  // taken and not
    code.emit(addi(13, 0, 0));
    code.emit(addi(14, 0, -5));
    for (uint32_t funct3 : {0U, 1U, 4U, 5U, 6U, 7U})
        for (const auto& [a, b] : {std::pair(13U, 14U), std::pair(14U, 13U), std::pair(13U, 13U)}) {
            mark();
            code.emit(b_type(funct3, a, b, 8));
            code.emit(addi(10, 10, static_cast<int32_t>(1 << funct3) + 3));
            code.emit(add(10, 10, 10));
        }
    code.emit(c_li(8, 0));
    mark();
    code.emit(c_beqz(8, 8));  // a short branch, taken, over what makes room with it
    code.emit(addi(10, 10, 99));
    code.emit(c_addi(10, 1));
    mark();
    code.emit(c_bnez(8, 8));
    code.emit(addi(10, 10, 77));
    code.emit(c_addi(10, 1));
    mark();
    code.emit(c_addi(10, 1));
    code.emit(c_j(6));  // a short jump, second
    code.emit(addi(10, 10, 55));
    mark();
    code.emit(jal(0, 8));
    code.emit(addi(10, 10, 33));
    mark();
    code.emit(jal(1, 4));  // what a call leaves in x1 is the old place
    code.emit(add(10, 10, 1));
    mark();
    code.emit(c_nop());
    code.emit(c_jal(2));
    code.emit(add(10, 10, 1));
    code.load_immediate(15, kBase + code.here() + 8 + 4 + 2);
    mark();
    code.emit(jalr(1, 15, -2));
    code.emit(add(10, 10, 1));
    mark();
    code.emit(add(10, 10, 1));
    mark();
    code.emit(c_addi(10, 1));
    code.emit(auipc(16, 0));  // its own address, but not to go there
    code.emit(addi(16, 16, 6));
    code.emit(add(10, 10, 16));
    end(code);
    expect_same(code, at);
}

/// A loop of two rounds over forty recommendations: three windows, each crossing loads one.
TEST_F(RfHintByHand, InWindowsEachBorderIsCrossedOnceARound) {
    using namespace test::rv32;
    constexpr uint32_t kEntries = 40;
    Code code;
    code.emit(addi(10, 0, 0));
    code.emit(addi(11, 0, 2));
    Plan plan;
    for (uint32_t i = 0; i < kEntries; ++i) {
        plan.table.recommendations.push_back({.pc = kBase + code.here(),
                                              .mode = i % 2 == 0 ? Mode::kVertical : Mode::kHorizontal,
                                              .live = Liveness::kAll});
        code.emit(addi(10, 10, static_cast<int32_t>(i)));
        code.emit(xori(10, 10, 0x55));
    }
    code.emit(addi(11, 11, -1));
    code.emit(bne(11, 0, 8 - static_cast<int32_t>(code.here())));
    end(code);
    const ElfFile elf = program(code);
    const Ran without = run(elf, dynamic(false));
    const Result<PlannedProgram> prepared = with_interrupts(elf, plan, kPlanAddress);
    ASSERT_TRUE(prepared.ok()) << prepared.status().message();
    EXPECT_EQ(prepared.value().windows, 3U);
    RunConfig config = dynamic(false);
    config.handler = prepared.value().added;
    const Ran fast = run(prepared.value().elf, config);
    expect_same_end(fast, without);
    EXPECT_EQ(fast.result.migrations.count, 2 * kEntries);
    EXPECT_EQ(fast.result.migrations.windows.count, 5U) << "to the second, third, first, second, third";
    config.backend = Backend::kRtl;
    const Ran rtl = run(prepared.value().elf, config);
    expect_same_end(rtl, without);
    expect_same_run(rtl, fast);
    // As hints it needs none.
    plan.unlimited = plan.table;
    const Result<PlannedProgram> hints = with_hints(elf, plan);
    ASSERT_TRUE(hints.ok()) << hints.status().message();
    config.backend = Backend::kFast;
    config.handler = hints.value().added;
    const Ran hinted = run(hints.value().elf, config);
    expect_same_end(hinted, without);
    EXPECT_EQ(hinted.result.migrations.count, 2 * kEntries);
    EXPECT_LT(hinted.result.cycles, fast.result.cycles);
}

TEST_F(RfHintByHand, WhatCannotMakeRoomIsNamed) {
    using namespace test::rv32;
    {
        Code code;
        code.emit(c_li(8, 1));
        code.emit(c_addi(10, 1));  // 2: followed by a target
        code.emit(c_addi(8, -1));
        code.emit(c_bnez(8, -2));
        end(code);
        expect_left_out(code, 2, "0x80000004, behind it, may be jumped to");
    }
    {
        Code code;
        code.emit(addi(10, 0, 1));
        code.emit(c_j(4));  // a block of two bytes
        code.emit(c_nop());
        end(code);
        expect_left_out(code, 4, "too short");
    }
    {
        Code code;
        code.emit(c_nop());
        code.emit(c_jal(4));  // a call of two bytes, where it returns to another block
        code.emit(c_nop());
        end(code);
        expect_left_out(code, 2, "too short");
    }
    {
        Code code;
        code.load_immediate(5, kBase + 10);  // an address that the program makes
        code.emit(c_addi(10, 1));
        code.emit(c_addi(10, 2));
        end(code);
        expect_left_out(code, 8, "0x8000000a, behind it, may be jumped to");
    }
    {
        Code code;
        code.emit(c_addi(10, 1));
        code.emit(c_addi(10, 2));
        end(code);
        code.emit((kBase + 2) & 0xffff);  // and one that stands in its data
        code.emit(kBase >> 16);
        expect_left_out(code, 0, "0x80000002, behind it, may be jumped to");
    }
    {
        Code code;
        code.emit(auipc(1, 0));
        code.emit(jalr(1, 1, 8));
        end(code);
        expect_left_out(code, 4, "goes by the register that it writes");
    }
    {
        Code code;
        code.emit(addi(10, 0, 0));
        code.emit(ecall());
        end(code);
        expect_left_out(code, 4, "a trap there");
    }
}

TEST_F(RfHintByHand, TheOthersAreFollowedAndTheOneLeftOutIsNamed) {
    using namespace test::rv32;
    Code code;
    code.emit(addi(10, 0, 1));
    code.emit(c_addi(10, 1));
    code.emit(c_addi(10, 2));
    code.emit(c_addi(10, 4));
    code.emit(c_addi(10, 8));
    end(code);
    const ElfFile elf = program(code);
    const Result<PlannedProgram> prepared = with_hints(elf, plan_of({0, 4, 6}));
    ASSERT_TRUE(prepared.ok()) << prepared.status().message();
    ASSERT_EQ(prepared.value().left_out.size(), 1U);
    EXPECT_EQ(prepared.value().left_out[0].pc, kBase + 6);
    EXPECT_NE(prepared.value().left_out[0].why.find("the recommendation before"), std::string::npos);
    RunConfig config = dynamic(false);
    config.handler = prepared.value().added;
    const Ran ran = run(prepared.value().elf, config);
    EXPECT_EQ(ran.result.exit_code, 16);
    EXPECT_EQ(ran.result.migrations.count, 2U);
}

TEST_F(RfHintByHand, WhatIsOutOfReachOrInTheWayIsRefused) {
    using namespace test::rv32;
    Code code;
    code.emit(addi(10, 0, 1));
    end(code);
    const ElfFile elf = program(code);
    const auto refused = [&](uint32_t address, const std::string& what) {
        const Result<PlannedProgram> prepared = with_hints(elf, plan_of({0}), address);
        ASSERT_FALSE(prepared.ok());
        EXPECT_NE(prepared.status().message().find(what), std::string::npos) << prepared.status().message();
    };
    refused(kPlanAddress, "out of reach of a jump; --plan-at");
    refused(kBase, "segment");
    refused(kBase + 0x1004, "multiple of 128");
    Code returns = code;
    returns.emit(mret());
    const Result<PlannedProgram> prepared = with_hints(program(returns), plan_of({0}));
    ASSERT_FALSE(prepared.ok());
    EXPECT_NE(prepared.status().message().find("mret at"), std::string::npos) << prepared.status().message();
}

}  // namespace
}  // namespace sky::regfile
