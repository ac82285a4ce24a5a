// Question: do traps and interrupts come when and in the order in which the core's page says, and lead where it says?
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/rv32_handler.hpp"

namespace sky::model::rv32 {
namespace {

using namespace test::rv32;  // mnemonics

struct Trapping {
    const char* what;
    uint32_t insn;
    Cause cause;
    uint32_t value;
};

TEST(UnitRv32Trap, SavesPcCauseAndValue) {
    const uint32_t at = Lab::kBase + 8;
    for (const Trapping& t : std::vector<Trapping>{
             {"illegal", 0xffffffff, Cause::kIllegal, 0xffffffff},
             {"illegal compressed", 0x8002, Cause::kIllegal, 0x8002},
             {"unknown csr", csrrs(3, 0x7ff, 0), Cause::kIllegal, csrrs(3, 0x7ff, 0)},
             {"read-only csr", csrrw(3, csr::kMhartid, 0), Cause::kIllegal, csrrw(3, csr::kMhartid, 0)},
             {"ecall", ecall(), Cause::kEcall, 0},
             {"ebreak", ebreak(), Cause::kBreakpoint, at},
             {"c.ebreak", c_ebreak(), Cause::kBreakpoint, at},
             {"misaligned lw", lw(3, 10, 2), Cause::kLoadMisaligned, Lab::kData + 2},
             {"misaligned lh", lh(3, 10, 1), Cause::kLoadMisaligned, Lab::kData + 1},
             {"misaligned lhu", lhu(3, 10, 3), Cause::kLoadMisaligned, Lab::kData + 3},
             {"misaligned sw", sw(3, 10, 1), Cause::kStoreMisaligned, Lab::kData + 1},
             {"misaligned sh", sh(3, 10, 1), Cause::kStoreMisaligned, Lab::kData + 1},
             {"load from nowhere", lw(3, 0, 16), Cause::kLoadFault, 16},
             {"byte from nowhere", lbu(3, 0, 17), Cause::kLoadFault, 17},
             {"store to nowhere", sw(3, 0, 16), Cause::kStoreFault, 16},
             {"misaligned and nowhere", lw(3, 0, 17), Cause::kLoadMisaligned, 17},
             {"save page's end", lw(3, 0, -3), Cause::kLoadMisaligned, 0xfffffffd},
         }) {
        for (const bool timed : {false, true}) {
            Lab lab(timed);
            lab.set(10, Lab::kData);
            lab.set(3, 0x55);
            set_up(lab, {t.insn});
            const Retirement record = lab.step();
            EXPECT_TRUE(record.trap) << t.what;
            EXPECT_EQ(record.next_pc, kHandler) << t.what;
            EXPECT_EQ(record.rd, 0) << t.what;
            EXPECT_EQ(record.mem_read | record.mem_write, 0) << t.what;
            lab.step(3);
            EXPECT_EQ(lab.machine().reg(5), at) << t.what;
            EXPECT_EQ(lab.machine().reg(6), static_cast<uint32_t>(t.cause)) << t.what;
            EXPECT_EQ(lab.machine().reg(7), t.value) << t.what;
            EXPECT_EQ(lab.machine().reg(3), 0x55U) << t.what;
            EXPECT_EQ(lab.machine().counts().traps, 1U);
            EXPECT_EQ(lab.machine().instructions(), 5U) << "a trap does not count as an instruction";
        }
    }
}

TEST(UnitRv32Trap, FaultsWhereNothingCanBeFetched) {
    struct Case {
        uint32_t target;
        uint32_t value;
    };
    constexpr uint32_t kEnd = Lab::kBase + Lab::kRamBytes;
    for (const Case& c : {Case{0x1000, 0x1000}, Case{kEnd, kEnd}, Case{kEnd - 2, kEnd}, Case{0xfffff800, 0xfffff800},
                          Case{0x40000000, 0x40000000}}) {
        for (const bool timed : {false, true}) {
            Lab lab(timed);
            lab.poke(kEnd - 4, 0x00030001);  // its last halfword begins an instruction of 32 bits
            lab.set(10, c.target);
            set_up(lab, {jalr(0, 10, 0)});
            lab.step();
            const Retirement record = lab.step();
            EXPECT_TRUE(record.trap);
            EXPECT_EQ(record.insn, 0U);
            EXPECT_EQ(record.pc, c.target);
            lab.step(3);
            EXPECT_EQ(lab.machine().reg(5), c.target);
            EXPECT_EQ(lab.machine().reg(6), 1U);
            EXPECT_EQ(lab.machine().reg(7), c.value);
        }
    }
}

TEST(UnitRv32Trap, RunsOffTheEndOfRamInOneGoAsInSteps) {
    Lab lab;
    lab.set(10, Lab::kBase + Lab::kRamBytes - 4);
    lab.poke(Lab::kBase + Lab::kRamBytes - 4, 0x00010001);
    set_up(lab, {jalr(0, 10, 0)});
    lab.machine().run({.instructions = 2 + 1 + 2 + 3});
    EXPECT_EQ(lab.machine().reg(5), Lab::kBase + Lab::kRamBytes);
    EXPECT_EQ(lab.machine().reg(6), 1U);
}

TEST(UnitRv32Trap, StacksTheInterruptEnable) {
    Lab lab;
    set_up(lab, {csrrsi(0, csr::kMstatus, kMieBit), ecall(), csrrs(11, csr::kMstatus, 0)});
    lab.program(
        {csrrs(10, csr::kMstatus, 0), csrrs(12, csr::kMepc, 0), addi(12, 12, 4), csrrw(0, csr::kMepc, 12), mret()},
        0x400);
    lab.step(3);
    EXPECT_EQ(lab.machine().reg(10), 0x1880U) << "MPP 3, MPIE 1, MIE 0 in the handler";
    lab.step(4 - 1 + 1);
    lab.step();
    EXPECT_EQ(lab.machine().reg(11), 0x1888U) << "MIE back, MPIE 1 after mret";
}

TEST(UnitRv32Trap, FindsALoopOfTrapsAndSaysWhatBeganIt) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        lab.program({c_nop(), jalr(0, 10, 0)});
        lab.set(10, 0x1234);
        const Stop& stop = lab.machine().run({.instructions = 1000});
        EXPECT_EQ(stop.reason, StopReason::kTrapLoop);
        EXPECT_EQ(stop.pc, 0x1234U);
        EXPECT_EQ(stop.cause, 1U);
        EXPECT_EQ(stop.value, 0x1234U);
        EXPECT_EQ(stop.handler, 0U);
        EXPECT_NE(stop.message().find("0x00001234"), std::string::npos) << stop.message();
        EXPECT_NE(stop.message().find("mtvec"), std::string::npos) << stop.message();
        Retirement record;
        EXPECT_FALSE(lab.machine().step(record));
    }
}

