// Do frequencies solved from branch probabilities agree with those of the run that the probabilities were taken from?
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "host/regfile/access_graph.hpp"
#include "host/regfile/block_graph.hpp"
#include "host/regfile/chances_file.hpp"
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
    const test::TemporaryFolder folder;
    const std::string file = folder.path("run.probabilities");
    ASSERT_TRUE(save_chances(file, chances, code).ok());
    const Result<Chances> read = load_chances(file, code);
    ASSERT_TRUE(read.ok()) << read.status().message();
    for (const Chances& known : {chances, read.value()}) {
        const Result<SolvedFlow> solved = solve_flow(code, elf.value().entry(), known, 1);
        ASSERT_TRUE(solved.ok()) << solved.status().message();
        EXPECT_EQ(solved.value().profile.transfers, run.value().profile.transfers);
        EXPECT_EQ(solved.value().profile.instructions, run.value().profile.instructions);
        const Result<BlockGraph> again = BlockGraph::make(code, solved.value().profile);
        ASSERT_TRUE(again.ok()) << again.status().message();
        EXPECT_EQ(AccessGraph::make(again.value()).by_register(), AccessGraph::make(blocks.value()).by_register())
            << "those behind the end included";
        EXPECT_TRUE(solved.value().unknown_calls.empty() && solved.value().unknown_jumps.empty());
    }
}

/// How often each block of a run was executed, by its first instruction.
std::map<uint64_t, double> frequencies(const Code& code, const Profile& profile) {
    const Result<BlockGraph> blocks = BlockGraph::make(code, profile);
    EXPECT_TRUE(blocks.ok()) << blocks.status().message();
    std::map<uint64_t, double> out;
    if (!blocks.ok()) return out;
    for (const Block& block : blocks.value().blocks())
        for (uint64_t pc = block.first; block.instructions != 0 && pc < block.end; pc += code.at(pc)->length)
            out[pc] += static_cast<double>(block.count) / static_cast<double>(profile.runs);
    return out;
}

/// From what a run says of its conditional branches and calls through registers alone, with its returns found out.
void expect_frequencies_from_branches(const std::string& path) {
    const Result<ElfFile> elf = ElfFile::read(path);
    ASSERT_TRUE(elf.ok()) << elf.status().message();
    const Result<ProfileRun> run = profile_program(elf.value(), {});
    ASSERT_TRUE(run.ok()) << run.status().message();
    const Code code(elf.value());
    const Result<BlockGraph> blocks = BlockGraph::make(code, run.value().profile);
    ASSERT_TRUE(blocks.ok()) << blocks.status().message();
    Chances branches;
    for (const auto& [from, departing] : chances_of(blocks.value(), run.value().profile)) {
        const Operation operation = *code.at(from);
        if (operation.flow == Flow::kBranch || (operation.flow == Flow::kIndirect && operation.writes) ||
            departing.ends != 0)
            branches[from] = departing;
    }
    constexpr uint64_t kRuns = 1'000'000'000;
    const Result<SolvedFlow> solved = solve_flow(code, elf.value().entry(), branches, kRuns);
    ASSERT_TRUE(solved.ok()) << solved.status().message();
    const auto expected = frequencies(code, run.value().profile);
    const auto found = frequencies(code, solved.value().profile);
    for (const auto& [pc, count] : expected) {
        ASSERT_TRUE(found.contains(pc)) << std::hex << pc;
        ASSERT_NEAR(found.at(pc), count, 1e-6 * count + 1e-5) << std::hex << pc;
    }
}

TEST(FlowEquations, OfBranchesAloneFindTheReturnsOfCalls) {
    const test::TemporaryFolder folder;
    std::mt19937_64 random(test::seed() + 1);
    for (int round = 0; round < 40; ++round) {
        const uint64_t seed = random();
        SCOPED_TRACE("program " + std::to_string(seed));
        expect_frequencies_from_branches(folder.file("program.elf", test::elf_of(test::make_flow_program(seed))));
        if (testing::Test::HasFailure()) return;
    }
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
        code_.emplace(code_of(code));
    }
    Code code_of(const std::vector<uint16_t>& code) {
        const Result<ElfFile> elf = ElfFile::read(folder_.file("a.elf", test::elf_of(code, kBase)));
        EXPECT_TRUE(elf.ok()) << elf.status().message();
        return Code(elf.value());
    }
    test::TemporaryFolder folder_;
    std::optional<Code> code_;
};

TEST_F(FlowEquationsOfALoop, NineOfTenTimesRoundIsTenTimes) {
    const Chances chances{{kBase + 2, {.to = {{kBase, 0.9}}, .ends = 0}}, {kBase + 6, {.to = {}, .ends = 1}}};
    const Result<SolvedFlow> solved = solve_flow(*code_, kBase, chances, 1000);
    ASSERT_TRUE(solved.ok()) << solved.status().message();
    const std::vector<Transfer> expected{{.from = kBase + 2, .to = kBase, .count = 9000}};
    EXPECT_EQ(solved.value().profile.transfers, expected);
    EXPECT_EQ(solved.value().profile.instructions, 21000);
    const Result<BlockGraph> blocks = BlockGraph::make(*code_, solved.value().profile);
    ASSERT_TRUE(blocks.ok()) << blocks.status().message();
    EXPECT_EQ(blocks.value().blocks().front().count, 10000);
}

