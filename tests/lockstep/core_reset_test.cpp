// Question: is there a cycle in which a reset of the core, in the middle of whatever its register file is doing,
// loses a register that a program has left there? The program (sw/tests/rf/recover.c) knows what it has left and says
// so.
#include <gtest/gtest.h>

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
        console_.clear();
        soc_->reset();
        ASSERT_EQ(soc_->run(kMaxCycles), RtlSoc::Stop::kExit) << "reset in cycle " << cycle;
        EXPECT_EQ(soc_->exit_code(), 0U) << "reset in cycle " << cycle << ": " << console_;
        EXPECT_FALSE(soc_->track_error());
        ++found_[console_.substr(0, console_.find('\n'))];
    }

    /// How often the program has found what, by its first line after the reset.
    [[nodiscard]] uint64_t found(const std::string& line) const {
        const auto at = found_.find(line);
        return at == found_.end() ? 0 : at->second;
    }

   private:
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

void expect_recovery(const Options& options, uint64_t resets) {
    Recovery recovery({.kind = model::rf::Kind::kDynamic}, options);
    if (!recovery.there()) GTEST_SKIP() << "the programs of sw/ are not built: scripts/setup --sw";
    const std::vector<uint64_t> cycles = recovery.migrations();
    ASSERT_GT(cycles.size(), resets);
    model::Random random(test::seed());
    // One in each of so many equal parts, so that none is left out.
    const uint64_t part = cycles.size() / resets;
    for (uint64_t i = 0; i < resets; ++i) recovery.cut_in(cycles.at(part * i + random.below(part)));
    EXPECT_GT(recovery.found("recovered: under way"), resets / 4);
}

constexpr Options kBusy{.rewind = true, .eager = true, .preshift = true};

TEST(CoreReset, LosesNoRegisterWhereverItComes) { expect_recovery({}, 16); }
TEST(CoreReset, LosesNoRegisterWhileHeadsMoveByThemselves) { expect_recovery(kBusy, 16); }
TEST(SlowCoreReset, LosesNoRegisterInAnyOfManyCycles) {
    expect_recovery({}, 3'000);
    expect_recovery(kBusy, 3'000);
}

}  // namespace
}  // namespace sky::bridge
