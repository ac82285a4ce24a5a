// Question: do control registers, the match unit and the machine check do what the core's page says?
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sysc/model/rv32/decode.hpp"
#include "tests/unit/rv32_handler.hpp"

namespace sky::model::rv32 {
namespace {

using namespace test::rv32;  // mnemonics

/// Writes `value` with csrrw, reads back with csrrs.
uint32_t after_write(uint32_t number, uint32_t value) {
    Lab lab;
    lab.program({csrrw(11, number, 10), csrrs(12, number, 0)});
    lab.set(10, value);
    lab.step(2);
    EXPECT_EQ(lab.machine().instructions(), 2U);
    return lab.machine().reg(12);
}

TEST(UnitRv32Csr, KeepsTheBitsThatItHas) {
    EXPECT_EQ(after_write(csr::kMstatus, ~0U), 0x1888U);
    EXPECT_EQ(after_write(csr::kMstatus, 0), 0x1800U);
    EXPECT_EQ(after_write(csr::kMie, ~0U), 0x10888U);
    EXPECT_EQ(after_write(csr::kMtvec, ~0U), 0xfffffffdU);
    EXPECT_EQ(after_write(csr::kMepc, ~0U), 0xfffffffeU);
    for (const uint32_t number :
         {csr::kMscratch, csr::kMcause, csr::kMtval, csr::kRftable, csr::kRflength, csr::kRfmask, csr::kRfentryPc,
          csr::kRfentryMask, csr::kRflow, csr::kRfhigh, csr::kRfmiss})
        EXPECT_EQ(after_write(number, 0xdeadbeef), 0xdeadbeefU) << number;
    EXPECT_EQ(after_write(csr::kMisa, 0), 0x40001104U);
    EXPECT_EQ(after_write(csr::kMip, ~0U), 0U);
    EXPECT_EQ(after_write(csr::kMstatush, ~0U), 0U);
    EXPECT_EQ(after_write(csr::kMcountinhibit, ~0U), 0U);
    EXPECT_EQ(after_write(csr::kRfctl, ~0U), 1U);
    EXPECT_EQ(after_write(csr::kRfwant, ~0U), 1U);
    EXPECT_EQ(after_write(csr::kRfentry, ~0U), 15U);
    EXPECT_EQ(after_write(csr::kRfentryMode, ~0U), 1U);
    EXPECT_EQ(after_write(csr::kRfmode, ~0U), 1U);
    EXPECT_EQ(after_write(csr::kRfplace, 0x0102), 0U);
}

TEST(UnitRv32Csr, WritesReadsSetsAndClears) {
    Lab lab;
    lab.program({csrrw(5, csr::kMscratch, 10), csrrs(6, csr::kMscratch, 11), csrrc(7, csr::kMscratch, 12),
                 csrrwi(8, csr::kMscratch, 21), csrrsi(9, csr::kMscratch, 10), csrrci(13, csr::kMscratch, 3),
                 csrrs(14, csr::kMscratch, 0), csrrw(10, csr::kMscratch, 10), csrrs(15, csr::kMscratch, 0)});
    lab.set(10, 0xff00);
    lab.set(11, 0x00ff);
    lab.set(12, 0x0ff0);
    lab.step(9);
    EXPECT_EQ(lab.machine().reg(5), 0U);
    EXPECT_EQ(lab.machine().reg(6), 0xff00U);
    EXPECT_EQ(lab.machine().reg(7), 0xffffU);
    EXPECT_EQ(lab.machine().reg(8), 0xf00fU);
    EXPECT_EQ(lab.machine().reg(9), 21U);
    EXPECT_EQ(lab.machine().reg(13), 31U);
    EXPECT_EQ(lab.machine().reg(14), 28U);
    EXPECT_EQ(lab.machine().reg(10), 28U) << "one register as source and destination";
    EXPECT_EQ(lab.machine().reg(15), 0xff00U);
}

TEST(UnitRv32Csr, ReadsOfReadOnlyOnesAreLegalAndWritesAreNot) {
    for (const uint32_t number : {0xc00U, 0xc01U, 0xc02U, 0xc80U, 0xc81U, 0xc82U, 0xf11U, 0xf12U, 0xf13U, 0xf14U,
                                  0xfc0U, 0xfc9U, 0xfd0U, 0xfd9U, 0xfe0U}) {
        for (const uint32_t insn :
             {csrrs(5, number, 0), csrrc(5, number, 0), csrrsi(5, number, 0), csrrci(5, number, 0),
              csrrw(5, number, 0), csrrs(5, number, 10), csrrwi(5, number, 0), csrrsi(5, number, 1)}) {
            Lab lab;
            set_up(lab, {insn});
            const uint32_t funct3 = (insn >> 12) & 7;
            const bool reads = funct3 != 1 && funct3 != 5 && ((insn >> 15) & 31) == 0;
            EXPECT_EQ(lab.step().trap, !reads) << number;
        }
    }
}

TEST(UnitRv32Csr, CountersHoldWhatIsWrittenForTheNextInstruction) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        lab.program({c_nop(), c_nop(), csrrs(5, csr::kMcycle, 0), csrrs(6, csr::kMinstret, 0),
                     csrrw(0, csr::kMcycle, 10), csrrs(7, csr::kMcycle, 0), csrrw(0, csr::kMinstret, 10),
                     csrrs(8, csr::kMinstret, 0), csrrs(9, csr::kInstret, 0), csrrw(0, csr::kMcycleh, 11),
                     csrrs(12, csr::kCycleh, 0), csrrs(13, csr::kTimeh, 0), csrrw(0, csr::kMinstreth, 11),
                     csrrs(14, csr::kInstreth, 0)});
        lab.set(10, 0xfffffff0);
        lab.set(11, 7);
        lab.step(14);
        // Timed: the first instruction is in X in cycle 2.
        EXPECT_EQ(lab.machine().reg(5), timed ? 4U : 2U);
        EXPECT_EQ(lab.machine().reg(6), 3U);
        EXPECT_EQ(lab.machine().reg(7), 0xfffffff0U);
        EXPECT_EQ(lab.machine().reg(8), 0xfffffff0U);
        EXPECT_EQ(lab.machine().reg(9), 0xfffffff1U);
        EXPECT_EQ(lab.machine().reg(12), 7U);
        EXPECT_EQ(lab.machine().reg(13), 0U) << "mtime is another counter";
        EXPECT_EQ(lab.machine().reg(14), 7U);
    }
}

