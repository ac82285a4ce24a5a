// Are registers that no path reads really dead? Whatever stands in them, a program does the same.
#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "host/regfile/access_graph.hpp"
#include "host/regfile/block_graph.hpp"
#include "host/regfile/liveness.hpp"
#include "host/regfile/profile.hpp"
#include "sysc/model/rv32/machine.hpp"
#include "sysc/model/rv32/skrm_memory.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::regfile {
namespace {

using model::rv32::Machine;
using model::rv32::Retirement;

struct Ending {
    uint32_t exit_code = 0;
    uint64_t instructions = 0;
    uint64_t memory = 0;  ///< of all that was stored, in order
    std::string printed;

    bool operator==(const Ending&) const = default;
};

struct Poisoned {
    Ending ending;
    uint64_t registers = 0;  ///< that were given another value
};

/// Runs the program; at each address of `masks` every register outside its mask gets a random value.
Poisoned run(const ElfFile& elf, const std::unordered_map<uint64_t, uint32_t>& masks, uint64_t seed) {
    Poisoned out;
    model::rv32::SkrmMemory skrm;
    Machine machine(
        {.skrm = &skrm, .skrm_bytes = model::rv32::SkrmMemory::kBytes, .to_host = {}, .console = [&out](char c) {
             out.ending.printed += c;
         }});
    EXPECT_TRUE(elf.load(machine).ok());
    std::mt19937_64 random(seed);
    Retirement record;
    do {
        const auto mask = masks.find(machine.pc());
        for (uint32_t reg = 1; mask != masks.end() && reg < 32; ++reg) {
            if ((mask->second >> reg & 1) != 0) continue;
            machine.set_reg(reg, static_cast<uint32_t>(random()));
            ++out.registers;
        }
        if (!machine.step(record)) break;
        if (record.mem_write != 0)
            out.ending.memory =
                (out.ending.memory ^ record.mem_address ^ uint64_t{record.mem_data} << 32) * 0x9e3779b97f4a7c15;
    } while (machine.instructions() < 20'000'000);
    out.ending.exit_code = machine.stop().exit_code;
    out.ending.instructions = machine.instructions();
    return out;
}

uint64_t expect_dead_registers_are_dead(const std::string& path, uint64_t seed) {
    const Result<ElfFile> elf = ElfFile::read(path);
    EXPECT_TRUE(elf.ok()) << elf.status().message();
    const Result<ProfileRun> profile = profile_program(elf.value(), {});
    EXPECT_TRUE(profile.ok()) << profile.status().message();
    const Code code(elf.value());
    const Result<BlockGraph> blocks = BlockGraph::make(code, profile.value().profile);
    EXPECT_TRUE(blocks.ok()) << blocks.status().message();
    std::vector<uint64_t> starts;
    for (const Block& block : blocks.value().blocks()) starts.push_back(block.first);
    const Liveness liveness(code, starts);
    std::unordered_map<uint64_t, uint32_t> masks;
    for (const uint64_t start : starts) masks[start] = liveness.before(start);
    const Poisoned clean = run(elf.value(), {}, seed);
    const Poisoned poisoned = run(elf.value(), masks, seed);
    EXPECT_EQ(poisoned.ending, clean.ending);
    return poisoned.registers;
}

TEST(RfLiveness, PoisonInDeadRegistersChangesNoRandomProgram) {
    const test::TemporaryFolder folder;
    std::mt19937_64 random(test::seed());
    uint64_t registers = 0;
    for (int round = 0; round < 100; ++round) {
        const uint64_t seed = random();
        SCOPED_TRACE("program " + std::to_string(seed));
        registers += expect_dead_registers_are_dead(
            folder.file("program.elf", test::elf_of(test::make_flow_program(seed))), seed);
    }
    EXPECT_GT(registers, 0) << "nothing was ever dead: the test says little";
}

TEST(RfLiveness, PoisonInDeadRegistersChangesNoKernel) {
    const auto programs = test::sw_programs({"kernel-small"});
    if (programs.empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    for (const std::string& file : programs) {
        SCOPED_TRACE(file);
        EXPECT_GT(expect_dead_registers_are_dead(test::sw_program(file), test::seed()), 0);
    }
}

TEST(RfLiveness, FollowsEveryPathAndTrustsNoReturn) {
    // 0: beq x5, x6, +8   4: addi x7, x0, 1   8: addi x8, x7, 0   c: jalr x0, 0(x1)
    const std::vector<uint16_t> code{0x8463, 0x0062, 0x0393, 0x0010, 0x8413, 0x0003, 0x8067, 0x0000};
    const test::TemporaryFolder folder;
    const Result<ElfFile> elf = ElfFile::read(folder.file("a.elf", test::elf_of(code, test::FlowProgram::kBase)));
    ASSERT_TRUE(elf.ok()) << elf.status().message();
    const std::vector<uint64_t> starts{0x80000000};
    const Liveness liveness(Code(elf.value()), starts);
    EXPECT_EQ(liveness.before(0x8000000c), Liveness::kAll);
    EXPECT_EQ(liveness.before(0x80000008), Liveness::kAll & ~(1U << 8));
    EXPECT_EQ(liveness.before(0x80000004), Liveness::kAll & ~(1U << 8) & ~(1U << 7));
    EXPECT_EQ(liveness.before(0x80000000), Liveness::kAll & ~(1U << 8));
    EXPECT_EQ(liveness.before(0x80000002), Liveness::kAll) << "was not looked at";
}

}  // namespace
}  // namespace sky::regfile
