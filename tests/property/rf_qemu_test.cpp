// Question: is the profile of a Linux program, made of qemu's log of blocks, that of the instructions which qemu says
// one by one, and does the cost that follows from it equal what those instructions cost?
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "host/regfile/access_graph.hpp"
#include "host/regfile/block_graph.hpp"
#include "host/regfile/cost.hpp"
#include "host/regfile/qemu_profile.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/seed.hpp"

namespace sky::regfile {
namespace {

const CostModel kModel = CostModel::of({.kind = model::rf::Kind::kHorizontal, .width = 64}, {});

/// Costs of a run, instruction by instruction.
struct Counted {
    uint64_t instructions = 0;
    uint64_t horizontal = 0;
    uint64_t vertical = 0;
    uint8_t last = 0;

    void run(const Operation& operation) {
        ++instructions;
        for (const uint8_t reg : operation.access_list()) {
            horizontal += last == 0 ? kModel.from_rest(reg) : kModel.jump(last, reg);
            vertical += kModel.vertical_access;
            last = reg;
        }
    }
};

class RfQemuRun : public testing::Test {
   protected:
    void SetUp() override {
        if (std::system("qemu-riscv64 --version >/dev/null 2>&1") != 0)
            GTEST_SKIP() << "qemu-riscv64 is not installed: scripts/setup --qemu";
    }
    QemuLog log_of(const std::string& program, const std::string& options, const QemuLogConfig& config = {}) {
        const std::string log = folder_.path("run.log");
        std::string command = "qemu-riscv64 " + options;
        command.append(" -d exec,nochain -D ").append(log).append(" ").append(program);
        const int status = std::system(command.c_str());
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) < 126) << command;
        const Result<QemuLog> read = read_qemu_log(log, config);
        EXPECT_TRUE(read.ok()) << read.status().message();
        return read.ok() ? read.value() : QemuLog();
    }
    test::TemporaryFolder folder_;
};

TEST_F(RfQemuRun, ProfilesAndCostsOfRandomProgramsAreThoseOfTheirInstructions) {
    std::mt19937_64 random(test::seed());
    for (int round = 0; round < 30; ++round) {
        const uint64_t seed = random();
        SCOPED_TRACE("program " + std::to_string(seed));
        const std::string path = folder_.file("program", test::elf64_of(test::make_linux_flow_program(seed)));
        const Result<LinuxFile> file = LinuxFile::read(path);
        ASSERT_TRUE(file.ok()) << file.status().message();
        const Code code(file.value());
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);

        Counted counted;
        const auto count = [&](uint64_t pc) { counted.run(code.at(pc).value_or(Operation{})); };
        const QemuLog steps =
            log_of(path, "-singlestep", {.step = [&](const QemuLog::Step& step) { count(step.from); }});
        ASSERT_EQ(steps.last.size(), 1);
        count(steps.last[0].pc);
        const Result<QemuProfile> single = profile_of(steps, file.value(), code);
        ASSERT_TRUE(single.ok()) << single.status().message();
        EXPECT_EQ(single.value().profile.instructions, counted.instructions);

        const Result<QemuProfile> blocks = profile_of(log_of(path, ""), file.value(), code);
        ASSERT_TRUE(blocks.ok()) << blocks.status().message();
        EXPECT_LT(blocks.value().blocks, single.value().blocks);
        EXPECT_EQ(blocks.value().profile, single.value().profile);
        EXPECT_EQ(blocks.value().broken_off + blocks.value().outside_blocks + blocks.value().cut, 0);

        const Result<BlockGraph> graph = BlockGraph::make(code, blocks.value().profile);
        ASSERT_TRUE(graph.ok()) << graph.status().message();
        const AccessGraph accesses = AccessGraph::make(graph.value());
        EXPECT_EQ(static_cost(accesses, kModel, Mode::kHorizontal), counted.horizontal);
        EXPECT_EQ(static_cost(accesses, kModel, Mode::kVertical), counted.vertical);
    }
}

}  // namespace
}  // namespace sky::regfile
