// Question: do the programs of sw/ run on the core as on the instruction-set model, to the cycle, with every kind of
// register file, and do they find their results right?
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host/regfile/elf_file.hpp"
#include "sysc/bridge/rf_variants.hpp"
#include "tb/core_lockstep.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::tb {
namespace {

using bridge::kRfVariantList;
using model::rf::Options;

constexpr uint64_t kMaxCycles = 200'000'000;

void expect_agreement(const std::string& file, uint32_t variant, const Options& options) {
    const auto elf = regfile::ElfFile::read(test::sw_program(file));
    ASSERT_TRUE(elf.ok()) << elf.status().message();
    CoreProgram program{.entry = elf.value().entry(), .to_host = elf.value().symbol("tohost")};
    for (const auto& segment : elf.value().segments()) program.segments.push_back({segment.address, segment.bytes});
    const auto& built = kRfVariantList.at(variant);
    CoreLockstep lockstep(built.shape, options, options, test::seed());
    const CoreResult result = lockstep.run(program, {}, kMaxCycles);
    EXPECT_EQ(result.difference, "") << file << " with " << built.name;
    EXPECT_EQ(result.exit_code, 0U) << file << " with " << built.name << ": " << result.console;
}

void expect_agreement_of(const std::vector<std::string>& groups, uint32_t variant) {
    const std::vector<std::string> files = test::sw_programs(groups);
    if (files.empty()) GTEST_SKIP() << "the programs of sw/ are not built: scripts/setup --sw";
    const Options busy{.rewind = true, .eager = true, .preshift = true, .buffer = 4};
    for (size_t i = 0; i < files.size(); ++i) expect_agreement(files[i], variant, i % 2 == 0 ? Options{} : busy);
}

std::string name(const testing::TestParamInfo<uint32_t>& info) { return kRfVariantList.at(info.param).name; }
const auto kEveryVariant = testing::Range(uint32_t{0}, bridge::kRfVariants);

class LockstepCorePrograms : public testing::TestWithParam<uint32_t> {};
TEST_P(LockstepCorePrograms, TestsOfTheInstructionsAgree) {
    expect_agreement_of({"test", "rf", "demo", "demo-skrm", "wave"}, GetParam());
}
TEST_P(LockstepCorePrograms, SmallKernelsAgree) { expect_agreement_of({"kernel-small"}, GetParam()); }
INSTANTIATE_TEST_SUITE_P(, LockstepCorePrograms, kEveryVariant, name);

class SlowLockstepCorePrograms : public testing::TestWithParam<uint32_t> {};
TEST_P(SlowLockstepCorePrograms, FullKernelsAgree) { expect_agreement_of({"kernel-full", "rf-full"}, GetParam()); }
INSTANTIATE_TEST_SUITE_P(Slow, SlowLockstepCorePrograms, kEveryVariant, name);

}  // namespace
}  // namespace sky::tb
