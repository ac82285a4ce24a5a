// Question: for random words, does every write cost the RTL what it costs the model, count by count, and does a
// whole line of 512 tracks agree in every cycle?
#include <gtest/gtest.h>

#include <array>

#include "sysc/bridge/rtl_controller.hpp"
#include "sysc/model/controller.hpp"
#include "sysc/model/random.hpp"
#include "tb/lockstep.hpp"
#include "tests/support/device.hpp"
#include "tests/support/meter.hpp"
#include "tests/support/seed.hpp"

namespace sky::tb {
namespace {

using model::Policy;
using model::ReturnPolicy;
using model::Scheduler;
using model::Timing;
using model::WriteAlg;

/// Every slot as short as can be: counts do not depend on it.
Timing shortest() {
    Timing timing = test::skyrmion_timing();
    timing.shift_cycles = timing.detect_cycles = timing.remove_cycles = timing.inject_cycles = 1;
    return timing;
}

/// Random words, one after the other, onto one segment of a track of 32; each over the one before.
void expect_equal_counts(WriteAlg alg, const Timing& timing, uint32_t words) {
    SCOPED_TRACE(model::to_string(alg));
    const model::Geometry geometry = test::geometry(64, 32, 1);
    const Policy policy{.queue_depth = 4};
    const auto rtl = bridge::RtlController::make(geometry, timing, policy);
    ASSERT_NE(rtl, nullptr);
    model::Controller model(geometry, timing, policy, model::PassEngine::kEvents);
    test::Meter<bridge::RtlController> rtl_meter(*rtl);
    test::Meter<model::Controller> model_meter(model);
    model::Random random(test::seed());
    constexpr uint32_t kSegment = 7;
    const model::Command write{.op = model::Op::kWrite, .write_alg = alg, .seg_mask = uint64_t{1} << kSegment};
    for (uint32_t i = 0; i < words; ++i) {
        const std::array data{random.next()};
        const model::Counters spent = rtl_meter.run(write, data);
        const model::Counters expected = model_meter.run(write, data);
        for (size_t c = 0; c < model::kCounters; ++c)
            ASSERT_EQ(spent.at(c), expected.at(c))
                << model::info(static_cast<model::Counter>(c)).name << " of word " << i << ", " << data[0];
        ASSERT_EQ(rtl->word(0, kSegment), data[0]);
    }
    EXPECT_FALSE(rtl->track_error());
}

constexpr std::array kSerial{WriteAlg::kNaive, WriteAlg::kDcw, WriteAlg::kPw};

TEST(LockstepWriteAlgorithms, CountTheSameForEveryRandomWord) {
    for (const WriteAlg alg : kSerial) expect_equal_counts(alg, shortest(), 2'000);
}

TEST(SlowLockstepWriteAlgorithms, CountTheSameForEveryOf20000RandomWords) {
    for (const WriteAlg alg : kSerial) expect_equal_counts(alg, test::skyrmion_timing(), 20'000);
}

/// A bit-interleaved line under the schedulers that look at offsets or join requests, and both return policies.
void expect_lines_agree(uint32_t tracks, uint32_t segments, uint64_t requests) {
    model::Geometry line = test::geometry(32, segments, tracks);
    line.tracks_per_row = tracks;
    for (const WriteAlg alg : {WriteAlg::kNaive, WriteAlg::kDcw, WriteAlg::kAuto})
        for (const Scheduler scheduler : {Scheduler::kNearest, Scheduler::kCoalesce})
            for (const ReturnPolicy rest : {ReturnPolicy::kHome, ReturnPolicy::kStay}) {
                const Policy policy{.queue_depth = 4, .scheduler = scheduler, .return_policy = rest, .age_cap = 6};
                Lockstep lockstep(line, shortest(), shortest(), policy, test::seed());
                RequestStream stream(line, test::seed(), alg);
                uint64_t left = requests;
                const auto next = [&](Request& request) {
                    if (left == 0) return false;
                    --left;
                    request = stream.next();
                    return true;
                };
                const LockstepResult result =
                    lockstep.run(next, {.cmd_percent = 30, .wdata_percent = 30, .rsp_percent = 30});
                EXPECT_EQ(result.difference, "");
                EXPECT_EQ(result.requests, requests);
            }
}

TEST(SlowLockstepLine, AgreesOn512Tracks) { expect_lines_agree(512, 2, 3'000); }

}  // namespace
}  // namespace sky::tb