TEST_F(FlowEquationsOfALoop, ABranchNobodyKnowsIsTakenHalfOfTheTimes) {
    const Result<SolvedFlow> solved = solve_flow(*code_, kBase, {}, 1000);
    ASSERT_TRUE(solved.ok()) << solved.status().message();
    EXPECT_EQ(solved.value().profile.transfers.front().count, 1000);
    EXPECT_TRUE(solved.value().unknown_jumps.empty()) << "the return ends the run";
}

TEST_F(FlowEquationsOfALoop, WhatNeverEndsIsRefused) {
    const Result<SolvedFlow> endless = solve_flow(*code_, kBase, {{kBase + 2, {.to = {{kBase, 1}}, .ends = 0}}}, 1);
    ASSERT_FALSE(endless.ok());
    EXPECT_NE(endless.status().message().find("is never left"), std::string::npos) << endless.status().message();
}

TEST_F(FlowEquationsOfALoop, AJumpNobodyKnowsWhereIsNamed) {
    // 0: jalr x1, 0(x6)   4: jalr x0, 0(x6)
    const Code code = code_of({0x00e7, 0x0003, 0x0067, 0x0003});
    const Result<SolvedFlow> solved = solve_flow(code, kBase, {}, 1000);
    ASSERT_TRUE(solved.ok()) << solved.status().message();
    EXPECT_EQ(solved.value().unknown_calls, std::vector<uint64_t>{kBase});
    EXPECT_EQ(solved.value().unknown_jumps, std::vector<uint64_t>{kBase + 4});
    EXPECT_EQ(solved.value().profile.instructions, 2000);
    const Result<BlockGraph> blocks = BlockGraph::make(code, solved.value().profile);
    ASSERT_TRUE(blocks.ok()) << blocks.status().message();
    EXPECT_EQ(blocks.value().blocks().back().count, 1000) << "what is behind the call was executed, too";
}

TEST_F(FlowEquationsOfALoop, AFunctionThatCallsItselfOnceInTwoIsCalledTwice) {
    // 0: jal x1, 6   4: c.j 0   6: c.nop   8: beq x5, x0, 10   c: c.nop   e: jal x1, -8   12: jalr x0, 0(x1)
    const Code code =
        code_of({0x00ef, 0x0060, 0xa001, 0x0001, 0x8563, 0x0002, 0x0001, 0xf0ef, 0xff9f, 0x8067, 0x0000});
    const Result<SolvedFlow> solved = solve_flow(code, kBase, {}, 1000);
    ASSERT_TRUE(solved.ok()) << solved.status().message();
    const auto often = frequencies(code, solved.value().profile);
    EXPECT_DOUBLE_EQ(often.at(kBase + 6), 2);
    EXPECT_DOUBLE_EQ(often.at(kBase + 4), 1);
    EXPECT_DOUBLE_EQ(often.at(kBase + 0x12), 2);
}

TEST_F(FlowEquationsOfALoop, LinesThatSayNothingSensibleAreRefusedWithTheirNumber) {
    const auto refused = [&](const std::string& text, const std::string& says) {
        const Result<Chances> read = load_chances(folder_.file("p.txt", "# a loop\n" + text), *code_);
        ASSERT_FALSE(read.ok()) << text;
        EXPECT_NE(read.status().message().find("p.txt:2"), std::string::npos) << read.status().message();
        EXPECT_NE(read.status().message().find(says), std::string::npos) << read.status().message();
    };
    refused("0x80000002 0x80000000\n", "three fields");
    refused("0x80000002 0x80000000 0.5 0.5\n", "three fields");
    refused("80000002 0x80000000 0.5\n", "no address");
    refused("0x80000002 there 0.5\n", "neither an address nor 'end'");
    refused("0x80000002 0x80000000 1.5\n", "from 0 to 1");
    refused("0x80000002 0x80000000 -0.5\n", "from 0 to 1");
    refused("0x80000002 0x80000000 nan\n", "from 0 to 1");
    refused("0x80000102 0x80000000 0.5\n", "no instruction there");
    refused("0x80000002 0x80000006 0.5\n", "goes to 0x80000000, or falls through");
    refused("0x80000000 0x80000006 0.5\n", "the next one");
    refused("0x80000008 0x80001000 1\n", "no instruction where it goes");
    refused("0x80000008 0x80000000 0.7\n", "expected 1 in all");
    refused(std::string(300, 'x'), "too long");
    const Result<Chances> twice =
        load_chances(folder_.file("p.txt", "0x80000002 0x80000000 0.5\n0x80000002 0x80000000 0.5\n"), *code_);
    ASSERT_FALSE(twice.ok());
    EXPECT_NE(twice.status().message().find("p.txt:2"), std::string::npos) << twice.status().message();
    const Result<Chances> much =
        load_chances(folder_.file("p.txt", "0x80000002 0x80000000 0.7\n0x80000002 end 0.7"), *code_);
    ASSERT_FALSE(much.ok());
    EXPECT_NE(much.status().message().find("1.4 are said"), std::string::npos) << much.status().message();
    EXPECT_FALSE(load_chances(folder_.path("missing.txt"), *code_).ok());
}

}  // namespace
}  // namespace sky::regfile