TEST(UnitRv32Trap, DoesNotTakeARepeatedTrapForALoop) {
    // The handler itself is fine; the same instruction traps again and again because nobody skips it.
    Lab lab;
    set_up(lab, {ecall()});
    lab.machine().run({.instructions = 1000});
    EXPECT_EQ(lab.machine().stop().reason, StopReason::kInstructionLimit);
    EXPECT_GT(lab.machine().counts().traps, 200U);
}

void store_word(std::vector<uint32_t>& insns, uint32_t address, uint32_t value) {
    insns.push_back(lui(20, address + 0x800));
    insns.push_back(lui(21, value + 0x800));
    insns.push_back(addi(21, 21, static_cast<int32_t>(value << 20) >> 20));
    insns.push_back(sw(21, 20, static_cast<int32_t>(address << 20) >> 20));
}
constexpr uint32_t kStoreInsns = 4;

TEST(UnitRv32Interrupt, TakesTheMostUrgentFirst) {
    // Software and timer are pending, external from the start; each is then masked in turn.
    struct Case {
        uint32_t enabled;
        uint32_t cause;
    };
    constexpr uint32_t kAll = kSoftwareBit | kTimerBit | kExternalBit;
    for (const Case& c : {Case{kAll, 11}, Case{kSoftwareBit | kTimerBit, 3}, Case{kTimerBit, 7}}) {
        for (const bool timed : {false, true}) {
            Lab lab(timed);
            std::vector<uint32_t> insns;
            store_word(insns, 0x02000000, 1);
            store_word(insns, 0x02004004, 0);
            store_word(insns, 0x02004000, 0);
            insns.push_back(csrrsi(0, csr::kMstatus, kMieBit));
            insns.push_back(addi(9, 9, 1));
            set_up(lab, insns, c.enabled);
            lab.machine().set_external(0, true);
            lab.step(3 * kStoreInsns + 1);
            const Retirement record = lab.step();
            EXPECT_TRUE(record.interrupt);
            EXPECT_FALSE(record.trap);
            EXPECT_EQ(record.pc, kHandler);
            lab.step(2);
            EXPECT_EQ(lab.machine().reg(5), Lab::kBase + 8 + 4 * (3 * kStoreInsns + 1))
                << "before the next instruction";
            EXPECT_EQ(lab.machine().reg(6), 0x80000000U | c.cause);
            EXPECT_EQ(lab.machine().reg(7), 0U);
            EXPECT_EQ(lab.machine().reg(9), 0U);
            EXPECT_EQ(lab.machine().counts().interrupts, 1U);
        }
    }
}

