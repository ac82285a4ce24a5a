// Question: is there a cycle in which a reset of the core, in the middle of whatever its register file is doing,
// loses a register that a program has left there? The program (sw/tests/rf/recover.c) knows what it has left and says
// so.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/regfile/elf_file.hpp"
#include "host/regfile/program_run.hpp"
#include "sysc/bridge/rtl_soc.hpp"
#include "sysc/model/random.hpp"
#include "tests/support/seed.hpp"
#include "tests/support/sw_programs.hpp"

namespace sky::bridge {
namespace {

using model::rf::Options;
using model::rf::Shape;

constexpr uint64_t kMaxCycles = 10'000'000;
const std::string kUnderWay = "recovered: under way";

class Recovery {
   public:
    /// An operand buffer is volatile: none.
    Recovery(const Shape& shape, const Options& options) : shape_(shape), options_(options) {
        auto elf = regfile::ElfFile::read(test::sw_program("rf-recover.elf"));
        if (elf.ok()) elf_.emplace(std::move(elf.value()));
    }
    [[nodiscard]] bool there() const { return elf_.has_value(); }

    /// The cycles of all migrations of a run without a reset, which has to end well, and some before and behind each.
    std::vector<uint64_t> migrations() {
        constexpr uint64_t kAround = 50;
        start();
        const uint32_t handler = elf_->symbol("rf_migrate").value_or(0);
        const uint32_t behind = elf_->symbol("round_here").value_or(0);
        uint64_t begun = 0;
        std::vector<uint64_t> cycles;
        soc_->on_retire = [&](const RtlSoc::Retirement& retired) {
            if (retired.pc == handler) begun = retired.cycle;
            if (retired.pc != behind || begun == 0) return;
            for (uint64_t cycle = begun - kAround; cycle < retired.cycle + kAround; ++cycle) cycles.push_back(cycle);
            begun = 0;
        };
        EXPECT_EQ(soc_->run(kMaxCycles), RtlSoc::Stop::kExit);
        EXPECT_EQ(soc_->exit_code(), 0U);
        return cycles;
    }

    /// A run that is reset in that cycle and goes on by itself.
    void cut_in(uint64_t cycle) {
        start();
        ASSERT_EQ(soc_->run(cycle), RtlSoc::Stop::kCycles);
        reset_and_recover();
        ++found_[first_line()];
    }

    /// One run, which goes on from each of these cycles both with and without a reset: the former in a process of its
    /// own.
    void cut_in_each(const std::vector<uint64_t>& cycles) {
        start();
        for (const uint64_t cycle : cycles) {
            ASSERT_EQ(soc_->run(cycle), RtlSoc::Stop::kCycles);
            std::array<int, 2> ends{};
            ASSERT_EQ(pipe(ends.data()), 0);
            const pid_t child = fork();
            ASSERT_GE(child, 0);
            if (child == 0) {
                reset_and_recover();
                std::fflush(nullptr);
                const std::string line = first_line();
                const bool said = write(ends[1], line.data(), line.size()) == static_cast<ssize_t>(line.size());
                _exit(said && !testing::Test::HasFailure() ? 0 : 1);
            }
            close(ends[1]);
            std::array<char, 64> line{};
            const ssize_t length = read(ends[0], line.data(), line.size());
            close(ends[0]);
            int status = 0;
            ASSERT_EQ(waitpid(child, &status, 0), child);
            ASSERT_EQ(status, 0) << "reset in cycle " << cycle;
            ASSERT_GT(length, 0);
            ++found_[std::string(line.data(), static_cast<size_t>(length))];
        }
    }

    /// How often the program has found what, by its first line after the reset.
    [[nodiscard]] uint64_t found(const std::string& line) const {
        const auto at = found_.find(line);
        return at == found_.end() ? 0 : at->second;
    }

   private:
    /// Until the program ends or, resumed, has found its round right and runs the next.
    void reset_and_recover() {
        const std::string place = "reset in cycle " + std::to_string(soc_->cycle());
        console_.clear();
        soc_->reset();
        const uint32_t next_round = elf_->symbol("round_run").value_or(0);
        bool goes_on = false;
        soc_->on_retire = [&](const RtlSoc::Retirement& retired) {
            goes_on = goes_on || (retired.pc == next_round && console_.starts_with(kUnderWay));
        };
        constexpr uint64_t kSlice = 1'000;
        RtlSoc::Stop stop = RtlSoc::Stop::kCycles;
        while (!goes_on && stop == RtlSoc::Stop::kCycles && soc_->cycle() < kMaxCycles)
            stop = soc_->run(soc_->cycle() + kSlice);
        ASSERT_TRUE(goes_on || stop == RtlSoc::Stop::kExit) << place;
        EXPECT_TRUE(goes_on || soc_->exit_code() == 0)
            << place << ": exit code " << soc_->exit_code().value_or(0) << ", " << console_;
        EXPECT_FALSE(soc_->track_error()) << place;
    }
    [[nodiscard]] std::string first_line() const { return console_.substr(0, console_.find('\n')); }

    void start() {
        soc_ = RtlSoc::make(shape_, options_);
        soc_->on_print = [this](char c) { console_ += c; };
        ASSERT_TRUE(regfile::load_program(*elf_, *soc_).ok());
        soc_->reset();
    }

    Shape shape_;
    Options options_;
    std::optional<regfile::ElfFile> elf_;
    std::unique_ptr<RtlSoc> soc_;
    std::string console_;
    std::map<std::string, uint64_t> found_;
};

constexpr Shape kDynamic{.kind = model::rf::Kind::kDynamic};

void expect_recovery_from_some(const Options& options, uint64_t resets) {
    Recovery recovery(kDynamic, options);
    if (!recovery.there()) GTEST_SKIP() << "the programs of sw/ are not built: scripts/setup --sw";
    const std::vector<uint64_t> cycles = recovery.migrations();
    ASSERT_GT(cycles.size(), resets);
    model::Random random(test::seed());
    // One in each of so many equal parts, so that none is left out.
    const uint64_t part = cycles.size() / resets;
    for (uint64_t i = 0; i < resets; ++i) recovery.cut_in(cycles.at(part * i + random.below(part)));
    EXPECT_GT(recovery.found(kUnderWay), resets / 4);
}

/// Of all migrations of a run: there and back, of all registers and of some.
void expect_recovery_from_all(const Options& options) {
    Recovery recovery(kDynamic, options);
    if (!recovery.there()) GTEST_SKIP() << "the programs of sw/ are not built: scripts/setup --sw";
    const std::vector<uint64_t> cycles = recovery.migrations();
    recovery.cut_in_each(cycles);
    EXPECT_GT(recovery.found(kUnderWay), cycles.size() / 4);
    std::cout << cycles.size() << " resets, " << recovery.found(kUnderWay)
              << " of them in the middle of a migration\n";
}

constexpr Options kBusy{.rewind = true, .eager = true, .preshift = true};

TEST(CoreReset, LosesNoRegisterWhereverItComes) { expect_recovery_from_some({}, 16); }
TEST(CoreReset, LosesNoRegisterWhileHeadsMoveByThemselves) { expect_recovery_from_some(kBusy, 16); }
TEST(SlowCoreReset, LosesNoRegisterInAnyCycleOfAMigration) { expect_recovery_from_all({}); }
TEST(SlowCoreReset, LosesNoRegisterInAnyCycleOfAMigrationWhileHeadsMoveByThemselves) {
    expect_recovery_from_all(kBusy);
}

}  // namespace
}  // namespace sky::bridge
