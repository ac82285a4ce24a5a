// Question: do traps, interrupts, control registers and devices do what the core's page says, in the order it says?
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sysc/model/rv32/csr_file.hpp"
#include "tests/support/rv32_lab.hpp"

namespace sky::model::rv32 {
namespace {

using namespace test::rv32;  // mnemonics

constexpr uint32_t kHandler = Lab::kBase + 0x400;
constexpr uint32_t kMieBit = 8;

/// x31 holds the handler's address, x30 an enabling mask; the first instructions set mtvec and mie, then MIE.
std::vector<uint32_t> with_handler(std::vector<uint32_t> rest) {
    std::vector<uint32_t> all{csrrw(0, csr::kMtvec, 31), csrrw(0, csr::kMie, 30)};
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
}

void set_up(Lab& lab, const std::vector<uint32_t>& rest, uint32_t enabled = 0, uint32_t vector = kHandler) {
    lab.program(with_handler(rest));
    lab.program({csrrs(5, csr::kMepc, 0), csrrs(6, csr::kMcause, 0), csrrs(7, csr::kMtval, 0), mret()}, 0x400);
    lab.set(31, vector);
    lab.set(30, enabled);
    lab.step(2);
}

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

// --- interrupts

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

// --- control registers

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
    for (const uint32_t number : {csr::kMscratch, csr::kMcause, csr::kMtval, csr::kRftable, csr::kRflength,
                                  csr::kRfmask, csr::kRfentryPc, csr::kRfentryMask})
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

// --- devices and endings

TEST(UnitRv32Device, PrintsAndExits) {
    for (const bool timed : {false, true}) {
        std::string printed;
        MachineConfig config;
        config.console = [&printed](char c) { printed += c; };
        Lab lab(timed, config);
        lab.program({sb(11, 10, 0), sw(12, 10, 0), sb(11, 10, 1), sh(13, 10, 0), lw(14, 10, 8), sw(15, 10, 8),
                     sw(16, 10, 4), addi(9, 9, 1)});
        lab.set(10, MemoryMap::kConsoleBase);
        lab.set(11, 'h');
        lab.set(12, 0x12345600 + 'i');
        lab.set(13, '!');
        lab.set(16, 0x1ff);
        const Stop& stop = lab.machine().run();
        EXPECT_EQ(stop.reason, StopReason::kExit);
        EXPECT_EQ(stop.exit_code, 0xffU) << "the low eight bits";
        EXPECT_EQ(printed, "hi!");
        EXPECT_EQ(lab.machine().reg(14), 1U);
        EXPECT_EQ(lab.machine().reg(9), 0U);
        EXPECT_EQ(lab.machine().instructions(), 7U);
        // Timed: in X from cycle 2 on, lw waits a cycle, one more for the cycle of the store itself.
        EXPECT_EQ(lab.machine().cycles(), timed ? 2U + 6U + 1U + 1U : 7U);
        Retirement record;
        EXPECT_FALSE(lab.machine().step(record));
    }
}

TEST(UnitRv32Device, RefusesNarrowAccessesBehindTheConsolesFirstWord) {
    for (const uint32_t insn : {sb(11, 10, 4), sh(11, 10, 4), sb(11, 10, 8), lb(11, 10, 4), lhu(11, 10, 8),
                                lw(11, 10, 12), sw(11, 10, 12), lw(11, 10, 16)}) {
        Lab lab;
        lab.set(10, MemoryMap::kConsoleBase);
        set_up(lab, {insn});
        EXPECT_TRUE(lab.step().trap) << insn;
    }
}

TEST(UnitRv32Device, EndsWhenAWordIsStoredToHost) {
    for (const bool timed : {false, true}) {
        MachineConfig config;
        config.to_host = Lab::kData;
        Lab lab(timed, config);
        lab.program({sw(0, 10, 0), sh(11, 10, 0), sw(11, 10, 4), sw(11, 10, 0), addi(9, 9, 1)});
        lab.set(10, Lab::kData);
        lab.set(11, (5 << 1) | 1);
        const Stop& stop = lab.machine().run({.instructions = 100});
        EXPECT_EQ(stop.reason, StopReason::kToHost);
        EXPECT_EQ(stop.exit_code, 5U);
        EXPECT_EQ(lab.machine().instructions(), 4U);
        EXPECT_EQ(lab.word(Lab::kData), 11U) << "it is memory all the same";
    }
}

TEST(UnitRv32Device, TimerTakesBytesAndWords) {
    Lab lab;
    lab.program({sw(11, 10, 0), sb(12, 10, 1), lw(13, 10, 0), lb(14, 10, 3), lhu(15, 10, 2), sw(11, 20, 0),
                 lw(16, 20, 0), sw(11, 21, 0), lw(17, 21, 0), lw(18, 10, 8)});
    lab.set(10, 0x02004000);
    lab.set(11, 0xa1b2c3d4);
    lab.set(12, 0x77);
    lab.set(20, 0x02000000);
    lab.set(21, 0x0200bff8);
    lab.step(10);
    EXPECT_EQ(lab.machine().reg(13), 0xa1b277d4U);
    EXPECT_EQ(lab.machine().reg(14), 0xffffffa1U);
    EXPECT_EQ(lab.machine().reg(15), 0xa1b2U);
    EXPECT_EQ(lab.machine().reg(16), 0U) << "msip holds one bit";
    EXPECT_EQ(lab.machine().reg(17), 0xa1b2c3d4U) << "mtime holds what was written in the next cycle";
    EXPECT_EQ(lab.machine().reg(18), 0U) << "nothing there";
}

/// Notes what it is asked and answers after as many cycles as the offset says.
class NotedPort final : public SkrmPort {
   public:
    Reply access(const Access& access) override {
        last = access;
        return {.data = 0x11223344, .wait_cycles = access.offset, .fault = access.offset == 12};
    }
    Access last;
};

TEST(UnitRv32Device, AsksTheSkrmPortAndWaitsForIt) {
    NotedPort port;
    MachineConfig config;
    config.skrm = &port;
    config.skrm_bytes = 64;
    Lab lab(true, config);
    lab.set(10, MemoryMap::kSkrmBase);
    lab.set(11, 0xaabbccdd);
    set_up(lab, {sh(11, 10, 6), lbu(12, 10, 8), csrrs(13, csr::kMcycle, 0), lw(14, 10, 12), lw(14, 10, 64)});
    lab.step();
    EXPECT_EQ(port.last.cycle, 4U);
    EXPECT_EQ(port.last.offset, 6U);
    EXPECT_EQ(port.last.bytes, 2U);
    EXPECT_TRUE(port.last.write);
    EXPECT_EQ(port.last.data, 0xccddU);
    lab.step();
    EXPECT_EQ(port.last.cycle, 4U + 6 + 1);
    EXPECT_FALSE(port.last.write);
    EXPECT_EQ(lab.machine().reg(12), 0x44U);
    lab.step();
    EXPECT_EQ(lab.machine().reg(13), 11U + 8 + 1);
    EXPECT_TRUE(lab.step().trap) << "the port refused";
    lab.step(2);
    EXPECT_EQ(lab.machine().reg(6), static_cast<uint32_t>(Cause::kLoadFault));
    Lab other(true, config);
    other.set(10, MemoryMap::kSkrmBase + 2048);
    set_up(other, {lw(14, 10, 64 - 2048)});
    EXPECT_TRUE(other.step().trap) << "behind its last byte";
}

// --- match unit, machine check

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
