// Do frequencies solved from branch probabilities agree with those of the run that the probabilities were taken from?
#include <gtest/gtest.h>

#include <random>

#include "host/regfile/flow_equations.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::regfile {
namespace {

constexpr uint32_t kBase = test::FlowProgram::kBase;

void expect_the_run_again(const std::string& path) {
    const Result<ElfFile> elf = ElfFile::read(path);
    ASSERT_TRUE(elf.ok()) << elf.status().message();
    const Result<ProfileRun> run = profile_program(elf.value(), {});
    ASSERT_TRUE(run.ok()) << run.status().message();
    const Code code(elf.value());
    const Result<BlockGraph> blocks = BlockGraph::make(code, run.value().profile);
    ASSERT_TRUE(blocks.ok()) << blocks.status().message();
    const Chances chances = chances_of(blocks.value(), run.value().profile);
    const Result<Profile> solved = solve_flow(code, elf.value().entry(), chances, 1);
    ASSERT_TRUE(solved.ok()) << solved.status().message();
    EXPECT_EQ(solved.value().transfers, run.value().profile.transfers);
    EXPECT_EQ(solved.value().instructions, run.value().profile.instructions);
}

TEST(FlowEquations, OfARandomProgramsProbabilitiesGiveItsRunAgain) {
    const test::TemporaryFolder folder;
    std::mt19937_64 random(test::seed());
    for (int round = 0; round < 60; ++round) {
        const uint64_t seed = random();
        SCOPED_TRACE("program " + std::to_string(seed));
        expect_the_run_again(folder.file("program.elf", test::elf_of(test::make_flow_program(seed))));
    }
}

TEST(FlowEquations, OfAKernelsProbabilitiesGiveItsRunAgain) {
    const auto programs = test::sw_programs({"kernel-full"});
    if (programs.empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    for (const std::string& file : programs) {
        SCOPED_TRACE(file);
        expect_the_run_again(test::sw_program(file));
    }
}

class FlowEquationsOfALoop : public testing::Test {
   protected:
    void SetUp() override {
        // 0: c.nop   2: bne x5, x0, -2   6: c.nop   8: jalr x0, 0(x1)
        const std::vector<uint16_t> code{0x0001, 0x9fe3, 0xfe02, 0x0001, 0x8067, 0x0000};
        const Result<ElfFile> elf = ElfFile::read(folder_.file("a.elf", test::elf_of(code, kBase)));
        ASSERT_TRUE(elf.ok()) << elf.status().message();
        code_.emplace(elf.value());
    }
    test::TemporaryFolder folder_;
    std::optional<Code> code_;
};

TEST_F(FlowEquationsOfALoop, NineOfTenTimesRoundIsTenTimes) {
    const Chances chances{{kBase + 2, {.to = {{kBase, 0.9}}, .ends = 0}}, {kBase + 6, {.to = {}, .ends = 1}}};
    const Result<Profile> solved = solve_flow(*code_, kBase, chances, 1000);
    ASSERT_TRUE(solved.ok()) << solved.status().message();
    const std::vector<Transfer> expected{{.from = kBase + 2, .to = kBase, .count = 9000}};
    EXPECT_EQ(solved.value().transfers, expected);
    EXPECT_EQ(solved.value().instructions, 21000);
    const Result<BlockGraph> blocks = BlockGraph::make(*code_, solved.value());
    ASSERT_TRUE(blocks.ok()) << blocks.status().message();
    EXPECT_EQ(blocks.value().blocks().front().count, 10000);
}

TEST_F(FlowEquationsOfALoop, ABranchNobodyKnowsIsTakenHalfOfTheTimes) {
    const Result<Profile> solved = solve_flow(*code_, kBase, {{kBase + 6, {.to = {}, .ends = 1}}}, 1000);
    ASSERT_TRUE(solved.ok()) << solved.status().message();
    EXPECT_EQ(solved.value().transfers.front().count, 1000);
}

TEST_F(FlowEquationsOfALoop, WhatNeverEndsOrGoesNobodyKnowsWhereIsRefused) {
    const Result<Profile> endless = solve_flow(*code_, kBase, {{kBase + 2, {.to = {{kBase, 1}}, .ends = 0}}}, 1);
    ASSERT_FALSE(endless.ok());
    EXPECT_NE(endless.status().message().find("is never left"), std::string::npos) << endless.status().message();
    const Result<Profile> unknown = solve_flow(*code_, kBase, {}, 1);
    ASSERT_FALSE(unknown.ok());
    EXPECT_NE(unknown.status().message().find("0x80000008"), std::string::npos) << unknown.status().message();
}

}  // namespace
}  // namespace sky::regfile