TEST(UnitRv32Csr, ReadsTheRegisterFilesCounters) {
    Lab lab(true);
    lab.program({addi(6, 0, 1), addi(7, 6, 1), csrrs(5, csr::kRfcounter + 4, 0), csrrs(8, csr::kRfcounterh + 4, 0)});
    lab.step(4);
    EXPECT_EQ(lab.machine().reg(5), 2U) << "every request before its first cycle, not its own";
    EXPECT_EQ(lab.machine().reg(8), 0U);
}

void recommend(Lab& lab, uint32_t pc_offset, std::vector<uint32_t> rest, uint32_t enabled = kModeBit) {
    std::vector<uint32_t> insns{csrrwi(0, csr::kRfentry, 9), csrrw(0, csr::kRfentryPc, 29),
                                csrrwi(0, csr::kRfentryMode, 1), csrrw(0, csr::kRfentryMask, 28),
                                csrrwi(0, csr::kRfctl, 1)};
    insns.insert(insns.end(), rest.begin(), rest.end());
    lab.set(29, Lab::kBase + pc_offset);
    lab.set(28, 0x00ff0012);
    set_up(lab, insns, enabled);
    lab.step(5);
}
constexpr uint32_t kAfterRecommend = 4 * 7;

TEST(UnitRv32Match, InterruptsBeforeTheInstructionThatMatches) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        recommend(lab, kAfterRecommend + 8, {csrrsi(0, csr::kMstatus, kMieBit), addi(9, 9, 1), addi(9, 9, 1)});
        lab.program({csrrs(5, csr::kMepc, 0), csrrs(6, csr::kMcause, 0), csrrs(7, csr::kRfwant, 0),
                     csrrs(8, csr::kRfmask, 0), csrrw(0, csr::kRfmode, 7), mret()},
                    0x400);
        lab.step(2);
        EXPECT_TRUE(lab.step().interrupt);
        lab.step(5);
        EXPECT_EQ(lab.machine().reg(5), Lab::kBase + kAfterRecommend + 8);
        EXPECT_EQ(lab.machine().reg(6), 0x80000010U);
        EXPECT_EQ(lab.machine().reg(7), 1U);
        EXPECT_EQ(lab.machine().reg(8), 0x00ff0012U);
        const Retirement record = lab.step();
        EXPECT_FALSE(record.interrupt) << "the mode is the recommended one now";
        EXPECT_EQ(record.pc, Lab::kBase + kAfterRecommend + 8);
        EXPECT_EQ(lab.machine().counts().interrupts, 1U);
    }
}

