// Question: do the RTL, the pulse-accurate model and the event-driven model agree on every output in every
// cycle, on every counter and on every site, whatever the requests and whoever holds back?
#include <gtest/gtest.h>

#include "tb/lockstep.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::tb {
namespace {

constexpr Backpressure kNone{};
constexpr Backpressure kSome{.cmd_percent = 30, .wdata_percent = 30, .rsp_percent = 30};
constexpr Backpressure kHeavy{.cmd_percent = 5, .wdata_percent = 99, .rsp_percent = 90};

model::Geometry small() { return bridge::RtlController::geometries().at(2); }
model::Geometry odd() { return bridge::RtlController::geometries().at(1); }
model::Geometry full() { return bridge::RtlController::geometries().at(0); }

LockstepResult run(const model::Geometry& geometry, uint64_t requests, const Backpressure& backpressure,
                   uint32_t queue_depth = 32, uint64_t reset_every = 0,
                   const model::Timing& timing = test::skyrmion_timing(),
                   const model::Timing& model_timing = test::skyrmion_timing()) {
    Lockstep lockstep(geometry, timing, model_timing, queue_depth, test::seed());
    lockstep.reset_every(reset_every);
    RandomStimuli stimuli(geometry, test::seed(), requests);
    return lockstep.run([&](Stimulus& s) { return stimuli.next(s); }, backpressure);
}

void expect_agreement(const LockstepResult& result, uint64_t requests) {
    EXPECT_EQ(result.difference, "");
    EXPECT_EQ(result.requests, requests);
}

TEST(LockstepController, AgreesOnASmallGeometryWithBackpressure) {
    expect_agreement(run(small(), 10'000, kSome), 10'000);
}

TEST(LockstepController, AgreesOnAnOddGeometryWithBackpressure) {
    expect_agreement(run(odd(), 8'000, kSome, 3), 8'000);
}

TEST(LockstepController, AgreesOnTheFullGeometryWithBackpressure) {
    expect_agreement(run(full(), 2'000, kSome), 2'000);
}

TEST(LockstepController, AgreesWithoutBackpressure) { expect_agreement(run(small(), 4'000, kNone), 4'000); }

TEST(LockstepController, AgreesWhenDataAndAnswersHardlyMove) {
    expect_agreement(run(small(), 2'000, kHeavy, 1), 2'000);
}

TEST(LockstepController, AgreesWhenResetsCutPassesAnywhere) {
    const LockstepResult result = run(small(), 6'000, kSome, 2, 700);
    EXPECT_EQ(result.difference, "");
    EXPECT_GT(result.requests, 1'000U);
    EXPECT_GT(result.recoveries, 100U);
}

TEST(LockstepController, AgreesWithOtherCosts) {
    const model::Timing timing{.cycle_ps = 10,
                               .shift_cycles = 3,
                               .detect_cycles = 2,
                               .remove_cycles = 1,
                               .inject_cycles = 17,
                               .shift_fj = 528,
                               .detect_fj = 0,
                               .remove_fj = 300,
                               .inject_fj = 65535};
    expect_agreement(run(small(), 2'000, kSome, 32, 0, timing, timing), 2'000);
}

TEST(LockstepController, SeesEveryCostThatTheModelGetsWrong) {
    for (uint32_t model::Timing::*cost :
         {&model::Timing::shift_cycles, &model::Timing::detect_cycles, &model::Timing::remove_cycles,
          &model::Timing::inject_cycles, &model::Timing::shift_fj, &model::Timing::detect_fj,
          &model::Timing::remove_fj, &model::Timing::inject_fj}) {
        model::Timing wrong = test::skyrmion_timing();
        wrong.*cost += 1;
        const LockstepResult result = run(small(), 200, kNone, 32, 0, test::skyrmion_timing(), wrong);
        EXPECT_NE(result.difference.find("SKY_SEED="), std::string::npos);
        EXPECT_NE(result.difference.find("cycle "), std::string::npos);
    }
}

TEST(LockstepController, RandomStimuliReachEveryCounter) {
    const LockstepResult result = run(small(), 2'000, kHeavy);
    for (size_t i = 0; i < model::kCounters; ++i) {
        const auto counter = static_cast<model::Counter>(i);
        if (counter == model::Counter::kRecoveries) continue;  // only a reset makes one
        EXPECT_GT(result.counters[counter], 0U) << model::info(counter).name;
    }
}

TEST(SlowLockstepController, AgreesOnAMillionRequests) {
    expect_agreement(run(small(), 700'000, kSome), 700'000);
    expect_agreement(run(odd(), 280'000, kSome, 5), 280'000);
    expect_agreement(run(full(), 20'000, kSome), 20'000);
}

}  // namespace
}  // namespace sky::tb