TEST(UnitRv32Interrupt, GoesThroughTheTableWhenVectored) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        std::vector<uint32_t> insns;
        store_word(insns, 0x02000000, 1);
        insns.push_back(csrrsi(0, csr::kMstatus, kMieBit));
        set_up(lab, insns, kSoftwareBit, kHandler | 1);
        lab.step(kStoreInsns + 1);
        EXPECT_EQ(lab.step().pc, kHandler + 4 * 3);
    }
    Lab lab;
    set_up(lab, {ecall()}, 0, kHandler | 1);
    EXPECT_EQ(lab.step().next_pc, kHandler) << "exceptions go to the base";
}

TEST(UnitRv32Interrupt, WaitsForTheEnable) {
    Lab lab;
    std::vector<uint32_t> insns;
    store_word(insns, 0x02000000, 1);
    insns.insert(insns.end(),
                 {csrrs(8, csr::kMip, 0), csrrsi(0, csr::kMstatus, kMieBit), addi(9, 9, 1), addi(9, 9, 1)});
    set_up(lab, insns, 0);
    lab.step(kStoreInsns + 4);
    EXPECT_EQ(lab.machine().reg(8), kSoftwareBit) << "mip shows it";
    EXPECT_EQ(lab.machine().reg(9), 2U) << "mie does not let it through";
}

TEST(UnitRv32Interrupt, TimerComesInTheCycleItWasSetTo) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        std::vector<uint32_t> insns;
        store_word(insns, 0x02004004, 0);
        store_word(insns, 0x02004000, 100);
        insns.push_back(csrrsi(0, csr::kMstatus, kMieBit));
        for (int i = 0; i < 200; ++i) insns.push_back(addi(9, 9, 1));
        set_up(lab, insns, kTimerBit);
        lab.program({csrrs(8, csr::kMcycle, 0)}, 0x400);
        Retirement record;
        while (!record.interrupt) record = lab.step();
        if (timed) {
            // Interrupted in cycle 100, first word two cycles later, in X one more.
            EXPECT_EQ(record.rd_value, 103U);
        } else {
            EXPECT_EQ(record.rd_value, 100U);
        }
    }
}

TEST(UnitRv32Interrupt, RunsAreInterruptedAsSteps) {
    // The batch loop has to stop at the right instruction by itself.
    const auto prepare = [](Lab& lab) {
        std::vector<uint32_t> insns;
        store_word(insns, 0x02004004, 0);
        store_word(insns, 0x02004000, 100);
        insns.push_back(csrrsi(0, csr::kMstatus, kMieBit));
        insns.push_back(addi(9, 9, 1));
        insns.push_back(jal(0, -4));
        set_up(lab, insns, kTimerBit | kExternalBit);
        lab.program({csrrs(8, csr::kMepc, 0), addi(10, 9, 0), jal(0, 0)}, 0x400);
        lab.machine().set_external(150, true);
    };
    Lab steps;
    Lab whole;
    prepare(steps);
    prepare(whole);
    steps.step(300);
    whole.machine().run({.instructions = steps.machine().instructions()});
    EXPECT_GT(steps.machine().reg(10), 40U);
    EXPECT_EQ(steps.machine().reg(8), whole.machine().reg(8));
    EXPECT_EQ(steps.machine().reg(10), whole.machine().reg(10));
    EXPECT_EQ(steps.machine().counts().interrupts, 1U);
}

