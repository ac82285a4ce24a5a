// Question: is every encoding of RV32IMC_Zicsr_Zifencei decoded as the manual says, and nothing else?
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "sysc/model/random.hpp"
#include "sysc/model/rv32/decode.hpp"
#include "tests/support/random_instruction.hpp"
#include "tests/support/rv32_encode.hpp"
#include "tests/support/seed.hpp"

namespace sky::model::rv32 {
namespace {

struct Row {
    uint32_t bits;
    const char* name;
    uint32_t rd;
    uint32_t rs1;
    uint32_t rs2;
    int32_t imm;
};

// Bits as the GNU assembler makes them; what they mean is written down by hand.
const std::vector<Row> kRows{
    {0xfffff3b7, "lui", 7, 0, 0, -4096},
    {0x12345fb7, "lui", 31, 0, 0, 305418240},
    {0x80000197, "auipc", 3, 0, 0, INT32_MIN},
    {0x00001417, "auipc", 8, 0, 0, 4096},
    {0x7ffff0ef, "jal", 1, 0, 0, 1048574},
    {0x800004ef, "jal", 9, 0, 0, -1048576},
    {0x0030006f, "jal", 0, 0, 0, 2050},
    {0x800280e7, "jalr", 1, 5, 0, -2048},
    {0x7fff8067, "jalr", 0, 31, 0, 2047},
    {0x7fd58fe3, "beq", 0, 11, 29, 4094},
    {0x81d59063, "bne", 0, 11, 29, -4096},
    {0x01d5c0e3, "blt", 0, 11, 29, 2048},
    {0xffd5dfe3, "bge", 0, 11, 29, -2},
    {0x55d5eb63, "bltu", 0, 11, 29, 1366},
    {0xabd5f5e3, "bgeu", 0, 11, 29, -1366},
    {0x80088f03, "lb", 30, 17, 0, -2048},
    {0x7ff89f03, "lh", 30, 17, 0, 2047},
    {0xfff8af03, "lw", 30, 17, 0, -1},
    {0x5558cf03, "lbu", 30, 17, 0, 1365},
    {0xaaa8df03, "lhu", 30, 17, 0, -1366},
    {0x80db0023, "sb", 0, 22, 13, -2048},
    {0x7edb1fa3, "sh", 0, 22, 13, 2047},
    {0xaadb2523, "sw", 0, 22, 13, -1366},
    {0x800c8313, "addi", 6, 25, 0, -2048},
    {0x7ffca313, "slti", 6, 25, 0, 2047},
    {0xfffcb313, "sltiu", 6, 25, 0, -1},
    {0x555cc313, "xori", 6, 25, 0, 1365},
    {0xaaace313, "ori", 6, 25, 0, -1366},
    {0x055cf313, "andi", 6, 25, 0, 85},
    {0x01fa9513, "slli", 10, 21, 0, 31},
    {0x001ad513, "srli", 10, 21, 0, 1},
    {0x415ad513, "srai", 10, 21, 0, 21},
    {0x007d09b3, "add", 19, 26, 7, 0},
    {0x407d09b3, "sub", 19, 26, 7, 0},
    {0x007d19b3, "sll", 19, 26, 7, 0},
    {0x007d29b3, "slt", 19, 26, 7, 0},
    {0x007d39b3, "sltu", 19, 26, 7, 0},
    {0x007d49b3, "xor", 19, 26, 7, 0},
    {0x007d59b3, "srl", 19, 26, 7, 0},
    {0x407d59b3, "sra", 19, 26, 7, 0},
    {0x007d69b3, "or", 19, 26, 7, 0},
    {0x007d79b3, "and", 19, 26, 7, 0},
    {0x027d09b3, "mul", 19, 26, 7, 0},
    {0x027d19b3, "mulh", 19, 26, 7, 0},
    {0x027d29b3, "mulhsu", 19, 26, 7, 0},
    {0x027d39b3, "mulhu", 19, 26, 7, 0},
    {0x027d49b3, "div", 19, 26, 7, 0},
    {0x027d59b3, "divu", 19, 26, 7, 0},
    {0x027d69b3, "rem", 19, 26, 7, 0},
    {0x027d79b3, "remu", 19, 26, 7, 0},
    {0x0ff0000f, "fence", 0, 0, 0, 0},
    {0x0210000f, "fence", 0, 0, 0, 0},
    {0x8330000f, "fence", 0, 0, 0, 0},
    {0x0000100f, "fence.i", 0, 0, 0, 0},
    {0x00000073, "ecall", 0, 0, 0, 0},
    {0x00100073, "ebreak", 0, 0, 0, 0},
    {0x30200073, "mret", 0, 0, 0, 0},
    {0x10500073, "wfi", 0, 0, 0, 0},
    {0xfffd9773, "csrrw", 14, 27, 0, 4095},
    {0xfffda773, "csrrs", 14, 27, 0, 4095},
    {0xfffdb773, "csrrc", 14, 27, 0, 4095},
    {0x801ad7f3, "csrrwi", 15, 0, 0, 2049},
    {0x801ae7f3, "csrrsi", 15, 0, 0, 2049},
    {0x801af7f3, "csrrci", 15, 0, 0, 2049},
    {0x1ffc, "c.addi4spn", 15, 2, 0, 1020},
    {0x0040, "c.addi4spn", 8, 2, 0, 4},
    {0x1524, "c.addi4spn", 9, 2, 0, 680},
    {0x0ac4, "c.addi4spn", 9, 2, 0, 340},
    {0x5fe0, "c.lw", 8, 15, 0, 124},
    {0x40b4, "c.lw", 13, 9, 0, 64},
    {0x40d4, "c.lw", 13, 9, 0, 4},
    {0x5494, "c.lw", 13, 9, 0, 40},
    {0xdfe0, "c.sw", 0, 15, 8, 124},
    {0xc978, "c.sw", 0, 10, 14, 84},
    {0x0001, "c.nop", 0, 0, 0, 0},
    {0x0005, "c.nop", 0, 0, 0, 1},
    {0x1f81, "c.addi", 31, 31, 0, -32},
    {0x02fd, "c.addi", 5, 5, 0, 31},
    {0x2ffd, "c.jal", 1, 0, 0, 2046},
    {0x3001, "c.jal", 1, 0, 0, -2048},
    {0xa009, "c.j", 0, 0, 0, 2},
    {0xa011, "c.j", 0, 0, 0, 4},
    {0xa021, "c.j", 0, 0, 0, 8},
    {0xa801, "c.j", 0, 0, 0, 16},
    {0xa005, "c.j", 0, 0, 0, 32},
    {0xa081, "c.j", 0, 0, 0, 64},
    {0xa041, "c.j", 0, 0, 0, 128},
    {0xa201, "c.j", 0, 0, 0, 256},
    {0xa401, "c.j", 0, 0, 0, 512},
    {0xa101, "c.j", 0, 0, 0, 1024},
    {0xb001, "c.j", 0, 0, 0, -2048},
    {0x2b91, "c.jal", 1, 0, 0, 1364},
    {0x58fd, "c.li", 17, 0, 0, -1},
    {0x4255, "c.li", 4, 0, 0, 21},
    {0x6141, "c.addi16sp", 2, 2, 0, 16},
    {0x6105, "c.addi16sp", 2, 2, 0, 32},
    {0x6121, "c.addi16sp", 2, 2, 0, 64},
    {0x6109, "c.addi16sp", 2, 2, 0, 128},
    {0x6111, "c.addi16sp", 2, 2, 0, 256},
    {0x7101, "c.addi16sp", 2, 2, 0, -512},
    {0x697d, "c.lui", 18, 0, 0, 126976},
    {0x7081, "c.lui", 1, 0, 0, -131072},
    {0x827d, "c.srli", 12, 12, 0, 31},
    {0x8729, "c.srai", 14, 14, 0, 10},
    {0x9981, "c.andi", 11, 11, 0, -32},
    {0x8c99, "c.sub", 9, 9, 14, 0},
    {0x8cb9, "c.xor", 9, 9, 14, 0},
    {0x8cd9, "c.or", 9, 9, 14, 0},
    {0x8cf9, "c.and", 9, 9, 14, 0},
    {0xc389, "c.beqz", 0, 15, 0, 2},
    {0xc391, "c.beqz", 0, 15, 0, 4},
    {0xc781, "c.beqz", 0, 15, 0, 8},
    {0xcb81, "c.beqz", 0, 15, 0, 16},
    {0xc385, "c.beqz", 0, 15, 0, 32},
    {0xc3a1, "c.beqz", 0, 15, 0, 64},
    {0xc3c1, "c.beqz", 0, 15, 0, 128},
    {0xd001, "c.beqz", 0, 8, 0, -256},
    {0xe54d, "c.bnez", 0, 10, 0, 170},
    {0xf54d, "c.bnez", 0, 10, 0, -86},
    {0x0bfe, "c.slli", 23, 23, 0, 31},
    {0x0316, "c.slli", 6, 6, 0, 5},
    {0x5f7e, "c.lwsp", 30, 2, 0, 252},
    {0x4086, "c.lwsp", 1, 2, 0, 64},
    {0x5092, "c.lwsp", 1, 2, 0, 36},
    {0x8f82, "c.jr", 0, 31, 0, 0},
    {0x8f0e, "c.mv", 30, 0, 3, 0},
    {0x9002, "c.ebreak", 0, 0, 0, 0},
    {0x9802, "c.jalr", 1, 16, 0, 0},
    {0x9a2e, "c.add", 20, 20, 11, 0},
    {0xdff6, "c.swsp", 0, 2, 29, 252},
    {0xc09e, "c.swsp", 0, 2, 7, 64},
    {0xca1e, "c.swsp", 0, 2, 7, 20},
    {0x4015, "c.li", 0, 0, 0, 5},
    {0x802e, "c.mv", 0, 0, 11, 0},
    {0x902e, "c.add", 0, 0, 11, 0},
    {0x6005, "c.lui", 0, 0, 0, 4096},
    {0x000e, "c.slli", 0, 0, 0, 3},
    {0x8001, "c.srli", 8, 8, 0, 0},
    {0x0281, "c.addi", 5, 5, 0, 0},
    {0x0282, "c.slli", 5, 5, 0, 0},
};

std::string shown(uint32_t bits) {
    return ::testing::PrintToString(bits) + " = " + std::string(mnemonic(decode(bits)));
}

TEST(UnitRv32Decode, FindsEveryFieldOfEveryInstruction) {
    for (const Row& row : kRows) {
        const Insn insn = decode(row.bits);
        EXPECT_EQ(mnemonic(insn), row.name) << shown(row.bits);
        EXPECT_EQ(insn.rd, row.rd) << shown(row.bits);
        EXPECT_EQ(insn.rs1, row.rs1) << shown(row.bits);
        EXPECT_EQ(insn.rs2, row.rs2) << shown(row.bits);
        EXPECT_EQ(insn.imm, row.imm) << shown(row.bits);
        EXPECT_EQ(insn.bits, row.bits);
        EXPECT_EQ(insn.length, (row.bits & 3) == 3 ? 4 : 2) << shown(row.bits);
        EXPECT_EQ(insn.destination, row.rd != 0 ? row.rd : kNowhere) << shown(row.bits);
    }
}

TEST(UnitRv32Decode, TriesEveryInstructionThatThereIs) {
    std::set<std::string_view> tried;
    for (const Row& row : kRows) tried.insert(row.name);
    EXPECT_EQ(encodings().size(), 84U);
    for (const Encoding& encoding : encodings()) EXPECT_TRUE(tried.contains(encoding.name)) << encoding.name;
}

TEST(UnitRv32Decode, GivesACompressedInstructionTheOperationOfItsWideTwin) {
    using namespace test::rv32;
    const auto same = [](uint32_t narrow, uint32_t wide) {
        Insn expected = decode(wide);
        const Insn insn = decode(narrow);
        EXPECT_EQ(insn.op, expected.op) << shown(narrow);
        EXPECT_EQ(insn.rd, expected.rd) << shown(narrow);
        EXPECT_EQ(insn.rs1, expected.rs1) << shown(narrow);
        EXPECT_EQ(insn.rs2, expected.rs2) << shown(narrow);
        EXPECT_EQ(insn.imm, expected.imm) << shown(narrow);
    };
    same(c_addi4spn(9, 680), addi(9, 2, 680));
    same(c_lw(8, 15, 124), lw(8, 15, 124));
    same(c_sw(14, 10, 84), sw(14, 10, 84));
    same(c_addi(31, -32), addi(31, 31, -32));
    same(c_jal(-2048), jal(1, -2048));
    same(c_li(17, -1), addi(17, 0, -1));
    same(c_addi16sp(-512), addi(2, 2, -512));
    same(c_lui(18, -1), lui(18, 0xfffff000));
    same(c_srli(12, 31), srli(12, 12, 31));
    same(c_srai(14, 10), srai(14, 14, 10));
    same(c_andi(11, -32), andi(11, 11, -32));
    same(c_sub(9, 14), sub(9, 9, 14));
    same(c_xor(9, 14), xor_(9, 9, 14));
    same(c_or(9, 14), or_(9, 9, 14));
    same(c_and(9, 14), and_(9, 9, 14));
    same(c_j(1366), jal(0, 1366));
    same(c_beqz(15, -256), beq(15, 0, -256));
    same(c_bnez(10, 170), bne(10, 0, 170));
    same(c_slli(23, 31), slli(23, 23, 31));
    same(c_lwsp(30, 252), lw(30, 2, 252));
    same(c_jr(31), jalr(0, 31, 0));
    same(c_mv(30, 3), add(30, 0, 3));
    same(c_ebreak(), ebreak());
    same(c_jalr(16), jalr(1, 16, 0));
    same(c_add(20, 11), add(20, 20, 11));
    same(c_swsp(29, 252), sw(29, 2, 252));
}

TEST(UnitRv32Decode, RefusesWhatIsReserved) {
    for (const uint32_t bits : test::rv32::RandomInstruction::illegal()) {
        const Insn insn = decode(bits);
        EXPECT_EQ(insn.op, Op::kIllegal) << shown(bits);
        EXPECT_EQ(insn.length, (bits & 3) == 3 ? 4 : 2) << shown(bits);
        EXPECT_EQ(insn.rd | insn.rs1 | insn.rs2, 0) << shown(bits);
        EXPECT_EQ(mnemonic(insn), "illegal");
    }
}

/// Legal halfwords that do not begin an instruction of 32 bits, counted by hand for each row of the manual's table of
/// RVC encodings.
TEST(UnitRv32Decode, AcceptsExactlyTheCompressedEncodingsOfTheManual) {
    uint32_t legal = 0;
    for (uint32_t bits = 0; bits < 0x10000; ++bits)
        if ((bits & 3) != 3 && decode(bits).op != Op::kIllegal) ++legal;
    const uint32_t quadrant0 = (2048 - 8) + 2 * 2048;  // c.addi4spn without imm 0; c.lw, c.sw
    const uint32_t quadrant1 = 2048                    // c.nop, c.addi
                               + 2 * 2048              // c.jal, c.j
                               + 2048                  // c.li
                               + (2048 - 32)           // c.addi16sp, c.lui without imm 0
                               + 2 * 256 + 512         // c.srli and c.srai with shamt below 32, c.andi
                               + 4 * 64                // c.sub, c.xor, c.or, c.and
                               + 2 * 2048;             // c.beqz, c.bnez
    const uint32_t quadrant2 = 1024                    // c.slli with shamt below 32
                               + (2048 - 64)           // c.lwsp without x0
                               + 31 + 32 * 31          // c.jr without x0, c.mv
                               + 1 + 31 + 32 * 31      // c.ebreak, c.jalr, c.add
                               + 2048;                 // c.swsp
    EXPECT_EQ(legal, quadrant0 + quadrant1 + quadrant2);
}

TEST(UnitRv32Decode, LooksAtTheLowHalfOnlyOfACompressedInstruction) {
    Random random(test::seed());
    for (uint32_t i = 0; i < 10000; ++i) {
        const auto bits = static_cast<uint32_t>(random.next());
        if ((bits & 3) == 3) continue;
        ASSERT_EQ(decode(bits), decode(bits & 0xffff)) << shown(bits);
    }
}

/// The wide encodings again, as ranges of funct3 and funct7 per opcode.
bool wide_is_legal(uint32_t bits) {
    const uint32_t funct3 = (bits >> 12) & 7;
    const uint32_t funct7 = bits >> 25;
    switch (bits & 0x7f) {
        case 0x37:
        case 0x17:
        case 0x6f: return true;
        case 0x67: return funct3 == 0;
        case 0x63: return funct3 != 2 && funct3 != 3;
        case 0x03: return funct3 <= 2 || funct3 == 4 || funct3 == 5;
        case 0x23: return funct3 <= 2;
        case 0x13:
            if (funct3 == 1) return funct7 == 0;
            return funct3 != 5 || funct7 == 0 || funct7 == 0x20;
        case 0x33: return funct7 <= 1 || (funct7 == 0x20 && (funct3 == 0 || funct3 == 5));
        case 0x0f: return funct3 <= 1;
        case 0x73:
            if (funct3 != 0) return funct3 != 4;
            return bits == 0x73 || bits == 0x100073 || bits == 0x30200073 || bits == 0x10500073;
        default: return false;
    }
}

TEST(UnitRv32Decode, AcceptsExactlyTheWideEncodingsOfTheManual) {
    Random random(test::seed());
    for (uint32_t opcode = 3; opcode < 0x80; opcode += 4) {
        for (uint32_t i = 0; i < 20000; ++i) {
            uint32_t bits = static_cast<uint32_t>(random.next()) & ~0x7fU;
            if (i % 4 == 0) bits &= 0x01ffffff;  // funct7 0 is rare among random ones
            if (i % 4 == 1) bits = (bits & 0x01ffffff) | 0x40000000;
            bits |= opcode;
            ASSERT_EQ(decode(bits).op != Op::kIllegal, wide_is_legal(bits)) << shown(bits);
        }
    }
}

}  // namespace
}  // namespace sky::model::rv32
