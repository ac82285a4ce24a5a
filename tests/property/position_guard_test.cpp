// Question: with protection on, is every slip of one site put right and every one of two reported, so that no word is
// ever silently wrong?
#include <gtest/gtest.h>

#include "host/memory/request_runner.hpp"
#include "host/memory/synthetic_load.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::memory {
namespace {

/// One slip in 10,000 track-steps.
constexpr uint64_t kSlipThreshold = ~uint64_t{0} / 10'000;

Geometry word_based() {
    Geometry geometry = test::geometry(64, 32, 16'384);
    geometry.position_guard = true;
    geometry.overhead_sites = 66;
    return geometry;
}

/// A line of 64 bytes on 512 tracks; any of them may lose its row.
Geometry bit_interleaved() {
    return {.sites_per_segment = 32,
            .segments = 4,
            .overhead_sites = 34,
            .tracks = uint64_t{512} * 256,
            .tracks_per_row = 512,
            .position_guard = true};
}

struct Campaign {
    Counters counters;
    uint64_t position_lost = 0;
};

/// Random reads and writes of lines; every word read is compared with what was last written.
Campaign run(const Geometry& geometry, ReturnPolicy policy, uint64_t requests, uint64_t threshold) {
    auto session = MemorySession::start(
        {.geometry = geometry,
         .timing = test::skyrmion_timing(),
         .policy = {.return_policy = policy, .faults = {.threshold = threshold, .seed = test::seed()}}});
    EXPECT_TRUE(session.ok()) << session.status().message();
    RequestRunner runner(*session.value(), {.rows = geometry.rows()});
    SyntheticLoad load(geometry, WriteAlg::kDcw, test::seed());
    TraceRecord record;
    for (uint64_t i = 0; i < requests; ++i) {
        load.next(record);
        runner.submit(record);
    }
    runner.drain();
    EXPECT_EQ(runner.failure(), "") << "a word is silently wrong";
    EXPECT_EQ(runner.requests(), requests);
    return {.counters = session.value()->counters(), .position_lost = runner.position_lost()};
}

/// Slips happen at the rate asked for, nearly all are put right, and what is given up is reported.
void expect_nothing_silent(const Geometry& geometry, uint64_t requests) {
    const Campaign campaign = run(geometry, ReturnPolicy::kHome, requests, kSlipThreshold);
    const auto steps = static_cast<double>(campaign.counters[Counter::kTrackSteps]);
    const auto corrections = static_cast<double>(campaign.counters[Counter::kCorrections]);
    EXPECT_NEAR(corrections / steps, 1e-4, 2e-5);
    EXPECT_EQ(campaign.counters[Counter::kRefused], campaign.position_lost);
    EXPECT_GE(campaign.position_lost, campaign.counters[Counter::kPositionErrors]);
}

TEST(PropertyPositionGuard, LetsNothingBeSilentlyWrongInAWordBasedArray) {
    expect_nothing_silent(word_based(), 6'000);
}

TEST(PropertyPositionGuard, LetsNothingBeSilentlyWrongInABitInterleavedArray) {
    expect_nothing_silent(bit_interleaved(), 300);
}

TEST(PropertyPositionGuard, CostsChecksAndNothingElseWhenNothingSlips) {
    const Campaign guarded = run(word_based(), ReturnPolicy::kStay, 500, 0);
    Geometry bare = word_based();
    bare.position_guard = false;
    const Campaign plain = run(bare, ReturnPolicy::kStay, 500, 0);
    EXPECT_EQ(guarded.counters[Counter::kCorrections], 0U);
    EXPECT_EQ(guarded.counters[Counter::kChecks], guarded.counters[Counter::kShifts])
        << "every step is followed by an act";
    EXPECT_EQ(guarded.counters[Counter::kShifts], plain.counters[Counter::kShifts]);
    EXPECT_EQ(guarded.counters[Counter::kEnergyFj],
              plain.counters[Counter::kEnergyFj] + 4 * guarded.counters[Counter::kChecks]);
    EXPECT_EQ(guarded.counters[Counter::kCycles],
              plain.counters[Counter::kCycles] + guarded.counters[Counter::kChecks]);
}

TEST(PropertyPositionGuard, ReportsARowThatIsTwoSitesOffAndNothingElse) {
    // So many slips that the bursts of the way home often have two.
    const Geometry geometry = word_based();
    const Campaign campaign = run(geometry, ReturnPolicy::kHome, 2'000, ~uint64_t{0} / 200);
    EXPECT_GT(campaign.counters[Counter::kPositionErrors], 0U);
    EXPECT_GT(campaign.position_lost, 0U);
}

TEST(SlowPositionGuard, LetsNothingBeSilentlyWrongInAMillionRequests) {
    expect_nothing_silent(word_based(), 1'000'000);
}

}  // namespace
}  // namespace sky::memory