TEST(UnitRv32Match, RemembersNothingThatWasNotEnabled) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        recommend(lab, kAfterRecommend,
                  {csrrs(8, csr::kMip, 0), csrrs(7, csr::kMip, 0), csrrsi(0, csr::kMstatus, kMieBit), addi(9, 9, 1),
                   csrrs(6, csr::kRfwant, 0)});
        lab.step(5);
        EXPECT_EQ(lab.machine().reg(8), kModeBit) << "pending while the instruction that matches executes";
        EXPECT_EQ(lab.machine().reg(7), 0U);
        EXPECT_EQ(lab.machine().reg(9), 1U);
        EXPECT_EQ(lab.machine().reg(6), 1U) << "rfwant tells of it";
        EXPECT_EQ(lab.machine().counts().interrupts, 0U);
    }
}

TEST(UnitRv32Match, SwitchesByItselfInADualFile) {
    for (const bool timed : {false, true}) {
        MachineConfig config;
        config.dual = true;
        Lab lab(timed, config);
        lab.file().switch_cycles = 3;
        recommend(lab, kAfterRecommend + 8,
                  {csrrsi(0, csr::kMstatus, kMieBit), csrrs(7, csr::kMcycle, 0), csrrs(8, csr::kMcycle, 0),
                   csrrs(6, csr::kRfmode, 0)});
        lab.step(4);
        EXPECT_EQ(lab.machine().reg(6), 1U);
        EXPECT_EQ(lab.machine().counts().interrupts, 0U);
        // The switch takes three cycles in front of the instruction that matches.
        EXPECT_EQ(lab.machine().reg(8) - lab.machine().reg(7), timed ? 4U : 1U);
    }
}

TEST(UnitRv32Match, TakesTheLowestEntryThatWantsAnotherMode) {
    MatchUnit unit;
    unit.entries[2] = {.pc = 0x100, .mode = rf::Mode::kHorizontal, .live_mask = 2};
    unit.entries[5] = {.pc = 0x100, .mode = rf::Mode::kVertical, .live_mask = 5};
    unit.entries[7] = {.pc = 0x100, .mode = rf::Mode::kVertical, .live_mask = 7};
    EXPECT_EQ(unit.match(0x100, rf::Mode::kHorizontal), nullptr) << "not enabled";
    unit.automatic = true;
    ASSERT_NE(unit.match(0x100, rf::Mode::kHorizontal), nullptr);
    EXPECT_EQ(unit.match(0x100, rf::Mode::kHorizontal)->live_mask, 5U);
    EXPECT_EQ(unit.match(0x100, rf::Mode::kVertical)->live_mask, 2U);
    EXPECT_EQ(unit.match(0x104, rf::Mode::kVertical), nullptr);
    EXPECT_EQ(unit.match(0, rf::Mode::kVertical), nullptr) << "entries with pc 0 are not used";
}

