// Question: is every instruction of the core in the cycle that its page says, and does the register file hear of
// every access in the right one?
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "sysc/model/regfile/register_file.hpp"
#include "tests/support/rv32_lab.hpp"

namespace sky::model::rv32 {
namespace {

using namespace test::rv32;  // mnemonics

constexpr uint64_t kFirst = 2;  // the cycle in which the first instruction after reset is in X

/// Cycles in which the instructions from the first on retire.
std::vector<uint64_t> retirements(Lab& lab, size_t count) {
    std::vector<uint64_t> cycles;
    for (size_t i = 0; i < count; ++i) cycles.push_back(lab.step().cycle);
    return cycles;
}
std::vector<uint64_t> retirements(const std::vector<uint32_t>& program, size_t count) {
    Lab lab(true);
    lab.program(program);
    lab.set(10, Lab::kData);
    return retirements(lab, count);
}
using Cycles = std::vector<uint64_t>;

TEST(TimingRv32Core, RetiresOneInstructionACycleFromTheThirdOn) {
    EXPECT_EQ(retirements({addi(5, 0, 1), c_addi(5, 1), add(6, 5, 5), c_nop(), addi(7, 6, 1), sw(7, 10, 0)}, 6),
              (Cycles{2, 3, 4, 5, 6, 7}));
}

TEST(TimingRv32Core, FetchesAFirstInstructionAcrossTwoWordsACycleLater) {
    MachineConfig config;
    config.boot_pc = Lab::kBase + 2;
    Lab lab(true, config);
    lab.program({addi(5, 0, 1), addi(6, 0, 1), addi(7, 0, 1)}, 2);
    EXPECT_EQ(retirements(lab, 3), (Cycles{3, 4, 5}));
}

TEST(TimingRv32Core, AHintThatNobodyFollowsTakesACycleAndNoRegister) {
    Lab lab(true);
    lab.program({rf_hint(0), rf_hint(1), rf_hint(1), csrrwi(0, csr::kRfctl, 1), rf_hint(0), rf_hint(1), c_nop()});
    EXPECT_EQ(retirements(lab, 7), (Cycles{2, 3, 4, 5, 6, 7, 8})) << "followed, it only asks for an interrupt";
    for (const auto& event : lab.file().events) EXPECT_EQ(event.kind, RecordingFile::Event::Kind::kIdle);
}

TEST(TimingRv32Core, WaitsForLoadsMultiplicationsAndDivisions) {
    EXPECT_EQ(retirements({lw(5, 10, 0), sw(5, 10, 4), mul(5, 10, 10), mulhu(5, 10, 10), div(5, 10, 10),
                           remu(5, 10, 0), addi(5, 5, 1)},
                          7),
              (Cycles{3, 4, 6, 8, 42, 76, 77}));
    EXPECT_EQ(retirements({lw(0, 0, -8), c_nop()}, 2), (Cycles{3, 4})) << "the save page, and no register";
}

TEST(TimingRv32Core, TakesTwoMoreCyclesForATakenBranchAndThreeAcrossWords) {
    EXPECT_EQ(retirements({beq(0, 0, 8), c_nop(), c_nop(), addi(5, 0, 1)}, 2), (Cycles{2, 5}));
    EXPECT_EQ(retirements({beq(0, 0, 6), c_nop(), addi(5, 0, 1)}, 2), (Cycles{2, 6}));
    EXPECT_EQ(retirements({beq(0, 0, 6), c_nop(), c_nop(), c_nop()}, 3), (Cycles{2, 5, 6}))
        << "the second half of a word is no later";
    EXPECT_EQ(retirements({bne(0, 0, 8), addi(5, 0, 1)}, 2), (Cycles{2, 3})) << "not taken";
    EXPECT_EQ(retirements({beq(0, 0, 4), addi(5, 0, 1)}, 2), (Cycles{2, 5})) << "taken to the next one";
}

TEST(TimingRv32Core, RedirectsTheSameForJumpsFencesAndReturns) {
    EXPECT_EQ(retirements({jal(1, 8), c_nop(), c_nop(), addi(5, 0, 1)}, 2), (Cycles{2, 5}));
    EXPECT_EQ(retirements({c_j(4), c_nop(), addi(5, 0, 1)}, 2), (Cycles{2, 5}));
    EXPECT_EQ(retirements({fence_i(), addi(5, 0, 1)}, 2), (Cycles{2, 5}));
    EXPECT_EQ(retirements({fence(), addi(5, 0, 1)}, 2), (Cycles{2, 3}));
    Lab lab(true);
    lab.program({csrrw(0, csr::kMepc, 10), mret()});
    lab.program({addi(5, 0, 1), ecall()}, 0x100);
    lab.set(10, Lab::kBase + 0x100);
    EXPECT_EQ(retirements(lab, 3), (Cycles{2, 3, 6}));
}

TEST(TimingRv32Core, AJumpWaitsForItsWriteAndTheFetchDoesNot) {
    for (const uint32_t slow : {1U, 2U, 3U, 10U}) {
        Lab lab(true);
        lab.file().cycles_of = [slow](const rf::Request& request) { return request.write ? slow : 1U; };
        lab.program({jal(1, 8), c_nop(), c_nop(), sw(10, 10, 0)});
        lab.set(10, Lab::kData);
        // The jump is in X from cycle 2 on, the target in R from 4 on at the earliest.
        const uint64_t jump = kFirst + slow - 1;
        const uint64_t target = std::max<uint64_t>(jump + 1, kFirst + 2) + 1;
        EXPECT_EQ(retirements(lab, 2), (Cycles{jump, target})) << slow;
    }
}

TEST(TimingRv32Core, TrapsInTheFirstCycleAndWritesNothing) {
    Lab lab(true);
    lab.program({csrrw(0, csr::kMtvec, 10), lw(5, 10, 1)});
    lab.program({csrrs(6, csr::kMcycle, 0)}, 0x100);
    lab.set(10, Lab::kBase + 0x100);
    EXPECT_EQ(retirements(lab, 3), (Cycles{2, 3, 6}));
    EXPECT_EQ(lab.machine().reg(6), 6U) << "mcycle is the number of the cycle";
    for (const auto& event : lab.file().events) EXPECT_FALSE(event.request.write && event.request.rd == 5);
}

TEST(TimingRv32Core, AsksForAWriteAndTheNextReadsAtOnce) {
    Lab lab(true);
    lab.file().cycles_of = [](const rf::Request& request) { return request.read2 ? 4U : 2U; };
    lab.program({addi(5, 0, 7), sub(6, 5, 10), sw(6, 10, 0), c_nop()});
    lab.set(10, Lab::kData);
    // addi is in X in cycle 2, its request has two reads: four cycles. sub from 6 on, sw reads two registers as well.
    EXPECT_EQ(retirements(lab, 4), (Cycles{5, 9, 10, 11}));
    const auto& events = lab.file().events;
    std::vector<RecordingFile::Event> requests;
    for (const auto& event : events)
        if (event.kind == RecordingFile::Event::Kind::kRequest) requests.push_back(event);
    ASSERT_EQ(requests.size(), 2U) << "an instruction without registers asks for nothing";
    EXPECT_EQ(requests[0].first, 2U);
    EXPECT_TRUE(requests[0].request.write && requests[0].request.read1 && requests[0].request.read2);
    EXPECT_EQ(requests[0].request.rd, 5);
    EXPECT_EQ(requests[0].request.data, 7U);
    EXPECT_EQ(requests[0].request.rs1, 5);
    EXPECT_EQ(requests[0].request.rs2, 10);
    EXPECT_EQ(requests[1].first, 6U);
    EXPECT_EQ(requests[1].request.rd, 6);
    EXPECT_EQ(requests[1].request.rs1, 10);
    EXPECT_EQ(requests[1].request.rs2, 6);
}

TEST(TimingRv32Core, LeavesNoCycleOutAndCountsNoneTwice) {
    Lab lab(true);
    lab.file().cycles_of = [](const rf::Request& request) { return 1U + request.rd % 5U; };
    lab.program({addi(5, 0, 3), div(6, 10, 5), lw(7, 10, 0), csrrwi(0, csr::kRfmode, 1), addi(5, 5, -1),
                 bne(5, 0, -16), sw(0, 11, 4)});
    lab.set(10, Lab::kData);
    lab.set(11, MemoryMap::kConsoleBase);
    lab.file().switch_cycles = 6;
    EXPECT_EQ(lab.machine().run({.instructions = 100}).reason, StopReason::kExit);
    uint64_t next = 0;
    for (const auto& event : lab.file().events) {
        EXPECT_EQ(event.first, next);
        next = event.first + event.cycles;
    }
    EXPECT_EQ(next, lab.machine().cycles());
}

// --- switches and placement

TEST(TimingRv32Core, ASwitchOfTheModeComesBeforeTheRequest) {
    for (const uint32_t cycles : {1U, 5U}) {
        Lab lab(true);
        lab.file().switch_cycles = cycles;
        lab.program({csrrwi(5, csr::kRfmode, 1), c_nop()});
        EXPECT_EQ(retirements(lab, 2), (Cycles{kFirst + cycles, kFirst + cycles + 1}));
    }
    EXPECT_EQ(retirements({csrrs(5, csr::kRfmode, 0), c_nop()}, 2), (Cycles{2, 3})) << "reading is no switch";
}

TEST(TimingRv32Core, APlacementTakesACycleOfItsOwn) {
    Lab lab(true);
    lab.program({csrrw(0, csr::kRfplace, 10), c_nop()});
    lab.set(10, 7 | 19 << 8);
    EXPECT_EQ(retirements(lab, 2), (Cycles{3, 4}));
    ASSERT_EQ(lab.file().placed.size(), 1U);
    EXPECT_EQ(lab.file().placed[0], (std::array<uint32_t, 2>{7, 19}));
}

// --- hints

rf::Hints hints_of_request(Lab& lab, size_t number) {
    for (const auto& event : lab.file().events)
        if (event.kind == RecordingFile::Event::Kind::kRequest && number-- == 0) return event.hints;
    ADD_FAILURE() << "there is no such request";
    return {};
}

TEST(TimingRv32Hints, TellOfTheInstructionInRAndTheReadsOfTheOneAfter) {
    // The third word arrives in cycle 3: a request that begins in cycle 2 does not know it, one in cycle 3 does.
    Lab early(true);
    early.program({addi(5, 0, 1), addi(6, 5, 1), add(7, 6, 11), sw(12, 13, 0)});
    early.step();
    EXPECT_TRUE(hints_of_request(early, 0).write);
    EXPECT_FALSE(hints_of_request(early, 0).read1 || hints_of_request(early, 0).read2);
    Lab lab(true);
    lab.program({lw(5, 0, -8), addi(6, 5, 1), add(7, 6, 11), sw(12, 13, 0)});
    lab.step(2);
    const rf::Hints hints = hints_of_request(lab, 0);
    EXPECT_TRUE(hints.write && hints.read1 && hints.read2);
    EXPECT_EQ(hints.rd, 6);
    EXPECT_EQ(hints.rs1, 6);
    EXPECT_EQ(hints.rs2, 11);
    const rf::Hints next = hints_of_request(lab, 1);
    EXPECT_EQ(next.rd, 7);
    EXPECT_EQ(next.rs1, 13);
    EXPECT_EQ(next.rs2, 12);
}

TEST(TimingRv32Hints, DoNotTellOfWhatHasNotArrived) {
    // The target is read in the cycle in which its word arrives. What follows it in the same word is there, too; what
    // begins in the next word is not.
    const auto second_hints = [](const std::vector<uint32_t>& at_target) {
        Lab lab(true);
        lab.program({jal(1, 0x100)});
        lab.program(at_target, 0x100);
        lab.step(2);
        return hints_of_request(lab, 1);
    };
    rf::Hints hints = second_hints({c_addi(5, 1), c_addi(6, 1)});
    EXPECT_TRUE(hints.write && hints.read1);
    EXPECT_EQ(hints.rd, 5);
    EXPECT_EQ(hints.rs1, 6);
    hints = second_hints({c_addi(5, 1), addi(6, 6, 1)});
    EXPECT_TRUE(hints.write);
    EXPECT_FALSE(hints.read1);
    hints = second_hints({addi(5, 5, 1), c_addi(6, 1)});
    EXPECT_FALSE(hints.read1);
    EXPECT_EQ(hints.rs1, 0);
}

TEST(TimingRv32Hints, WhileXWaitsTellOfItsWriteAndOfTheReadsInR) {
    Lab lab(true);
    lab.program({div(5, 10, 11), add(6, 7, 8), c_nop()});
    lab.step();
    bool waited = false;
    for (const auto& event : lab.file().events) {
        if (event.kind != RecordingFile::Event::Kind::kIdle || event.cycles != 33) continue;
        waited = true;
        EXPECT_EQ(event.first, kFirst);
        EXPECT_TRUE(event.hints.write && event.hints.read1 && event.hints.read2);
        EXPECT_EQ(event.hints.rd, 5);
        EXPECT_EQ(event.hints.rs1, 7);
        EXPECT_EQ(event.hints.rs2, 8);
    }
    EXPECT_TRUE(waited);
}

TEST(TimingRv32Hints, AreSilentWhenXRedirects) {
    Lab lab(true);
    lab.program({jal(5, 0x40)});
    lab.program({c_nop()}, 0x40);
    lab.step();
    EXPECT_EQ(hints_of_request(lab, 0).rs1, 0);
    EXPECT_FALSE(hints_of_request(lab, 0).write);
    Lab branch(true);
    branch.program({beq(0, 0, 0x40), add(5, 6, 7)});
    branch.step();
    for (const auto& event : branch.file().events) EXPECT_FALSE(event.hints.read1 || event.hints.write);
}

// --- with the model of a real register file, by hand

struct Track {
    std::unique_ptr<rf::RegisterFile> file;
    std::unique_ptr<Machine> machine;
};

Track on_track(const rf::Shape& shape, const rf::Options& options, const std::vector<uint32_t>& program) {
    Track track;
    track.file = rf::RegisterFile::make(shape, options);
    track.machine = std::make_unique<Machine>(MachineConfig{.ram_bytes = 0x10000, .registers = track.file.get()});
    Code code;
    for (const uint32_t insn : program) code.emit(insn);
    EXPECT_TRUE(track.machine->write_memory(Ram::kBase, code.bytes()));
    return track;
}
Cycles retirements(Track& track, size_t count) {
    Cycles cycles;
    Retirement record;
    for (size_t i = 0; i < count; ++i) {
        EXPECT_TRUE(track.machine->step(record));
        cycles.push_back(record.cycle);
    }
    return cycles;
}

// Register r is at domain r, the head over domain 0 at rest; the head stays where it is.
const std::vector<uint32_t> kOnTrack{addi(5, 0, 1), addi(6, 5, 1), add(7, 6, 5), add(3, 30, 10), c_nop()};

TEST(TimingRv32Horizontal, TheHeadTravelsFromAccessToAccess) {
    // addi x5   in X from 2 on; writes 5, x5 is forwarded: 5 steps, 6 cycles, retires in 7.
    // addi x6   from 8; writes 6, reads 5 (6 is forwarded): 1 + 1 steps, retires in 10.
    // add x7    from 11; writes 7, reads 10, then 30: 2 + 3 + 20 steps, retires in 36.
    // add x3    from 37; writes 3: 27 steps, retires in 64.
    Track track = on_track({.kind = rf::Kind::kHorizontal}, {}, kOnTrack);
    EXPECT_EQ(retirements(track, 5), (Cycles{7, 10, 36, 64, 65}));
    EXPECT_EQ(rf::of(track.machine->timed() ? track.file->counters() : rf::Counters{}, rf::Counter::kSteps), 59U);
    EXPECT_EQ(track.machine->reg(7), 3U);
}

TEST(TimingRv32Horizontal, WithoutForwardingOfItsOwnWriteTheReadIsAnAccessMore) {
    // addi x5's request reads 5 in the cycle after its write; addi x6's reads 5 and 6, the nearer one first.
    Track track = on_track({.kind = rf::Kind::kHorizontal}, {.forward = false}, kOnTrack);
    EXPECT_EQ(retirements(track, 2), (Cycles{8, 8 + 1 + 1 + 1 + 1}));
}

TEST(TimingRv32Horizontal, PreshiftHidesTheWayUnderADivision) {
    const std::vector<uint32_t> program{div(20, 0, 0), addi(21, 20, 0), c_nop()};
    Track lazy = on_track({.kind = rf::Kind::kHorizontal}, {}, program);
    EXPECT_EQ(retirements(lazy, 2), (Cycles{2 + 33 + 20, 2 + 33 + 20 + 1 + 1}));
    Track early = on_track({.kind = rf::Kind::kHorizontal}, {.preshift = true}, program);
    EXPECT_EQ(retirements(early, 2), (Cycles{2 + 33, 2 + 33 + 1}));
}

TEST(TimingRv32Horizontal, AFlipFlopFileTakesNoTimeOfItsOwn) {
    Track track = on_track({.kind = rf::Kind::kFlipFlop}, {}, kOnTrack);
    EXPECT_EQ(retirements(track, 5), (Cycles{2, 3, 4, 5, 6}));
}

}  // namespace
}  // namespace sky::model::rv32
