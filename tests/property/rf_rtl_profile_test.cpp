// Question: is a profile made from the retirement port of the RTL that of the instruction-set model?
#include <gtest/gtest.h>

#include <random>

#include "host/regfile/rtl_profile.hpp"
#include "sysc/model/rv32/machine.hpp"
#include "tests/support/files.hpp"
#include "tests/support/flow_program.hpp"
#include "tests/support/rv32_encode.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::regfile {
namespace {

class RfRtlProfile : public testing::Test {
   protected:
    ElfFile program(const std::vector<uint16_t>& code, uint32_t entry) {
        return read(folder_.file("program.elf", test::elf_of(code, entry)));
    }
    static ElfFile read(const std::string& path) {
        const Result<ElfFile> elf = ElfFile::read(path);
        EXPECT_TRUE(elf.ok()) << elf.status().message();
        return elf.ok() ? elf.value() : ElfFile();
    }
    ElfFile program(const std::vector<uint32_t>& words) {
        std::vector<uint16_t> code;
        for (const uint32_t word : words) {
            code.push_back(static_cast<uint16_t>(word));
            code.push_back(static_cast<uint16_t>(word >> 16));
        }
        return program(code, test::FlowProgram::kBase);
    }
    void expect_the_same(const ElfFile& elf) {
        const Result<ProfileRun> model = profile_program(elf, {});
        const Result<ProfileRun> rtl = profile_on_rtl(elf, {});
        ASSERT_TRUE(model.ok()) << model.status().message();
        ASSERT_TRUE(rtl.ok()) << rtl.status().message();
        EXPECT_EQ(rtl.value().profile, model.value().profile);
        EXPECT_EQ(rtl.value().exit_code, model.value().exit_code);
        transfers_ += rtl.value().profile.transfers.size();
    }
    test::TemporaryFolder folder_;
    uint64_t transfers_ = 0;
};

TEST_F(RfRtlProfile, OfRandomProgramsIsThatOfTheModel) {
    std::mt19937_64 random(test::seed());
    for (int round = 0; round < 12; ++round) {
        const uint64_t seed = random();
        SCOPED_TRACE("program " + std::to_string(seed));
        const test::FlowProgram flow = test::make_flow_program(seed);
        expect_the_same(program(flow.code, flow.entry));
    }
    EXPECT_GT(transfers_, 50) << "hardly anything departed: the test says little";
}

TEST_F(RfRtlProfile, OfAKernelIsThatOfTheModel) {
    if (test::sw_programs({"kernel-small"}).empty()) GTEST_SKIP() << "sw/ is not built: scripts/setup --sw";
    expect_the_same(read(test::sw_program("crc32-train-small.elf")));
}

/// A branch that is taken to the instruction behind it, one that is not, traps and the return from them, fence.i.
TEST_F(RfRtlProfile, OfDeparturesToTheNextInstructionAndOfTrapsIsThatOfTheModel) {
    using namespace test::rv32;
    constexpr uint32_t kMtvec = 0x305;
    constexpr uint32_t kMepc = 0x341;
    const uint32_t base = test::FlowProgram::kBase;
    expect_the_same(program({jal(0, 24),  // 00
                             csrrs(8, kMepc, 0),
                             addi(8, 8, 4),
                             csrrw(0, kMepc, 8),
                             mret(),                    // 04 the handler
                             0x0000100f /* fence.i */,  // 14
                             lui(6, base),
                             addi(6, 6, 4),
                             csrrw(0, kMtvec, 6),
                             addi(5, 0, 1),  // 18
                             beq(5, 5, 4),
                             bne(5, 5, 4),
                             bltu(0, 5, 4),
                             bge(0, 5, 4),
                             ecall(),  // 28
                             0x0000100f,
                             jal(0, 4),
                             lui(9, 0x10000000),
                             sw(0, 9, 4),
                             add(1, 2, 3)}));
}

TEST_F(RfRtlProfile, OfWhatDoesNotEndOrChangesItsCodeIsRefused) {
    using namespace test::rv32;
    const Result<ProfileRun> endless = profile_on_rtl(program({jal(0, 0)}), {.max_instructions = 1000});
    ASSERT_FALSE(endless.ok());
    EXPECT_NE(endless.status().message().find("--max-instructions"), std::string::npos) << endless.status().message();
    const uint32_t base = test::FlowProgram::kBase;
    const Result<ProfileRun> changes = profile_on_rtl(
        program({lui(5, base), addi(6, 0, 19), sw(6, 5, 4), lui(9, 0x10000000), sw(0, 9, 4), addi(0, 0, 0)}), {});
    ASSERT_FALSE(changes.ok());
    EXPECT_NE(changes.status().message().find("changed its own code"), std::string::npos)
        << changes.status().message();
    const Result<ProfileRun> traps = profile_on_rtl(program({0, 0}), {});
    ASSERT_FALSE(traps.ok());
    EXPECT_NE(traps.status().message().find("mtvec"), std::string::npos) << traps.status().message();
}

}  // namespace
}  // namespace sky::regfile