/// rfctl on, then `rest`, with the local interrupt enabled in mie.
void follow(Lab& lab, std::vector<uint32_t> rest, uint32_t enabled = kModeBit) {
    rest.insert(rest.begin(), csrrwi(0, csr::kRfctl, 1));
    set_up(lab, rest, enabled);
    lab.program({csrrs(5, csr::kMepc, 0), csrrs(6, csr::kMcause, 0), csrrs(7, csr::kRfwant, 0),
                 csrrs(8, csr::kRfmask, 0), csrrw(0, csr::kRfmode, 7), mret()},
                0x400);
    lab.step();
}
constexpr uint32_t kFollowed = 4 * 3;  // where `rest` begins

TEST(UnitRv32Hint, InterruptsBeforeItselfAndIsDoneOnceTheModeIsTheRecommendedOne) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        follow(lab, {csrrsi(0, csr::kMstatus, kMieBit), rf_hint(0), rf_hint(1), rf_hint(1), addi(9, 9, 1)});
        lab.step(2);
        EXPECT_EQ(lab.machine().counts().interrupts, 0U) << "it is horizontal";
        EXPECT_TRUE(lab.step().interrupt);
        lab.step(5);
        EXPECT_EQ(lab.machine().reg(5), Lab::kBase + kFollowed + 8);
        EXPECT_EQ(lab.machine().reg(6), 0x80000010U);
        EXPECT_EQ(lab.machine().reg(7), 1U);
        EXPECT_EQ(lab.machine().reg(8), 0xfffffffeU) << "it names no registers, so all live";
        const Retirement record = lab.step();
        EXPECT_EQ(record.pc, Lab::kBase + kFollowed + 8);
        EXPECT_EQ(record.rd, 0U);
        lab.step(2);
        EXPECT_EQ(lab.machine().reg(9), 1U);
        EXPECT_EQ(lab.machine().counts().interrupts, 1U);
    }
}

TEST(UnitRv32Hint, ComesBehindAnExternalInterruptInFrontOfTheSameInstruction) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        follow(lab, {csrrsi(0, csr::kMstatus, kMieBit), rf_hint(1), addi(9, 9, 1)}, kModeBit | kExternalBit);
        lab.program({csrrs(5, csr::kMepc, 0), csrrs(6, csr::kMcause, 0), add(11, 12, 0), add(12, 6, 0),
                     csrrw(0, csr::kRfmode, 13), csrrw(0, csr::kMie, 14), addi(13, 0, 1), mret()},
                    0x400);
        lab.set(14, kModeBit);
        lab.machine().set_external(lab.machine().cycles(), true);
        lab.step(1 + 8 + 8 + 2);
        EXPECT_EQ(lab.machine().reg(11), static_cast<uint32_t>(Cause::kExternalInterrupt));
        EXPECT_EQ(lab.machine().reg(12), static_cast<uint32_t>(Cause::kModeInterrupt));
        EXPECT_EQ(lab.machine().reg(5), Lab::kBase + kFollowed + 4);
        EXPECT_EQ(lab.machine().reg(9), 1U);
        EXPECT_EQ(lab.machine().counts().interrupts, 2U);
    }
}

TEST(UnitRv32Hint, IsNoOtherEncoding) {
    for (const uint32_t insn : {slti(0, 0, 0x7c2), slti(0, 0, 0x7bf), slti(0, 0, 0x3c0), slti(0, 10, 0x7c1),
                                slti(10, 0, 0x7c1), sltiu(0, 0, 0x7c1), addi(0, 0, 0x7c1), c_slli(0, 1)})
        EXPECT_FALSE(hinted_mode(decode(insn))) << insn;
    EXPECT_EQ(hinted_mode(decode(rf_hint(0))), rf::Mode::kHorizontal);
    EXPECT_EQ(hinted_mode(decode(rf_hint(1))), rf::Mode::kVertical);
    EXPECT_EQ(rf_hint(1), 0x7c102013U);
}

