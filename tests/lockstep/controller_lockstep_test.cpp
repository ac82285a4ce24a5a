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
    Lockstep lockstep(geometry, timing, model_timing, {.queue_depth = queue_depth}, test::seed());
    lockstep.reset_every(reset_every);
    RequestStream stream(geometry, test::seed());
    uint64_t left = requests;
    const auto next = [&](Request& request) {
        if (left == 0) return false;
        --left;
        request = stream.next();
        return true;
    };
    return lockstep.run(next, backpressure);
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

/// Every command that is taken and every way to be refused, on every segment, with words that meet every
/// combination of old and new bit; then more data beats than the queue holds, and barriers between.
std::vector<Request> directed(const model::Geometry& geometry) {
    using model::Op;
    using model::WriteAlg;
    const uint64_t all = geometry.segment_mask();
    std::vector<Request> requests;
    uint16_t tag = 0;
    const auto add = [&](model::Command command, uint64_t word) {
        command.tag = tag++;
        requests.push_back({command, std::vector<uint64_t>(command.data_beats(geometry), word)});
    };
    for (const WriteAlg alg : {WriteAlg::kNaive, WriteAlg::kDcw}) {
        for (const uint64_t word : {uint64_t{0b0011}, uint64_t{0b0101}, uint64_t{0}, ~uint64_t{0}, uint64_t{1}}) {
            for (uint32_t segment = 0; segment < geometry.segments; ++segment)
                add({.op = Op::kWrite, .write_alg = alg, .row = 1, .seg_mask = uint64_t{1} << segment}, word);
            add({.op = Op::kRead, .row = 1, .seg_mask = all}, 0);
            add({.op = Op::kWrite, .write_alg = alg, .row = 1, .seg_mask = all}, ~word);
            add({.op = Op::kRead, .row = 1, .seg_mask = all}, 0);
        }
    }
    for (uint32_t segment = 0; segment < geometry.segments; ++segment)
        add({.op = Op::kErase, .row = 1, .seg_mask = uint64_t{1} << segment}, 0);
    for (uint32_t i = 0; i < 80; ++i)
        add({.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = i % 2, .seg_mask = all}, i * 0x9E3779B97F4A7C15);
    add({.op = Op::kBarrier, .site = 9, .row = 99, .seg_mask = 0}, 0);
    add({.op = Op::kScan, .row = 1, .seg_mask = all}, 7);
    add({.op = static_cast<Op>(7), .row = 1, .seg_mask = all}, 0);
    add({.op = Op::kWrite, .row = 1, .seg_mask = 0}, 0);
    add({.op = Op::kWrite, .row = static_cast<uint32_t>(geometry.tracks), .seg_mask = all}, 5);
    add({.op = Op::kWrite, .site = 1, .row = 1, .seg_mask = all}, 5);
    add({.op = Op::kWrite, .write_alg = WriteAlg::kAuto, .row = 1, .seg_mask = all}, 5);
    add({.op = Op::kRead, .row = 1, .seg_mask = ~uint64_t{0}}, 0);
    add({.op = Op::kRead, .row = 1, .seg_mask = all}, 0);
    return requests;
}

TEST(LockstepController, AgreesOnDirectedRequests) {
    for (const model::Geometry& geometry : {small(), odd()}) {
        for (const uint32_t queue_depth : {1U, 32U}) {
            const std::vector<Request> requests = directed(geometry);
            Lockstep lockstep(geometry, test::skyrmion_timing(), test::skyrmion_timing(),
                              {.queue_depth = queue_depth}, test::seed());
            size_t at = 0;
            const auto next = [&](Request& s) {
                if (at == requests.size()) return false;
                s = requests[at++];
                return true;
            };
            const LockstepResult result = lockstep.run(next, kNone);
            expect_agreement(result, requests.size());
            EXPECT_EQ(result.counters[model::Counter::kRefused], 7U);
        }
    }
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
                               .shift_fj = 65535,
                               .detect_fj = 65534,
                               .remove_fj = 65533,
                               .inject_fj = 65532};
    const LockstepResult result = run(small(), 4'000, kSome, 32, 0, timing, timing);
    expect_agreement(result, 4'000);
    EXPECT_GT(result.counters[model::Counter::kEnergyFj], uint64_t{1} << 32);
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

TEST(LockstepControllerDeathTest, AssertionsAreOnAndStopTheRun) {
    const auto drop_a_command_that_was_offered = [] {
        const auto rtl = bridge::RtlController::make(small(), test::skyrmion_timing(), {.queue_depth = 1});
        model::PinsIn in;
        in.cmd_valid = true;
        in.cmd = {.op = model::Op::kRead, .row = 0, .seg_mask = 1};
        for (int i = 0; i < 4; ++i) rtl->tick(in);  // one under way, one queued, one waiting
        in.cmd_valid = false;
        for (int i = 0; i < 4; ++i) rtl->tick(in);
    };
    EXPECT_DEATH(drop_a_command_that_was_offered(), "");
}

TEST(LockstepController, RandomRequestsReachEveryCounter) {
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
