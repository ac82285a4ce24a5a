// Question: do programs compute what they should while tracks of their register file slip, or say that they cannot?
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host/regfile/program_run.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::regfile {
namespace {

using model::rf::Counter;
using model::rf::Kind;
using model::rf::Shape;

constexpr uint64_t kMaxCycles = 2'000'000'000;
/// 128 and the cause, from the start code's handler.
constexpr int kMachineCheckExit = 128 + 24;
/// Of 2^64: 4.55e-5 a track-step, the worst published rate.
constexpr uint64_t kWorstRate = 839'326'835'559'230;

/// Runs a kernel, which checks its own result; the slips that were put right.
uint64_t expect_nothing_silent(const std::string& file, const Shape& shape, uint64_t rate, uint64_t& machine_checks) {
    const Result<ElfFile> elf = ElfFile::read(test::sw_program(file));
    EXPECT_TRUE(elf.ok()) << elf.status().message();
    if (!elf.ok()) return 0;
    const Result<RunResult> ran = run_program(
        elf.value(), {.shape = shape, .faults = {.threshold = rate, .seed = test::seed()}, .max_cycles = kMaxCycles});
    EXPECT_TRUE(ran.ok()) << ran.status().message();
    if (!ran.ok()) return 0;
    const RunResult& result = ran.value();
    EXPECT_EQ(result.machine_check, of(result.registers, Counter::kUncorrected) != 0) << file;
    if (result.machine_check) {
        ++machine_checks;
    } else {
        EXPECT_EQ(result.end, End::kExit) << file << ": " << result.message;
        EXPECT_EQ(result.exit_code, 0) << file;
    }
    return of(result.registers, Counter::kCorrected);
}

const std::vector<Shape> kGuarded{{.kind = Kind::kHorizontal, .guard = true},
                                  {.kind = Kind::kVertical, .guard = true},
                                  {.kind = Kind::kHorizontal, .banks = 4, .guard = true}};

void expect_nothing_silent_in(const std::string& group) {
    const std::vector<std::string> files = test::sw_programs({group});
    if (files.empty()) GTEST_SKIP() << "the programs of sw/ are not built: scripts/setup --sw";
    for (const Shape& shape : kGuarded) {
        uint64_t corrected = 0;
        uint64_t machine_checks = 0;
        for (const std::string& file : files)
            corrected += expect_nothing_silent(file, shape, kWorstRate, machine_checks);
        EXPECT_GT(corrected, files.size()) << to_string(shape);
        EXPECT_LT(machine_checks, files.size()) << to_string(shape) << ": slips of two sites are rare";
        std::printf("%s: %zu kernels, %llu slips put right, %llu machine checks\n", to_string(shape).c_str(),
                    files.size(), static_cast<unsigned long long>(corrected),
                    static_cast<unsigned long long>(machine_checks));
    }
}

TEST(PropertyRegisterFileSlips, NoKernelIsSilentlyWrongAtTheWorstRate) { expect_nothing_silent_in("kernel-small"); }
TEST(SlowRegisterFileSlips, NoFullKernelIsSilentlyWrongAtTheWorstRate) { expect_nothing_silent_in("kernel-full"); }

TEST(PropertyRegisterFileSlips, ATrackThatIsTwoSitesOffStopsTheProgram) {
    const std::vector<std::string> files = test::sw_programs({"kernel-small"});
    if (files.empty()) GTEST_SKIP() << "the programs of sw/ are not built: scripts/setup --sw";
    const Result<ElfFile> elf = ElfFile::read(test::sw_program(files.front()));
    ASSERT_TRUE(elf.ok());
    constexpr uint64_t kOneInAHundred = ~uint64_t{0} / 100;
    const Result<RunResult> ran =
        run_program(elf.value(), {.shape = kGuarded.front(),
                                  .faults = {.threshold = kOneInAHundred, .seed = test::seed()},
                                  .max_cycles = 10'000'000});
    ASSERT_TRUE(ran.ok());
    EXPECT_TRUE(ran.value().machine_check);
    EXPECT_GT(of(ran.value().registers, Counter::kUncorrected), 0);
    EXPECT_TRUE(ran.value().exit_code != 0)
        << "the trap handler ends it with " << kMachineCheckExit << ", if its own registers let it";
}

TEST(PropertyRegisterFileSlips, WithoutAGuardTheyWouldBeWrong) {
    const std::vector<std::string> files = test::sw_programs({"kernel-small"});
    if (files.empty()) GTEST_SKIP() << "the programs of sw/ are not built: scripts/setup --sw";
    int wrong = 0;
    for (size_t i = 0; i < 6 && i < files.size(); ++i) {
        const Result<ElfFile> elf = ElfFile::read(test::sw_program(files[i]));
        ASSERT_TRUE(elf.ok());
        const Result<RunResult> ran =
            run_program(elf.value(), {.shape = kGuarded.front(),
                                      .options = {.check_position = false},
                                      .faults = {.threshold = kWorstRate, .seed = test::seed()},
                                      .max_cycles = 2'000'000});
        ASSERT_TRUE(ran.ok());
        if (ran.value().end != End::kExit || ran.value().exit_code != 0) ++wrong;
    }
    EXPECT_GT(wrong, 0);
}

}  // namespace
}  // namespace sky::regfile
