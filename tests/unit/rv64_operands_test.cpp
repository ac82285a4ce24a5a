// Which integer registers does an instruction of RV64GC read and write, in which order, and where does it go?
#include <gtest/gtest.h>

#include <random>

#include "host/regfile/code.hpp"
#include "tests/support/rv32_encode.hpp"
#include "tests/support/seed.hpp"

namespace sky::regfile {
namespace {

using Registers = std::vector<int>;

Registers accesses(uint32_t bits) {
    const Operation operation = operation_of_rv64(bits, 0x10000);
    const auto list = operation.access_list();
    return {list.begin(), list.end()};
}

/// As binutils 2.40 encodes them.
TEST(Rv64Operands, OfInstructionsThatRv32DoesNotHave) {
    const struct {
        const char* text;
        uint32_t bits;
        Registers reads;
        int writes;
    } rows[] = {
        {"ld a0,8(a1)", 0x0085b503, {11}, 10},
        {"lwu a0,8(a1)", 0x0085e503, {11}, 10},
        {"sd a0,8(a1)", 0x00a5b423, {11, 10}, 0},
        {"addiw a0,a1,1", 0x0015851b, {11}, 10},
        {"addw a0,a1,a2", 0x00c5853b, {11, 12}, 10},
        {"mulw a0,a1,a1", 0x02b5853b, {11}, 10},
        {"lr.d a0,(a1)", 0x1005b52f, {11}, 10},
        {"sc.d a0,a2,(a1)", 0x18c5b52f, {11, 12}, 10},
        {"amoadd.d zero,a2,(a1)", 0x00c5b02f, {11, 12}, 0},
        {"flw fa0,0(a1)", 0x0005a507, {11}, 0},
        {"fsd fa0,8(a1)", 0x00a5b427, {11}, 0},
        {"fadd.d fa0,fa1,fa2", 0x02c5f553, {}, 0},
        {"fmadd.s fa0,fa1,fa2,fa3", 0x68c5f543, {}, 0},
        {"fsgnj.d fa0,fa1,fa1", 0x22b58553, {}, 0},
        {"fcvt.s.d fa0,fa1", 0x4015f553, {}, 0},
        {"feq.d a0,fa1,fa2", 0xa2c5a553, {}, 10},
        {"fclass.d a0,fa1", 0xe2059553, {}, 10},
        {"fmv.x.d a0,fa1", 0xe2058553, {}, 10},
        {"fmv.d.x fa0,a1", 0xf2058553, {11}, 0},
        {"fcvt.l.d a0,fa1,rtz", 0xc2259553, {}, 10},
        {"fcvt.d.l fa0,a1", 0xd225f553, {11}, 0},
        {"frcsr a0", 0x00302573, {}, 10},
        {"fsrm a1", 0x00259073, {11}, 0},
        {"fence", 0x0ff0000f, {}, 0},
        {"c.ld a0,8(a1)", 0x6588, {11}, 10},
        {"c.sd a0,8(a1)", 0xe588, {11, 10}, 0},
        {"c.fld fa0,8(a1)", 0x2588, {11}, 0},
        {"c.fsd fa0,8(a1)", 0xa588, {11}, 0},
        {"c.ldsp a0,8(sp)", 0x6522, {2}, 10},
        {"c.sdsp a0,8(sp)", 0xe42a, {2, 10}, 0},
        {"c.fldsp fa0,8(sp)", 0x2522, {2}, 0},
        {"c.fsdsp fa0,8(sp)", 0xa42a, {2}, 0},
        {"c.addiw a0,1", 0x2505, {10}, 10},
        {"c.addw a0,a1", 0x9d2d, {10, 11}, 10},
        {"c.subw a0,a1", 0x9d0d, {10, 11}, 10},
        {"c.srli a0,33", 0x9105, {10}, 10},
    };
    for (const auto& row : rows) {
        Registers expected = row.reads;
        if (row.writes != 0) expected.push_back(row.writes);
        EXPECT_EQ(accesses(row.bits), expected) << row.text;
        const Operation operation = operation_of_rv64(row.bits, 0);
        EXPECT_EQ(operation.flow, Flow::kNext) << row.text;
        EXPECT_EQ(operation.reads, row.reads.size()) << row.text;
        EXPECT_EQ(operation.length, row.bits > 0xffff ? 4 : 2) << row.text;
    }
}

/// Where RV32 has the instruction under the same code.
bool differs_in_rv32(uint32_t bits) {
    const uint32_t low = bits & 0xe003;
    return low == 0x2001 || (bits & 0x1c00) == 0x1c00 || (low == 0x8001 && (bits & 0x1000) != 0);
}

TEST(Rv64Operands, OfEveryShortInstructionOfRv32AreTheSame) {
    uint32_t compared = 0;
    for (uint32_t bits = 0; bits < 0x10000; ++bits) {
        if ((bits & 3) == 3 || differs_in_rv32(bits)) continue;
        const Operation narrow = operation_of(bits, 0x10000);
        if (narrow.flow == Flow::kTrap) continue;
        ++compared;
        ASSERT_EQ(operation_of_rv64(bits, 0x10000), narrow) << std::hex << bits;
    }
    EXPECT_GT(compared, 20'000);
}

TEST(Rv64Operands, OfLongInstructionsOfRv32AreTheSame) {
    std::mt19937_64 random(test::seed());
    uint32_t compared = 0;
    for (int i = 0; i < 4'000'000; ++i) {
        const auto bits = static_cast<uint32_t>(random()) | 3;
        const Operation narrow = operation_of(bits, 0x10000);
        if (narrow.flow == Flow::kTrap) continue;  // or its shift is too wide for 32 bits
        ++compared;
        Operation wide = operation_of_rv64(bits, 0x10000);
        wide.target &= 0xffffffff;
        ASSERT_EQ(wide, narrow) << std::hex << bits;
    }
    EXPECT_GT(compared, 100'000);
}

TEST(Rv64Operands, WhatIsNoInstructionOrCallsTheSystemSaysSo) {
    EXPECT_EQ(operation_of_rv64(0x73, 0).flow, Flow::kSystem);
    for (const uint32_t bits : {0x0000U, 0x9002U, 0x00100073U, 0x30200073U, 0x02008057U, 0x0000007fU, 0x8000U,
                                0x2001U, 0x6002U, 0x8002U, 0x9c61U, 0x02050507U})
        EXPECT_EQ(operation_of_rv64(bits, 0).flow, Flow::kTrap) << std::hex << bits;
}

}  // namespace
}  // namespace sky::regfile
