// Question: do random programs end by themselves, reach every instruction, and compute the same however they are run?
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sysc/model/rv32/decode.hpp"
#include "sysc/model/rv32/machine.hpp"
#include "tests/support/random_program.hpp"
#include "tests/support/recording_file.hpp"
#include "tests/support/rv32_encode.hpp"
#include "tests/support/seed.hpp"

namespace sky::model::rv32 {
namespace {

using test::rv32::make_random_program;
using test::rv32::RandomProgram;
using test::rv32::RandomProgramOptions;
using test::rv32::RecordingFile;

constexpr uint64_t kManyInstructions = 200000;
constexpr uint32_t kRamBytes = 0x20000;

void load(Machine& machine, const RandomProgram& program) {
    ASSERT_TRUE(machine.write_memory(RandomProgram::kBase, program.bytes));
    for (const auto& [cycle, level] : program.external) machine.set_external(cycle, level);
}

std::vector<uint8_t> memory_of(const Machine& machine) {
    std::vector<uint8_t> bytes(RandomProgram::kDataOffset + RandomProgram::kDataBytes);
    EXPECT_TRUE(machine.read_memory(RandomProgram::kBase, bytes));
    std::vector<uint8_t> page(MemoryMap::kSavePageBytes - RandomProgram::kHandlerBytes);
    EXPECT_TRUE(machine.read_memory(MemoryMap::kSavePageBase + RandomProgram::kHandlerBytes, page));
    bytes.insert(bytes.end(), page.begin(), page.end());
    return bytes;
}

std::array<uint32_t, 32> registers_of(const Machine& machine) {
    std::array<uint32_t, 32> registers{};
    for (uint32_t r = 0; r < 32; ++r) registers[r] = machine.reg(r);
    return registers;
}

TEST(UnitRv32Random, TwoHundredProgramsEndAndExecuteEveryInstruction) {
    std::map<std::string_view, uint64_t> executed;
    for (uint64_t i = 0; i < 200; ++i) {
        const RandomProgram program = make_random_program(test::seed() + i);
        Machine machine({.ram_bytes = kRamBytes});
        load(machine, program);
        Retirement record;
        while (machine.instructions() < kManyInstructions && machine.step(record)) {
            const Insn insn = decode(record.insn);
            const bool always_traps = insn.op == Op::kEcall || insn.op == Op::kEbreak;
            if (record.trap == always_traps) ++executed[mnemonic(insn)];
        }
        ASSERT_EQ(machine.stop().reason, StopReason::kExit)
            << machine.stop().message() << "; SKY_SEED=" << test::seed() << ", program " << i;
        ASSERT_EQ(machine.stop().exit_code, program.exit_code);
    }
    for (const Encoding& encoding : encodings()) EXPECT_GT(executed[encoding.name], 0U) << encoding.name;
}

TEST(UnitRv32Random, ProgramsTakeEveryTrapAndInterrupt) {
    std::set<uint32_t> causes;
    for (uint64_t i = 0; i < 200; ++i) {
        const RandomProgram program = make_random_program(test::seed() + i);
        Machine machine({.ram_bytes = kRamBytes});
        load(machine, program);
        Retirement record;
        while (machine.instructions() < kManyInstructions && machine.step(record))
            if ((record.insn & ~0xf80U) == test::rv32::csrrs(0, csr::kMcause, 0)) causes.insert(record.rd_value);
    }
    for (const Cause cause :
         {Cause::kFetchFault, Cause::kIllegal, Cause::kBreakpoint, Cause::kLoadMisaligned, Cause::kLoadFault,
          Cause::kStoreMisaligned, Cause::kStoreFault, Cause::kEcall, Cause::kSoftwareInterrupt,
          Cause::kTimerInterrupt, Cause::kExternalInterrupt, Cause::kModeInterrupt})
        EXPECT_TRUE(causes.contains(static_cast<uint32_t>(cause))) << static_cast<uint32_t>(cause);
}

TEST(UnitRv32Random, ProgramsAreInterruptedByHintsAndOutsideOfWindows) {
    uint64_t by_hints = 0;
    uint64_t outside = 0;  // the handler is asked for the mode that it is in
    for (uint64_t i = 0; i < 200; ++i) {
        const RandomProgram program = make_random_program(test::seed() + i);
        Machine machine({.ram_bytes = kRamBytes});
        load(machine, program);
        Retirement record;
        uint32_t mode = 0;
        uint32_t next_pc = RandomProgram::kBase;
        while (machine.instructions() < kManyInstructions && machine.step(record)) {
            std::array<uint8_t, 4> b{};
            if (record.interrupt && machine.read_memory(next_pc, b)) {
                const uint32_t bits = b[0] | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16 | uint32_t{b[3]} << 24;
                by_hints += hinted_mode(decode(bits)) ? 1 : 0;
            }
            next_pc = record.next_pc;
            const uint32_t without_field = record.insn & ~(31U << 15);
            if (without_field == test::rv32::csrrwi(0, csr::kRfmode, 0)) mode = record.insn >> 15 & 1;
            if (without_field != test::rv32::csrrw(0, csr::kRfmode, 0)) continue;
            outside += record.rs1_value == mode ? 1 : 0;
            mode = record.rs1_value;
        }
    }
    EXPECT_GT(by_hints, 20U);
    EXPECT_GT(outside, 20U);
}

TEST(UnitRv32Random, StepByStepAndInOneGoAreTheSameRun) {
    for (uint64_t i = 0; i < 100; ++i) {
        const RandomProgram program = make_random_program(test::seed() + i);
        Machine steps({.ram_bytes = kRamBytes});
        Machine whole({.ram_bytes = kRamBytes});
        Machine slices({.ram_bytes = kRamBytes});
        load(steps, program);
        load(whole, program);
        load(slices, program);
        Retirement record;
        while (steps.step(record)) {
        }
        whole.run({.instructions = kManyInstructions});
        while (slices.run({.instructions = slices.instructions() + 1 + i}).reason == StopReason::kInstructionLimit) {
        }
        for (const Machine* other : {&whole, &slices}) {
            ASSERT_EQ(other->stop().reason, StopReason::kExit) << "program " << i;
            ASSERT_EQ(registers_of(steps), registers_of(*other)) << "SKY_SEED=" << test::seed() << ", program " << i;
            ASSERT_EQ(memory_of(steps), memory_of(*other)) << "SKY_SEED=" << test::seed() << ", program " << i;
            ASSERT_EQ(steps.instructions(), other->instructions());
            ASSERT_EQ(steps.cycles(), other->cycles());
        }
    }
}

TEST(UnitRv32Random, TimeChangesNothingThatAProgramComputes) {
    for (uint64_t i = 0; i < 200; ++i) {
        const RandomProgram program =
            make_random_program(test::seed() + i, {.timing_visible = false, .interrupts = i % 2 == 0});
        Machine functional({.ram_bytes = kRamBytes});
        RecordingFile file;
        file.cycles_of = [i](const rf::Request& request) {
            return 1U + (i % 3 == 0 ? 0U : (request.rd * 7U + request.rs1 * 3U + request.rs2) % 13U);
        };
        Machine timed({.ram_bytes = kRamBytes, .registers = &file});
        load(functional, program);
        load(timed, program);
        functional.run({.instructions = kManyInstructions});
        timed.run({.instructions = kManyInstructions});
        ASSERT_EQ(functional.stop().reason, StopReason::kExit) << functional.stop().message() << ", program " << i;
        ASSERT_EQ(timed.stop().reason, StopReason::kExit) << timed.stop().message() << ", program " << i;
        ASSERT_EQ(functional.stop().exit_code, timed.stop().exit_code);
        ASSERT_EQ(registers_of(functional), registers_of(timed)) << "SKY_SEED=" << test::seed() << ", program " << i;
        ASSERT_EQ(memory_of(functional), memory_of(timed)) << "SKY_SEED=" << test::seed() << ", program " << i;
        if (i % 2 == 1) {
            ASSERT_EQ(functional.instructions(), timed.instructions());
        }
        // Requests, waits and switches leave no cycle out.
        ASSERT_GE(file.cycle(), timed.cycles());
    }
}

TEST(UnitRv32Random, NoRegisterFileChangesWhatAProgramComputes) {
    const std::vector<rf::Shape> shapes{
        {.kind = rf::Kind::kFlipFlop},
        {.kind = rf::Kind::kHorizontal},
        {.kind = rf::Kind::kHorizontal, .ports = 2, .banks = 4},
        {.kind = rf::Kind::kHorizontal, .buffer = 4},
        {.kind = rf::Kind::kVertical, .ports = 4},
        {.kind = rf::Kind::kDynamic},
        {.kind = rf::Kind::kDynamic, .buffer = 2},
        {.kind = rf::Kind::kDual},
    };
    for (uint64_t i = 0; i < 160; ++i) {
        const rf::Shape& shape = shapes[i % shapes.size()];
        const uint64_t flags = i / shapes.size();
        const rf::Options options{.rewind = flags % 2 == 1,
                                  .eager = flags % 3 == 1,
                                  .nearest_first = flags % 5 != 1,
                                  .forward = flags % 4 != 1,
                                  .preshift = flags % 3 != 0,
                                  .buffer = shape.buffer};
        const RandomProgram program =
            make_random_program(test::seed() + i, {.items = 40, .timing_visible = false, .interrupts = i % 3 != 0});
        Machine functional({.ram_bytes = kRamBytes});
        const auto file = rf::RegisterFile::make(shape, options);
        Machine timed({.ram_bytes = kRamBytes, .registers = file.get(), .dual = shape.kind == rf::Kind::kDual});
        load(functional, program);
        load(timed, program);
        functional.run({.instructions = kManyInstructions});
        timed.run({.instructions = kManyInstructions});
        ASSERT_EQ(functional.stop().reason, StopReason::kExit) << functional.stop().message() << ", program " << i;
        ASSERT_EQ(timed.stop().reason, StopReason::kExit) << timed.stop().message() << ", program " << i;
        ASSERT_EQ(registers_of(functional), registers_of(timed)) << "SKY_SEED=" << test::seed() << ", program " << i;
        ASSERT_EQ(memory_of(functional), memory_of(timed)) << "SKY_SEED=" << test::seed() << ", program " << i;
        ASSERT_GT(timed.cycles(), timed.instructions());
    }
}

TEST(UnitRv32Random, TimedStepsAndTimedRunsAreTheSame) {
    for (uint64_t i = 0; i < 50; ++i) {
        const RandomProgram program = make_random_program(test::seed() + i);
        RecordingFile first;
        RecordingFile second;
        Machine steps({.ram_bytes = kRamBytes, .registers = &first});
        Machine slices({.ram_bytes = kRamBytes, .registers = &second});
        load(steps, program);
        load(slices, program);
        Retirement record;
        uint64_t last = 0;
        for (uint64_t n = 0; steps.step(record); ++n) {
            ASSERT_EQ(record.order, n);
            if (n != 0) {
                ASSERT_GT(record.cycle, last) << "one instruction a cycle at most";
            }
            last = record.cycle;
        }
        while (slices.run({.cycles = slices.cycles() + 1 + 17 * i}).reason == StopReason::kCycleLimit) {
        }
        ASSERT_EQ(steps.stop().reason, StopReason::kExit) << "program " << i;
        ASSERT_EQ(steps.cycles(), slices.cycles()) << "program " << i;
        ASSERT_EQ(registers_of(steps), registers_of(slices));
        ASSERT_EQ(memory_of(steps), memory_of(slices));
        ASSERT_EQ(steps.counts(), slices.counts());
    }
}

}  // namespace
}  // namespace sky::model::rv32
