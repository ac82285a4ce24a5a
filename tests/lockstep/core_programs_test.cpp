// Question: do the programs of sw/ run on the core as on the instruction-set model, to the cycle, with every kind of
// register file, and do they find their results right?
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "host/regfile/elf_file.hpp"
#include "sysc/bridge/rf_variants.hpp"
#include "tb/core_lockstep.hpp"
#include "tests/support/seed.hpp"

namespace sky::tb {
namespace {

using bridge::kRfVariantList;
using model::rf::Options;

constexpr uint64_t kMaxCycles = 200'000'000;

/// The programs of some groups of the list that the build of sw/ writes: "group file" a line.
std::vector<std::string> programs(const std::vector<std::string>& groups) {
    std::vector<std::string> files;
    std::ifstream list(std::string(SKY_SW_DIR) + "/programs.txt");
    for (std::string group, file; list >> group >> file;)
        if (std::find(groups.begin(), groups.end(), group) != groups.end()) files.push_back(file);
    return files;
}

void expect_agreement(const std::string& file, uint32_t variant, const Options& options) {
    const auto elf = regfile::ElfFile::read(std::string(SKY_SW_DIR) + "/" + file);
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
    const std::vector<std::string> files = programs(groups);
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
