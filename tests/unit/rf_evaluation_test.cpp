// Question: are the figures that an evaluation is made of what their names say?
#include <gtest/gtest.h>

#include <vector>

#include "host/regfile/evaluation.hpp"

namespace sky::regfile {
namespace {

TEST(RfEvaluation, MeansAreThoseOfTheirNames) {
    const std::vector<double> values{1, 4, 16};
    EXPECT_DOUBLE_EQ(mean(values), 7);
    EXPECT_DOUBLE_EQ(geometric_mean(values), 4);
    EXPECT_DOUBLE_EQ(geometric_mean(std::vector<double>{2, 0}), 0);
    EXPECT_DOUBLE_EQ(geometric_mean({}), 0);
    EXPECT_DOUBLE_EQ(mean({}), 0);
}

TEST(RfEvaluation, PositionErrorsAreCountedInABillionInstructions) {
    EXPECT_DOUBLE_EQ(expected_position_errors(1), 45'500);
    EXPECT_DOUBLE_EQ(expected_position_errors(100), 4'550'000);
}

TEST(RfEvaluation, TracksArePricedInTheProportionsOfTheFiveFemtojouleDevice) {
    const Activity activity{.track_steps = 10, .bit_reads = 20, .bit_writes = 30};
    EXPECT_DOUBLE_EQ(track_energy_pj(activity, 5), (10 * 5 + 20 * 2 + 30 * 10) / 1000.0);
}

TEST(RfEvaluation, AtTheBreakEvenBothTakeTheSame) {
    constexpr double kTrackPj = 3;
    constexpr double kSramPj = 0.5;
    constexpr double kLeakageUw = 34;
    const auto mips = break_even_mips(kTrackPj, kSramPj, kLeakageUw);
    ASSERT_TRUE(mips);
    const double leaked_pj = kLeakageUw * 1e-6 / (*mips * 1e6) * 1e12;
    EXPECT_DOUBLE_EQ(kSramPj + leaked_pj, kTrackPj);
    EXPECT_FALSE(break_even_mips(kSramPj, kTrackPj, kLeakageUw)) << "tracks that take less always do";
}

}  // namespace
}  // namespace sky::regfile
