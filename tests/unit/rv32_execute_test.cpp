// Question: does every instruction compute what the manual says, also where values end, however it is run?
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <vector>

#include "sysc/model/rv32/decode.hpp"
#include "tests/support/rv32_lab.hpp"

namespace sky::model::rv32 {
namespace {

using namespace test::rv32;  // mnemonics

constexpr uint32_t kMin = 0x80000000;
constexpr uint32_t kMax = 0x7fffffff;
constexpr uint32_t kOnes = 0xffffffff;

// Operands are in x10 and x11, the result is in x12.
struct Row {
    uint32_t insn;
    uint32_t a;
    uint32_t b;
    uint32_t result;
};

const std::vector<Row> kComputations{
    {lui(12, 0xfffff000), 0, 0, 0xfffff000},
    {lui(12, 0x12345000), 0, 0, 0x12345000},
    {auipc(12, 0x1000), 0, 0, Lab::kBase + 0x1000},
    {auipc(12, 0x80000000), 0, 0, 0},
    {addi(12, 10, -1), 0, 0, kOnes},
    {addi(12, 10, 2047), kMax, 0, kMin + 2046},
    {slti(12, 10, -1), kMin, 0, 1},
    {slti(12, 10, -1), kOnes, 0, 0},
    {slti(12, 10, 2047), kMax, 0, 0},
    {sltiu(12, 10, -1), 0xfffffffe, 0, 1},
    {sltiu(12, 10, -1), kOnes, 0, 0},
    {sltiu(12, 10, 1), 0, 0, 1},
    {xori(12, 10, -1), 0x0f0f1234, 0, 0xf0f0edcb},
    {ori(12, 10, -2048), 0x00000123, 0, 0xfffff923},
    {andi(12, 10, -16), 0xffffffff, 0, 0xfffffff0},
    {slli(12, 10, 31), 3, 0, kMin},
    {slli(12, 10, 0), 5, 0, 5},
    {srli(12, 10, 31), kMin, 0, 1},
    {srai(12, 10, 31), kMin, 0, kOnes},
    {srai(12, 10, 4), 0x7ffffff0, 0, 0x07ffffff},
    {add(12, 10, 11), kOnes, 1, 0},
    {add(12, 10, 11), kMax, 1, kMin},
    {sub(12, 10, 11), kMin, 1, kMax},
    {sub(12, 10, 11), 0, 1, kOnes},
    {sll(12, 10, 11), 1, 33, 2},
    {sll(12, 10, 11), 1, kOnes, kMin},
    {slt(12, 10, 11), kMin, kMax, 1},
    {slt(12, 10, 11), kMax, kMin, 0},
    {slt(12, 10, 11), 7, 7, 0},
    {sltu(12, 10, 11), kMin, kMax, 0},
    {sltu(12, 10, 11), 0, kOnes, 1},
    {xor_(12, 10, 11), 0xff00ff00, 0x0ff00ff0, 0xf0f0f0f0},
    {srl(12, 10, 11), kMin, 32, kMin},
    {srl(12, 10, 11), kMin, 63, 1},
    {sra(12, 10, 11), kMin, 63, kOnes},
    {sra(12, 10, 11), kMin, 1, 0xc0000000},
    {or_(12, 10, 11), 0xf000000f, 0x0f0000f0, 0xff0000ff},
    {and_(12, 10, 11), 0xff00ff00, 0x0ff00ff0, 0x0f000f00},
    {mul(12, 10, 11), kOnes, kOnes, 1},
    {mul(12, 10, 11), 0x12345678, 0x9abcdef0, 0x242d2080},
    {mulh(12, 10, 11), kMin, kMin, 0x40000000},
    {mulh(12, 10, 11), kOnes, kOnes, 0},
    {mulh(12, 10, 11), kMin, kMax, 0xc0000000},
    {mulhsu(12, 10, 11), kOnes, kOnes, kOnes},
    {mulhsu(12, 10, 11), kMin, kOnes, kMin},
    {mulhsu(12, 10, 11), kMax, kOnes, 0x7ffffffe},
    {mulhu(12, 10, 11), kOnes, kOnes, 0xfffffffe},
    {mulhu(12, 10, 11), kMin, 2, 1},
    {div(12, 10, 11), static_cast<uint32_t>(-7), 2, static_cast<uint32_t>(-3)},
    {div(12, 10, 11), 7, static_cast<uint32_t>(-2), static_cast<uint32_t>(-3)},
    {div(12, 10, 11), 42, 0, kOnes},
    {div(12, 10, 11), kMin, kOnes, kMin},
    {divu(12, 10, 11), kOnes, 2, kMax},
    {divu(12, 10, 11), 42, 0, kOnes},
    {divu(12, 10, 11), kMin, kOnes, 0},
    {rem(12, 10, 11), static_cast<uint32_t>(-7), 2, kOnes},
    {rem(12, 10, 11), 7, static_cast<uint32_t>(-2), 1},
    {rem(12, 10, 11), 42, 0, 42},
    {rem(12, 10, 11), kMin, kOnes, 0},
    {remu(12, 10, 11), kOnes, 16, 15},
    {remu(12, 10, 11), 42, 0, 42},
    {remu(12, 10, 11), kMin, kOnes, kMin},
    {c_addi4spn(12, 1020), 0, 0, 1020},
    {c_li(12, -32), 0, 0, static_cast<uint32_t>(-32)},
    {c_lui(12, -1), 0, 0, 0xfffff000},
    {c_mv(12, 11), 1, 2, 2},
};

// The same, but the result goes to x10.
const std::vector<Row> kInPlace{
    {c_addi(10, -32), 5, 0, static_cast<uint32_t>(-27)},
    {c_srli(10, 31), kMin, 0, 1},
    {c_srai(10, 31), kMin, 0, kOnes},
    {c_andi(10, -2), 0xf, 0, 0xe},
    {c_sub(10, 11), 3, 5, static_cast<uint32_t>(-2)},
    {c_xor(10, 11), 3, 5, 6},
    {c_or(10, 11), 3, 5, 7},
    {c_and(10, 11), 3, 5, 1},
    {c_slli(10, 31), 1, 0, kMin},
    {c_add(10, 11), kOnes, 2, 1},
};

/// A step, a run of one instruction (which goes through the batch loop) and a timed step.
void expect_result(const Row& row, uint32_t where) {
    for (const int way : {0, 1, 2}) {
        Lab lab(way == 2);
        lab.program({row.insn, c_nop()});
        lab.set(10, row.a);
        lab.set(11, row.b);
        if (way == 1) {
            lab.machine().run({.instructions = 1});
        } else {
            const Retirement record = lab.step();
            EXPECT_EQ(record.rd_value, row.result) << mnemonic(decode(row.insn)) << ' ' << row.a << ' ' << row.b;
            EXPECT_EQ(record.rd, where);
            EXPECT_EQ(record.insn, row.insn);
            EXPECT_EQ(record.next_pc, Lab::kBase + decode(row.insn).length);
            EXPECT_FALSE(record.trap);
        }
        EXPECT_EQ(lab.machine().reg(where), row.result)
            << mnemonic(decode(row.insn)) << ' ' << row.a << ' ' << row.b << ", way " << way;
        EXPECT_EQ(lab.machine().instructions(), 1U);
    }
}

TEST(UnitRv32Execute, ComputesAlsoWhereValuesEnd) {
    for (const Row& row : kComputations) expect_result(row, 12);
    for (const Row& row : kInPlace) expect_result(row, 10);
}

TEST(UnitRv32Execute, AddsToTheStackPointer) {
    Lab lab;
    lab.program({c_addi16sp(-512), c_addi16sp(496)});
    lab.set(2, 1000);
    lab.step();
    EXPECT_EQ(lab.machine().reg(2), 488U);
    lab.step();
    EXPECT_EQ(lab.machine().reg(2), 984U);
}

TEST(UnitRv32Execute, NeverChangesX0) {
    for (const bool timed : {false, true}) {
        Lab lab(timed);
        lab.program({addi(0, 0, 5), lui(0, 0x1000), lw(0, 10, 0), csrrs(0, 0x301, 0), jal(0, 4), add(12, 0, 0)});
        lab.set(10, Lab::kData);
        lab.set(12, 1);
        lab.poke(Lab::kData, 77);
        for (int i = 0; i < 5; ++i) {
            const Retirement record = lab.step();
            EXPECT_EQ(record.rd, 0);
            EXPECT_EQ(record.rd_value, 0U);
        }
        lab.step();
        EXPECT_EQ(lab.machine().reg(0), 0U);
        EXPECT_EQ(lab.machine().reg(12), 0U);
    }
}

TEST(UnitRv32Execute, BranchesOnEveryCondition) {
    struct Case {
        uint32_t insn;
        uint32_t a;
        uint32_t b;
        bool taken;
    };
    const std::vector<Case> cases{
        {beq(10, 11, 64), 5, 5, true},   {beq(10, 11, 64), 5, 6, false},        {bne(10, 11, 64), 5, 5, false},
        {bne(10, 11, 64), 5, 6, true},   {blt(10, 11, 64), kMin, kMax, true},   {blt(10, 11, 64), kMax, kMin, false},
        {blt(10, 11, 64), 4, 4, false},  {bge(10, 11, 64), kMin, kMax, false},  {bge(10, 11, 64), kMax, kMin, true},
        {bge(10, 11, 64), 4, 4, true},   {bltu(10, 11, 64), kMin, kMax, false}, {bltu(10, 11, 64), kMax, kMin, true},
        {bltu(10, 11, 64), 4, 4, false}, {bgeu(10, 11, 64), kMin, kMax, true},  {bgeu(10, 11, 64), kMax, kMin, false},
        {bgeu(10, 11, 64), 4, 4, true},  {c_beqz(10, 64), 0, 0, true},          {c_beqz(10, 64), 1, 0, false},
        {c_bnez(10, 64), 0, 0, false},   {c_bnez(10, 64), kMin, 0, true},
    };
    for (const Case& c : cases) {
        for (const bool timed : {false, true}) {
            Lab lab(timed);
            lab.program({c.insn});
            lab.set(10, c.a);
            lab.set(11, c.b);
            const Retirement record = lab.step();
            EXPECT_EQ(record.next_pc, Lab::kBase + (c.taken ? 64U : decode(c.insn).length))
                << mnemonic(decode(c.insn)) << ' ' << c.a << ' ' << c.b;
            EXPECT_EQ(lab.machine().counts().taken_branches, c.taken ? 1U : 0U);
        }
    }
}

TEST(UnitRv32Execute, JumpsAndLinks) {
    struct Case {
        uint32_t insn;
        uint32_t target;
        uint32_t link;  ///< register, 0: none
    };
    constexpr uint32_t kHere = Lab::kBase + 0x100;
    for (const Case& c : std::vector<Case>{{jal(5, 0x40), kHere + 0x40, 5},
                                           {jal(1, -0x40), kHere - 0x40, 1},
                                           {jalr(5, 10, 0x11), Lab::kData + 0x10, 5},
                                           {jalr(10, 10, -4), Lab::kData - 4, 10},
                                           {c_j(-32), kHere - 32, 0},
                                           {c_jal(32), kHere + 32, 1},
                                           {c_jr(10), Lab::kData, 0},
                                           {c_jalr(10), Lab::kData, 1}}) {
        Lab lab;
        lab.program({jal(0, 0x100)});
        lab.program({c.insn}, 0x100);
        lab.set(10, Lab::kData);
        lab.step();
        const Retirement record = lab.step();
        EXPECT_EQ(record.next_pc, c.target) << mnemonic(decode(c.insn));
        EXPECT_EQ(record.rd, c.link);
        if (c.link != 0) {
            EXPECT_EQ(lab.machine().reg(c.link), kHere + decode(c.insn).length);
        }
    }
}

TEST(UnitRv32Execute, LoadsAndStoresBytesHalvesAndWords) {
    for (const uint32_t base : {Lab::kData, MemoryMap::kSavePageBase + 0x40}) {
        for (const bool timed : {false, true}) {
            Lab lab(timed);
            lab.program({lb(12, 10, 3), lbu(12, 10, 3), lh(12, 10, 2), lhu(12, 10, 2), lw(12, 10, 0), sb(11, 10, 1),
                         sh(11, 10, 2), sw(11, 10, 4), c_lw(12, 10, 4), c_sw(11, 10, 8), c_swsp(11, 12),
                         c_lwsp(12, 12)});
            lab.set(10, base);
            lab.set(2, base);
            lab.set(11, 0xa1b2c3d4);
            lab.poke(base, 0x80ff7f01);
            const std::vector<uint32_t> loaded{0xffffff80, 0x80, 0xffff80ff, 0x80ff, 0x80ff7f01};
            const std::vector<uint32_t> raw{0x80, 0x80, 0x80ff, 0x80ff, 0x80ff7f01};
            const std::vector<uint32_t> masks{1, 1, 3, 3, 15};
            const std::vector<uint32_t> offsets{3, 3, 2, 2, 0};
            for (size_t i = 0; i < loaded.size(); ++i) {
                const Retirement record = lab.step();
                EXPECT_EQ(record.rd_value, loaded[i]);
                EXPECT_EQ(record.mem_data, raw[i]);
                EXPECT_EQ(record.mem_read, masks[i]);
                EXPECT_EQ(record.mem_write, 0);
                EXPECT_EQ(record.mem_address, base + offsets[i]);
            }
            Retirement record = lab.step();
            EXPECT_EQ(record.mem_data, 0xd4U);
            EXPECT_EQ(record.mem_write, 1);
            EXPECT_EQ(record.mem_read, 0);
            EXPECT_EQ(lab.word(base), 0x80ffd401U);
            record = lab.step();
            EXPECT_EQ(record.mem_data, 0xc3d4U);
            EXPECT_EQ(record.mem_write, 3);
            EXPECT_EQ(lab.word(base), 0xc3d4d401U);
            record = lab.step();
            EXPECT_EQ(record.mem_data, 0xa1b2c3d4U);
            EXPECT_EQ(record.mem_write, 15);
            EXPECT_EQ(lab.word(base + 4), 0xa1b2c3d4U);
            EXPECT_EQ(lab.step().rd_value, 0xa1b2c3d4U);
            lab.step();
            EXPECT_EQ(lab.word(base + 8), 0xa1b2c3d4U);
            lab.step();
            EXPECT_EQ(lab.word(base + 12), 0xa1b2c3d4U);
            EXPECT_EQ(lab.step().rd_value, 0xa1b2c3d4U);
        }
    }
}

TEST(UnitRv32Execute, EveryComputingInstructionIsInTheTables) {
    std::set<Op> seen;
    for (const auto* rows : {&kComputations, &kInPlace})
        for (const Row& row : *rows) seen.insert(decode(row.insn).op);
    for (const Encoding& e : encodings()) {
        const bool computes = e.op == Op::kLui || e.op == Op::kAuipc || (e.op >= Op::kAddi && e.op <= Op::kRemu);
        EXPECT_TRUE(!computes || seen.contains(e.op)) << e.name;
    }
}

TEST(UnitRv32Execute, ExecutesWhatWasStoredLast) {
    // In a loop, so that the instruction was decoded before it is overwritten.
    for (const int way : {0, 1, 2}) {
        Lab lab(way == 2);
        lab.program({addi(12, 12, 1), sw(11, 10, 0), fence_i(), jal(0, -12)});
        lab.set(10, Lab::kBase);
        lab.set(11, addi(12, 12, 100));
        if (way == 1) {
            lab.machine().run({.instructions = 9});
        } else {
            lab.step(9);
        }
        EXPECT_EQ(lab.machine().reg(12), 201U) << "way " << way;
    }
}

TEST(UnitRv32Execute, ForgetsAWideInstructionWhoseSecondHalfIsOverwritten) {
    // The wide instruction begins in the last halfword of a line of 64 bytes; the store hits the next line only.
    Lab lab;
    lab.program({jal(0, 62)});
    lab.program({addi(12, 0, 1), sh(11, 10, 0), jal(0, -8)}, 62);
    lab.set(10, Lab::kBase + 64);
    lab.set(11, addi(12, 0, 2047) >> 16);
    lab.machine().run({.instructions = 5});
    EXPECT_EQ(lab.machine().reg(12), 2047U);
}

TEST(UnitRv32Execute, ForgetsWhatWasDecodedBehindAStore) {
    // A store to the first halfword turns two compressed instructions into one wide one.
    Lab lab;
    lab.program({c_li(12, 1), c_li(12, 2), sh(11, 10, 0), jal(0, -8)});
    lab.set(10, Lab::kBase);
    lab.set(11, addi(12, 0, 0) & 0xffff);
    lab.machine().run({.instructions = 4});
    EXPECT_EQ(lab.machine().reg(12), 2U);
    lab.machine().run({.instructions = 5});
    EXPECT_EQ(lab.machine().reg(12), 0x460U);  // addi x12, x18, 0x460
}

}  // namespace
}  // namespace sky::model::rv32
