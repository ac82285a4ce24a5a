// Question: is every line that a command may change noted, once, and none else?
#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "host/memory/changed_lines.hpp"
#include "sysc/model/random.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::memory {
namespace {

using model::Command;
using model::Op;

std::vector<ChangedLine> lines_of(const ChangedLines& changed) {
    return {changed.lines().begin(), changed.lines().end()};
}

TEST(UnitChangedLines, AreThoseOfWritesAndErasesUnderHome) {
    ChangedLines changed(test::geometry(64, 32, 100), {});
    changed.note({.op = Op::kRead, .row = 1, .seg_mask = 1});
    changed.note({.op = Op::kScan, .row = 2, .seg_mask = 1});
    changed.note({.op = Op::kBarrier, .row = 3, .seg_mask = 1});
    EXPECT_TRUE(changed.lines().empty());
    changed.note({.op = Op::kWrite, .row = 9, .seg_mask = 6});
    changed.note({.op = Op::kErase, .row = 4, .seg_mask = 1});
    changed.note({.op = Op::kWrite, .row = 9, .seg_mask = 12});
    EXPECT_EQ(lines_of(changed), (std::vector<ChangedLine>{{.row = 9, .mask = 14}, {.row = 4, .mask = 1}}));
}

TEST(UnitChangedLines, HaveNoWordsWhereAReadMovedTheHead) {
    ChangedLines changed(test::bit_rows(8, 4, 100), {.return_policy = model::ReturnPolicy::kStay});
    changed.note({.op = Op::kRead, .site = 3, .row = 1, .seg_mask = 1});
    changed.note({.op = Op::kWrite, .site = 5, .row = 1, .seg_mask = 2});
    EXPECT_EQ(lines_of(changed),
              (std::vector<ChangedLine>{{.row = 1, .site = 3, .mask = 0}, {.row = 1, .site = 5, .mask = 2}}));
}

TEST(UnitChangedLines, AreWholeRowsWhereSlipsAreInjected) {
    model::Geometry geometry = test::bit_rows(3, 2, 100);
    geometry.position_guard = true;
    ChangedLines changed(geometry, {.faults = {.threshold = 1}});
    changed.note({.op = Op::kRead, .site = 1, .row = 7, .seg_mask = 1});
    EXPECT_EQ(lines_of(changed), (std::vector<ChangedLine>{{.row = 7, .site = 0, .mask = 3},
                                                           {.row = 7, .site = 1, .mask = 3},
                                                           {.row = 7, .site = 2, .mask = 3}}));
}

TEST(UnitChangedLines, LeaveOutWhatTheMemoryDoesNotHave) {
    ChangedLines changed(test::geometry(64, 4, 100), {});
    changed.note({.op = Op::kWrite, .row = 100, .seg_mask = 1});
    changed.note({.op = Op::kWrite, .site = 1, .row = 1, .seg_mask = 1});
    EXPECT_TRUE(changed.lines().empty());
    changed.note({.op = Op::kWrite, .row = 1, .seg_mask = 0x11});
    EXPECT_EQ(lines_of(changed), (std::vector<ChangedLine>{{.row = 1, .mask = 1}}));
}

TEST(UnitChangedLines, AreForgottenRoundByRoundHoweverManyTheyAre) {
    constexpr uint64_t kRows = 1'000'000;
    ChangedLines changed(test::bit_rows(64, 64, kRows), {});
    model::Random random(test::seed());
    for (const size_t commands : {size_t{5}, size_t{2'000'000}, size_t{5}, size_t{3000}, size_t{0}}) {
        std::map<std::pair<uint32_t, uint8_t>, uint64_t> expected;
        for (size_t i = 0; i < commands; ++i) {
            const Command command{.op = Op::kWrite,
                                  .site = static_cast<uint8_t>(random.below(4)),
                                  .row = static_cast<uint32_t>(random.below(kRows)),
                                  .seg_mask = random.next()};
            changed.note(command);
            expected[{command.row, command.site}] |= command.seg_mask;
        }
        ASSERT_EQ(changed.lines().size(), expected.size());
        for (const ChangedLine& line : changed.lines()) ASSERT_EQ(line.mask, (expected[{line.row, line.site}]));
        changed.clear();
        EXPECT_TRUE(changed.lines().empty());
    }
}

}  // namespace
}  // namespace sky::memory
