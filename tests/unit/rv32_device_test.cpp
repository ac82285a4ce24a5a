// Question: do the devices answer as the core's page says, and does a program end as it wants to?
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/rv32_handler.hpp"

namespace sky::model::rv32 {
namespace {

using namespace test::rv32;  // mnemonics

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

}  // namespace
}  // namespace sky::model::rv32
