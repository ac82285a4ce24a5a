// Question: do the RTL, the pulse-accurate model and the event-driven model agree on every output in every
// cycle, on every counter and on every site, whatever the requests and whoever holds back?
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <tuple>

#include "tb/lockstep.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::tb {
namespace {

using model::Geometry;
using model::Op;
using model::Policy;
using model::ReturnPolicy;
using model::Scheduler;
using model::Timing;
using model::WriteAlg;

constexpr Backpressure kNone{};
constexpr Backpressure kSome{.cmd_percent = 30, .wdata_percent = 30, .rsp_percent = 30};
constexpr Backpressure kHeavy{.cmd_percent = 5, .wdata_percent = 99, .rsp_percent = 90};

/// The Verilated shapes, in the order of rtl/configs.txt.
Geometry shape(size_t index) { return bridge::RtlController::shapes().at(index).geometry; }
Geometry full() { return shape(0); }
Geometry odd() { return shape(1); }
Geometry small() { return shape(2); }
Geometry banked() { return shape(3); }
Geometry flagged() { return shape(4); }
Geometry flagged64() { return shape(5); }
Geometry bits() { return shape(6); }
Geometry banked_bits() { return shape(7); }
Geometry guarded() { return shape(8); }
Geometry guarded_bits() { return shape(9); }

/// Short slots of different lengths, so that many requests fit into few cycles.
Timing quick() {
    Timing timing = test::skyrmion_timing();
    timing.shift_cycles = 2;
    timing.detect_cycles = 1;
    timing.remove_cycles = 2;
    timing.inject_cycles = 3;
    return timing;
}

struct Run {
    Geometry geometry;
    Policy policy{.queue_depth = 8};
    Timing timing = quick();
    Backpressure backpressure = kSome;
    uint64_t reset_every = 0;
    std::optional<WriteAlg> write_alg{};
    std::optional<Timing> model_timing{};
};

LockstepResult run(const Run& what, uint64_t requests) {
    Lockstep lockstep(what.geometry, what.timing, what.model_timing.value_or(what.timing), what.policy, test::seed());
    lockstep.reset_every(what.reset_every);
    RequestStream stream(what.geometry, test::seed(), what.write_alg);
    uint64_t left = requests;
    const auto next = [&](Request& request) {
        if (left == 0) return false;
        --left;
        request = stream.next();
        return true;
    };
    return lockstep.run(next, what.backpressure);
}

void expect_agreement(const Run& what, uint64_t requests) {
    const LockstepResult result = run(what, requests);
    EXPECT_EQ(result.difference, "");
    EXPECT_EQ(result.requests, requests);
}

// ---- Every mapping, write algorithm, scheduler and return policy

using Combination = std::tuple<WriteAlg, Scheduler, ReturnPolicy>;

std::string name(const testing::TestParamInfo<Combination>& info) {
    const auto& [alg, scheduler, policy] = info.param;
    return fmt::format("{}_{}_{}", model::to_string(alg), model::to_string(scheduler), model::to_string(policy));
}
Policy policy_of(const Combination& combination) {
    return {.queue_depth = 8,
            .scheduler = std::get<Scheduler>(combination),
            .return_policy = std::get<ReturnPolicy>(combination),
            .age_cap = 6};
}
const auto kSchedulers =
    testing::Values(Scheduler::kFcfs, Scheduler::kNearest, Scheduler::kElevator, Scheduler::kCoalesce);
const auto kReturnPolicies = testing::Values(ReturnPolicy::kHome, ReturnPolicy::kStay);

class LockstepWordBased : public testing::TestWithParam<Combination> {};
TEST_P(LockstepWordBased, Agrees) {
    const WriteAlg alg = std::get<WriteAlg>(GetParam());
    const bool needs_flag = alg == WriteAlg::kFnw || alg == WriteAlg::kPwFnw;
    expect_agreement(
        {.geometry = needs_flag ? flagged() : small(), .policy = policy_of(GetParam()), .write_alg = alg}, 2'000);
}
INSTANTIATE_TEST_SUITE_P(, LockstepWordBased,
                         testing::Combine(testing::Values(WriteAlg::kNaive, WriteAlg::kDcw, WriteAlg::kFnw,
                                                          WriteAlg::kPw, WriteAlg::kPwFnw, WriteAlg::kAuto),
                                          kSchedulers, kReturnPolicies),
                         name);

class LockstepBitInterleaved : public testing::TestWithParam<Combination> {};
TEST_P(LockstepBitInterleaved, Agrees) {
    expect_agreement(
        {.geometry = bits(), .policy = policy_of(GetParam()), .write_alg = std::get<WriteAlg>(GetParam())}, 2'000);
}
INSTANTIATE_TEST_SUITE_P(, LockstepBitInterleaved,
                         testing::Combine(testing::Values(WriteAlg::kNaive, WriteAlg::kDcw, WriteAlg::kAuto),
                                          kSchedulers, kReturnPolicies),
                         name);

// ---- Other shapes and settings

TEST(LockstepController, AgreesOnAnOddGeometryWithTheTrueCosts) {
    expect_agreement({.geometry = odd(), .policy = {.queue_depth = 3}, .timing = test::skyrmion_timing()}, 5'000);
}

TEST(LockstepController, AgreesOnTheFullTrack) {
    expect_agreement({.geometry = full(), .policy = {}, .timing = test::skyrmion_timing()}, 1'000);
    expect_agreement({.geometry = full(),
                      .policy = {.scheduler = Scheduler::kCoalesce,
                                 .return_policy = ReturnPolicy::kStay,
                                 .max_ports_driven = 8,
                                 .overlap = true}},
                     1'000);
}

TEST(LockstepController, AgreesOnFlaggedWordsOf64Bits) {
    expect_agreement({.geometry = flagged64(), .policy = {.queue_depth = 4}}, 1'500);
    expect_agreement({.geometry = flagged64(), .policy = {.queue_depth = 4, .return_policy = ReturnPolicy::kStay}},
                     1'500);
}

TEST(LockstepController, AgreesWithoutBackpressure) {
    expect_agreement({.geometry = small(), .backpressure = kNone}, 4'000);
}

TEST(LockstepController, AgreesWhenDataAndAnswersHardlyMove) {
    expect_agreement({.geometry = small(), .policy = {.queue_depth = 1}, .backpressure = kHeavy}, 2'000);
}

TEST(LockstepController, AgreesOnSeveralBanksUnderEveryScheduler) {
    for (const Scheduler scheduler :
         {Scheduler::kFcfs, Scheduler::kNearest, Scheduler::kElevator, Scheduler::kCoalesce}) {
        Policy policy{.queue_depth = 16, .banks = 4, .scheduler = scheduler, .age_cap = 2};
        expect_agreement({.geometry = banked(), .policy = policy}, 2'000);
        expect_agreement({.geometry = banked(), .policy = policy, .backpressure = kHeavy}, 500);
        policy.return_policy = ReturnPolicy::kStay;
        expect_agreement({.geometry = banked(), .policy = policy, .backpressure = kNone}, 2'000);
        policy.banks = 2;
        policy.queue_depth = 8;
        expect_agreement({.geometry = banked_bits(), .policy = policy}, 1'500);
    }
}

TEST(LockstepController, AgreesWithEveryOtherSetting) {
    Timing relaxed = quick();
    relaxed.relax_cycles = 3;
    relaxed.detect_cycles = 0;
    relaxed.remove_charge = model::RemoveCharge::kPerSkyrmion;
    relaxed.shift_charge = model::ShiftCharge::kPerSkyrmion;
    Timing per_pulse = quick();
    per_pulse.shift_charge = model::ShiftCharge::kPerPulse;
    per_pulse.remove_cycles = 9;
    for (const Geometry& geometry : {small(), flagged(), bits()}) {
        for (const ReturnPolicy stay : {ReturnPolicy::kHome, ReturnPolicy::kStay}) {
            for (const uint32_t ports : {1U, 2U, 3U}) {
                const Policy policy{.queue_depth = 16,
                                    .scheduler = Scheduler::kCoalesce,
                                    .return_policy = stay,
                                    .max_ports_driven = ports,
                                    .overlap = ports != 3,
                                    .auto_permutes = ports != 1};
                expect_agreement({.geometry = geometry, .policy = policy, .timing = relaxed}, 600);
                expect_agreement({.geometry = geometry, .policy = policy, .timing = per_pulse}, 600);
            }
        }
    }
}

TEST(LockstepController, AgreesWithLongSlotsAndLargeEnergies) {
    const Timing timing{.cycle_ps = 10,
                        .shift_cycles = 3,
                        .detect_cycles = 2,
                        .remove_cycles = 1,
                        .inject_cycles = 255,
                        .shift_fj = 65535,
                        .detect_fj = 65534,
                        .remove_fj = 65533,
                        .inject_fj = 65532,
                        .relax_cycles = 7};
    const LockstepResult result = run({.geometry = small(), .timing = timing}, 2'500);
    EXPECT_EQ(result.difference, "");
    EXPECT_GT(result.counters[model::Counter::kEnergyFj], uint64_t{1} << 32);
}

TEST(LockstepController, AgreesWhenResetsCutPassesAnywhere) {
    for (const Geometry& geometry : {small(), flagged(), bits()}) {
        for (const ReturnPolicy stay : {ReturnPolicy::kHome, ReturnPolicy::kStay}) {
            const LockstepResult result =
                run({.geometry = geometry, .policy = {.queue_depth = 2, .return_policy = stay}, .reset_every = 300},
                    3'000);
            EXPECT_EQ(result.difference, "");
            EXPECT_GT(result.requests, 500U);
            // A bit-interleaved row may rest anywhere, a word-based one not in mid-permutation.
            if (geometry.mapping() == model::Mapping::kWord || stay == ReturnPolicy::kHome) {
                EXPECT_GT(result.recoveries, 20U);
            }
        }
    }
}

TEST(LockstepController, AgreesOnGuardedTracksWithAndWithoutSlips) {
    for (const uint64_t one_in : {uint64_t{0}, uint64_t{20'000}, uint64_t{400}}) {
        const model::SlipFaults faults{.threshold = one_in == 0 ? 0 : ~uint64_t{0} / one_in, .seed = test::seed()};
        for (const ReturnPolicy stay : {ReturnPolicy::kHome, ReturnPolicy::kStay}) {
            for (const Scheduler scheduler : {Scheduler::kFcfs, Scheduler::kNearest, Scheduler::kCoalesce}) {
                const Policy word{.queue_depth = 8, .scheduler = scheduler, .return_policy = stay, .faults = faults};
                const LockstepResult words = run({.geometry = guarded(), .policy = word}, 1'500);
                EXPECT_EQ(words.difference, "");
                EXPECT_GT(words.counters[model::Counter::kChecks], 1'000U);
                if (one_in == 400) {
                    EXPECT_GT(words.counters[model::Counter::kCorrections], 20U);
                }
                if (one_in == 400) continue;  // 64 tracks a row would all be lost
                Policy bit = word;
                bit.banks = 2;
                expect_agreement({.geometry = guarded_bits(), .policy = bit}, 800);
            }
        }
    }
}

TEST(LockstepController, AgreesWhenResetsCutPassesOfGuardedTracks) {
    const model::SlipFaults faults{.threshold = ~uint64_t{0} / 3'000, .seed = test::seed()};
    for (const ReturnPolicy stay : {ReturnPolicy::kHome, ReturnPolicy::kStay}) {
        const LockstepResult result = run({.geometry = guarded(),
                                           .policy = {.queue_depth = 2, .return_policy = stay, .faults = faults},
                                           .reset_every = 300},
                                          3'000);
        EXPECT_EQ(result.difference, "");
        EXPECT_GT(result.recoveries, 20U);
    }
}

// ---- Directed

/// Every command that is taken and every way to be refused, on every segment, with words that meet every
/// combination of old and new bit; then more data beats than the queue holds, and barriers between.
std::vector<Request> directed(const Geometry& geometry) {
    const uint64_t all = geometry.segment_mask();
    std::vector<Request> requests;
    uint16_t tag = 0;
    const auto add = [&](model::Command command, uint64_t word) {
        command.tag = tag++;
        requests.push_back({command, std::vector<uint64_t>(command.data_beats(geometry), word)});
    };
    for (const WriteAlg alg : {WriteAlg::kNaive, WriteAlg::kDcw, WriteAlg::kPw}) {
        for (const uint64_t word : {uint64_t{0b0011}, uint64_t{0b0101}, uint64_t{0}, ~uint64_t{0}, uint64_t{1}}) {
            for (uint32_t segment = 0; segment < geometry.segments; ++segment)
                add({.op = Op::kWrite, .write_alg = alg, .row = 1, .seg_mask = uint64_t{1} << segment}, word);
            add({.op = Op::kRead, .row = 1, .seg_mask = all}, 0);
            const WriteAlg parallel = alg == WriteAlg::kPw ? WriteAlg::kAuto : alg;
            add({.op = Op::kWrite, .write_alg = parallel, .row = 1, .seg_mask = all}, ~word);
            add({.op = Op::kRead, .row = 1, .seg_mask = all}, 0);
            add({.op = Op::kScan, .row = 1, .seg_mask = all}, ~word);
            add({.op = Op::kScan, .row = 1, .seg_mask = all}, word ^ 1);
        }
    }
    for (uint32_t segment = 0; segment < geometry.segments; ++segment)
        add({.op = Op::kErase, .row = 1, .seg_mask = uint64_t{1} << segment}, 0);
    for (uint32_t i = 0; i < 80; ++i)
        add({.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = i % 2, .seg_mask = all}, i * 0x9E3779B97F4A7C15);
    add({.op = Op::kBarrier, .site = 9, .row = 99, .seg_mask = 0}, 0);
    add({.op = static_cast<Op>(7), .row = 1, .seg_mask = all}, 0);
    add({.op = Op::kWrite, .row = 1, .seg_mask = 0}, 0);
    add({.op = Op::kWrite, .row = static_cast<uint32_t>(geometry.tracks), .seg_mask = all}, 5);
    add({.op = Op::kWrite, .site = 1, .row = 1, .seg_mask = all}, 5);
    add({.op = Op::kWrite, .write_alg = WriteAlg::kFnw, .row = 1, .seg_mask = all}, 5);
    add({.op = Op::kWrite, .write_alg = WriteAlg::kPw, .row = 1, .seg_mask = all}, 5);
    add({.op = Op::kWrite, .write_alg = static_cast<WriteAlg>(6), .row = 1, .seg_mask = all}, 5);
    add({.op = Op::kRead, .row = 1, .seg_mask = ~uint64_t{0}}, 0);
    add({.op = Op::kRead, .row = 1, .seg_mask = all}, 0);
    return requests;
}

TEST(LockstepController, AgreesOnDirectedRequests) {
    for (const Geometry& geometry : {small(), odd()}) {
        for (const uint32_t queue_depth : {1U, 8U}) {
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
            EXPECT_EQ(result.difference, "");
            EXPECT_EQ(result.requests, requests.size());
            EXPECT_EQ(result.counters[model::Counter::kRefused], 8U);
        }
    }
}

// ---- The scoreboard itself

TEST(LockstepController, SeesEveryCostThatTheModelGetsWrong) {
    for (uint32_t Timing::*cost :
         {&Timing::shift_cycles, &Timing::detect_cycles, &Timing::remove_cycles, &Timing::inject_cycles,
          &Timing::relax_cycles, &Timing::shift_fj, &Timing::detect_fj, &Timing::remove_fj, &Timing::inject_fj}) {
        Timing wrong = quick();
        wrong.*cost += 1;
        const LockstepResult result = run({.geometry = small(), .backpressure = kNone, .model_timing = wrong}, 200);
        EXPECT_NE(result.difference.find("SKY_SEED="), std::string::npos);
        EXPECT_NE(result.difference.find("cycle "), std::string::npos);
    }
}

TEST(LockstepControllerDeathTest, AssertionsAreOnAndStopTheRun) {
    const auto drop_a_command_that_was_offered = [] {
        const auto rtl = bridge::RtlController::make(small(), test::skyrmion_timing(), {.queue_depth = 1});
        model::PinsIn in;
        in.cmd_valid = true;
        in.cmd = {.op = Op::kRead, .row = 0, .seg_mask = 1};
        for (int i = 0; i < 4; ++i) rtl->tick(in);  // one under way, one queued, one waiting
        in.cmd_valid = false;
        for (int i = 0; i < 4; ++i) rtl->tick(in);
    };
    EXPECT_DEATH(drop_a_command_that_was_offered(), "");
}

TEST(LockstepController, RandomRequestsReachEveryCounter) {
    model::Counters reached;
    Timing timing = quick();
    timing.relax_cycles = 1;
    timing.detect_cycles = 0;
    for (const bool overlap : {false, true})
        for (const Geometry& geometry : {small(), flagged()})
            reached.add_bank(run({.geometry = geometry,
                                  .policy = {.queue_depth = 8, .scheduler = Scheduler::kCoalesce, .overlap = overlap},
                                  .timing = timing,
                                  .backpressure = kHeavy},
                                 1'500)
                                 .counters);
    reached.add_bank(run({.geometry = small()}, 500).counters);
    for (size_t i = 0; i < model::kCounters; ++i) {
        const auto counter = static_cast<model::Counter>(i);
        if (counter == model::Counter::kRecoveries) continue;  // only a reset makes one
        if (counter == model::Counter::kCyclesCheck || counter == model::Counter::kChecks ||
            counter == model::Counter::kCorrections || counter == model::Counter::kPositionErrors)
            continue;  // only with guard sites
        EXPECT_GT(reached[counter], 0U) << model::info(counter).name;
    }
}

TEST(SlowLockstepController, AgreesOnAMillionRequests) {
    const Policy coalesce{.queue_depth = 8, .scheduler = Scheduler::kCoalesce};
    const Policy nearest{.queue_depth = 8, .scheduler = Scheduler::kNearest, .return_policy = ReturnPolicy::kStay};
    expect_agreement({.geometry = small()}, 300'000);
    expect_agreement({.geometry = small(), .policy = coalesce}, 200'000);
    expect_agreement({.geometry = odd(), .policy = nearest}, 100'000);
    expect_agreement({.geometry = flagged(), .policy = nearest}, 150'000);
    expect_agreement({.geometry = bits(), .policy = nearest}, 100'000);
    expect_agreement({.geometry = bits(), .policy = coalesce}, 50'000);
    expect_agreement({.geometry = banked(), .policy = {.queue_depth = 16, .banks = 4}}, 80'000);
    expect_agreement({.geometry = full(), .policy = {}, .timing = test::skyrmion_timing()}, 20'000);
}

}  // namespace
}  // namespace sky::tb