TEST(UnitRv32Hint, SwitchesByItselfInADualFile) {
    for (const bool timed : {false, true}) {
        MachineConfig config;
        config.dual = true;
        Lab lab(timed, config);
        follow(lab, {csrrsi(0, csr::kMstatus, kMieBit), rf_hint(1), csrrs(9, csr::kRfmode, 0)});
        lab.step(3);
        EXPECT_EQ(lab.machine().reg(9), 1U);
        EXPECT_EQ(lab.machine().counts().interrupts, 0U);
    }
}

TEST(UnitRv32Window, AsksForAnotherOneOutsideWhileInterruptsAreOn) {
    for (const bool dual : {false, true})
        for (const bool timed : {false, true}) {
            MachineConfig config;
            config.dual = dual;
            Lab lab(timed, config);
            follow(lab, {csrrw(0, csr::kRflow, 10), csrrw(0, csr::kRfhigh, 11), csrrw(0, csr::kRfmiss, 12),
                         csrrsi(0, csr::kMstatus, kMieBit), c_nop(), c_nop(), rf_hint(1)});
            lab.set(11, Lab::kBase + kFollowed + 4 * 4 + 4);
            lab.set(12, 0xcafe);
            lab.set(10, Lab::kBase + kFollowed + 4 * 4);
            lab.step(6);
            EXPECT_EQ(lab.machine().counts().interrupts, 0U) << "inside, and before interrupts were on";
            EXPECT_TRUE(lab.step().interrupt);
            lab.step(3);
            EXPECT_EQ(lab.machine().reg(5), Lab::kBase + kFollowed + 4 * 4 + 4) << "its end is outside";
            EXPECT_EQ(lab.machine().reg(6), 0x80000010U);
            EXPECT_EQ(lab.machine().reg(7), 0U) << "the mode it has, for all that the hint says";
            EXPECT_EQ(lab.machine().reg(8), 0xcafeU);
        }
}

TEST(UnitRv32Window, WithoutAnEndIsEverywhere) {
    MatchUnit unit;
    unit.automatic = true;
    unit.low = 0x200;
    EXPECT_FALSE(unit.match(0x100, {}, rf::Mode::kHorizontal, true));
    unit.high = 0x300;
    EXPECT_TRUE(unit.match(0x100, {}, rf::Mode::kHorizontal, true));
    EXPECT_FALSE(unit.match(0x100, {}, rf::Mode::kHorizontal, false)) << "a handler is outside of every window";
    EXPECT_FALSE(unit.match(0x200, {}, rf::Mode::kHorizontal, true));
    EXPECT_FALSE(unit.match(0x2fe, {}, rf::Mode::kHorizontal, true));
    EXPECT_TRUE(unit.match(0x300, {}, rf::Mode::kHorizontal, true));
}

TEST(UnitRv32MachineCheck, IsTakenOnceAndBeforeAnyInterrupt) {
    Lab lab(true);
    set_up(lab, {csrrsi(0, csr::kMstatus, kMieBit), addi(9, 9, 1), addi(9, 9, 1)}, kExternalBit);
    lab.program({csrrs(5, csr::kMepc, 0), csrrs(6, csr::kMcause, 0), csrrs(7, csr::kMtval, 0), csrrw(0, csr::kMie, 0),
                 mret()},
                0x400);
    lab.step();
    lab.machine().set_external(lab.machine().cycles(), true);
    lab.file().broken = true;
    EXPECT_TRUE(lab.step().interrupt);
    lab.step(2);
    EXPECT_EQ(lab.machine().reg(5), Lab::kBase + 12);
    EXPECT_EQ(lab.machine().reg(6), static_cast<uint32_t>(Cause::kMachineCheck));
    EXPECT_EQ(lab.machine().reg(7), 0U);
    lab.step(4);
    EXPECT_EQ(lab.machine().reg(9), 2U) << "it stays broken but is reported once";
    EXPECT_EQ(lab.machine().counts().interrupts, 1U);
}

}  // namespace
}  // namespace sky::model::rv32