TEST(UnitRv32Interrupt, WfiSleepsUntilSomethingEnabledIsPending) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        std::vector<uint32_t> insns;
        store_word(insns, 0x02004004, 0);
        store_word(insns, 0x02004000, 1000);
        insns.insert(insns.end(), {wfi(), csrrs(8, csr::kMcycle, 0), addi(9, 9, 1)});
        set_up(lab, insns, kTimerBit);
        lab.step(2 * kStoreInsns + 2);
        // wfi is done in cycle 1000, the next instruction in X one later; without MIE nothing is taken.
        EXPECT_EQ(lab.machine().reg(8), 1001U);
        lab.step();
        EXPECT_EQ(lab.machine().reg(9), 1U);
    }
}

TEST(UnitRv32Interrupt, WfiRetiresBeforeTheInterruptIsTaken) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        set_up(lab, {csrrsi(0, csr::kMstatus, kMieBit), wfi(), addi(9, 9, 1)}, kExternalBit);
        lab.machine().set_external(500, true);
        lab.step();
        EXPECT_EQ(lab.step().insn, wfi());
        EXPECT_TRUE(lab.step().interrupt);
        lab.step(2);
        EXPECT_EQ(lab.machine().reg(5), Lab::kBase + 16) << "the instruction after wfi";
    }
}

TEST(UnitRv32Interrupt, ALimitInTheMiddleOfASleepChangesNothing) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        std::vector<uint32_t> insns;
        store_word(insns, 0x02004004, 0);
        store_word(insns, 0x02004000, 1000);
        insns.insert(insns.end(), {wfi(), csrrs(8, csr::kMcycle, 0), jal(0, 0)});
        set_up(lab, insns, kTimerBit);
        for (uint64_t limit = 100; limit <= 1100; limit += 100) {
            EXPECT_EQ(lab.machine().run({.cycles = limit}).reason, StopReason::kCycleLimit);
            EXPECT_GE(lab.machine().cycles(), limit);
            EXPECT_LT(lab.machine().cycles(), limit + 4);
        }
        EXPECT_EQ(lab.machine().reg(8), 1001U);
    }
}

TEST(UnitRv32Interrupt, SaysThatItWouldSleepForEver) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        lab.program({wfi()});
        EXPECT_EQ(lab.machine().run().reason, StopReason::kAsleep);
        EXPECT_NE(lab.machine().stop().message().find("wfi"), std::string::npos);
    }
}

TEST(UnitRv32Reset, KeepsMemoryAndStartsAtTheBootAddress) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        lab.set(10, 77);
        lab.set(11, Lab::kData);
        set_up(lab, {sw(10, 11, 0), csrrsi(0, csr::kMstatus, kMieBit), jal(0, 0)}, kTimerBit);
        lab.step(3);
        lab.machine().set_external(0, true);
        lab.machine().reset();
        EXPECT_EQ(lab.word(Lab::kData), 77U);
        EXPECT_EQ(lab.machine().pc(), Lab::kBase);
        EXPECT_EQ(lab.machine().instructions(), 0U);
        lab.program(
            {csrrs(5, csr::kMstatus, 0), csrrs(6, csr::kMie, 0), csrrs(7, csr::kMtvec, 0), csrrs(8, csr::kMip, 0)});
        const Retirement record = lab.step();
        EXPECT_EQ(record.order, 0U);
        lab.step(3);
        EXPECT_EQ(lab.machine().reg(8), 0U);
        EXPECT_EQ(lab.machine().reg(5), 0x1800U);
        EXPECT_EQ(lab.machine().reg(6), 0U);
        EXPECT_EQ(lab.machine().reg(7), 0U);
    }
}

}  // namespace
}  // namespace sky::model::rv32
