// Question: do the return policies and schedulers save what they promise, and does none of them starve a request?
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <vector>

#include "sysc/model/controller.hpp"
#include "sysc/model/pin_driver.hpp"
#include "sysc/model/random.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::model {
namespace {

/// A memory with a driver, in a given way of working.
struct Memory {
    Memory(const Geometry& shape, const Policy& policy)
        : controller(shape, test::skyrmion_timing(), policy, PassEngine::kEvents), driver(controller) {}

    void submit(const Command& command) {
        const std::vector<uint64_t> data(command.data_beats(controller.geometry()), 0x5aa5);
        driver.submit(command, data);
    }
    void drain() {
        while (driver.advance() != nullptr) {
        }
    }
    [[nodiscard]] uint64_t count(Counter counter) const { return controller.counters()[counter]; }

    Controller controller;
    PinDriver<Controller> driver;
};

TEST(TimingPolicy, StayHalvesTheShiftsOfAPass) {
    const Command read{.op = Op::kRead, .row = 3, .seg_mask = 0xff};
    const Command compare{.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = 3, .seg_mask = 0xff};
    const Command naive{.op = Op::kWrite, .write_alg = WriteAlg::kNaive, .row = 3, .seg_mask = 0xff};
    for (const Command& command : {read, compare, naive}) {
        const auto shifts = [&](ReturnPolicy policy) {
            Memory memory(test::geometry(64, 32, 16), {.return_policy = policy});
            for (int i = 0; i < 10; ++i) memory.submit(command);
            memory.drain();
            EXPECT_EQ(memory.count(Counter::kPasses), 10U);
            return memory.count(Counter::kShifts);
        };
        EXPECT_EQ(shifts(ReturnPolicy::kHome), 10U * 128);
        EXPECT_EQ(shifts(ReturnPolicy::kStay), 10U * 64);
    }
}

/// Track-steps of random reads on one row of 512 tracks, 16 of them always waiting.
uint64_t track_steps(Scheduler scheduler, ReturnPolicy returns) {
    Geometry geometry = test::geometry(32, 64, 512);
    geometry.tracks_per_row = 512;
    Memory memory(geometry, {.scheduler = scheduler, .return_policy = returns, .age_cap = 64});
    Random random(test::seed());
    for (int i = 0; i < 4'000; ++i) {
        if (memory.driver.outstanding() == 17) memory.driver.advance();  // one at work
        memory.submit({.op = Op::kRead,
                       .site = static_cast<uint8_t>(random.below(32)),
                       .seg_mask = uint64_t{1} << random.below(64)});
    }
    memory.drain();
    EXPECT_EQ(memory.count(Counter::kReads), 4'000U);
    return memory.count(Counter::kTrackSteps);
}

TEST(TimingPolicy, NearestAndStaySaveMostTrackSteps) {
    const auto share = [](uint64_t part, uint64_t whole) {
        return static_cast<double>(part) / static_cast<double>(whole);
    };
    const uint64_t nearest = track_steps(Scheduler::kNearest, ReturnPolicy::kStay);
    const uint64_t home = track_steps(Scheduler::kFcfs, ReturnPolicy::kHome);
    const uint64_t stay = track_steps(Scheduler::kFcfs, ReturnPolicy::kStay);
    std::printf(
        "track-steps of nearest and stay: %.1f %% fewer than fcfs and home, %.1f %% fewer than fcfs and stay\n",
        100 * (1 - share(nearest, home)), 100 * (1 - share(nearest, stay)));
    EXPECT_LE(share(nearest, home), 0.3);
    EXPECT_LE(share(nearest, stay), 0.3);
}

TEST(TimingPolicy, CoalesceServesAllThatWaitsForATrackInOnePass) {
    const Command read{.op = Op::kRead, .row = 1};
    const Command write{.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = 1};
    for (Command command : {read, write}) {
        Memory memory(test::geometry(64, 32, 16), {.scheduler = Scheduler::kCoalesce});
        memory.submit({.op = Op::kRead, .row = 0, .seg_mask = 1});
        for (uint32_t segment = 0; segment < 32; ++segment) {
            command.seg_mask = uint64_t{1} << segment;
            memory.submit(command);
        }
        memory.drain();
        EXPECT_EQ(memory.count(Counter::kPasses), 2U);
        EXPECT_EQ(memory.count(Counter::kCoalesced), 31U);
        EXPECT_EQ(memory.count(Counter::kReads) + memory.count(Counter::kWritesDcw), 33U);
        for (uint32_t segment = 0; segment < 32; ++segment)
            EXPECT_EQ(memory.controller.word(1, segment), command.op == Op::kWrite ? 0x5aa5U : 0U);
    }
}

/// The most requests by which any request was passed: younger ones of its bank that were answered before it. A bank
/// answers in the order in which it serves. `next(i)` is request i; 24 wait at any time.
uint64_t most_passed(const Geometry& geometry, const Policy& policy, const std::function<Command(uint64_t)>& next) {
    Memory memory(geometry, policy);
    std::vector<uint64_t> banks;
    std::vector<std::vector<uint64_t>> answered(policy.banks);  // ids, in order
    const auto take = [&] {
        const Finished* finished = memory.driver.advance();
        EXPECT_EQ(finished->status, RspStatus::kOk);
        answered[banks[finished->id]].push_back(finished->id);
    };
    for (uint64_t i = 0; i < 3'000; ++i) {
        if (memory.driver.outstanding() == 25) take();
        const Command command = next(i);
        banks.push_back(command.row % policy.banks);
        memory.submit(command);
    }
    while (memory.driver.outstanding() != 0) take();
    uint64_t most = 0;
    for (const std::vector<uint64_t>& ids : answered)
        for (size_t i = 0; i < ids.size(); ++i)
            most = std::max(most, static_cast<uint64_t>(std::count_if(ids.begin(), ids.begin() + static_cast<long>(i),
                                                                      [&](uint64_t id) { return id > ids[i]; })));
    return most;
}

/// With every cap the bound holds; without one worth the name the stream does starve its victim.
void expect_bounded(const Geometry& geometry, Policy policy, const std::function<Command(uint64_t)>& next) {
    for (const uint32_t cap : {1U, 3U, 8U}) {
        policy.age_cap = cap;
        EXPECT_LE(most_passed(geometry, policy, next), cap) << to_string(policy.scheduler);
    }
    policy.age_cap = 255;
    EXPECT_GT(most_passed(geometry, policy, next), 16U) << to_string(policy.scheduler) << ": a harmless stream";
}

TEST(TimingPolicy, NearestLetsNoRequestStarve) {
    Geometry geometry = test::geometry(32, 4, 128);
    geometry.tracks_per_row = 64;
    for (const uint32_t banks : {1U, 2U})  // nearly all next to where the row rests, some far away
        expect_bounded(geometry,
                       {.banks = banks, .scheduler = Scheduler::kNearest, .return_policy = ReturnPolicy::kStay},
                       [](uint64_t i) {
                           return Command{.op = Op::kRead,
                                          .site = static_cast<uint8_t>(i % 300 == 17 ? 15 : i % 2),
                                          .row = static_cast<uint32_t>(i / 3 % 2),
                                          .seg_mask = 1};
                       });
}

TEST(TimingPolicy, ElevatorLetsNoRequestStarve) {
    for (const uint32_t banks : {1U, 2U})  // nearly all where the elevator is, some behind it
        expect_bounded(test::geometry(8, 4, 16), {.banks = banks, .scheduler = Scheduler::kElevator}, [](uint64_t i) {
            return Command{
                .op = Op::kRead, .row = static_cast<uint32_t>((i % 300 == 17 ? 0 : 12) + i / 3 % 2), .seg_mask = 1};
        });
}

TEST(TimingPolicy, CoalesceLetsNoRequestStarve) {
    for (const uint32_t banks : {1U, 2U})  // a track with work for every pass, and now and then another
        expect_bounded(test::geometry(8, 4, 16), {.banks = banks, .scheduler = Scheduler::kCoalesce}, [](uint64_t i) {
            return Command{.op = Op::kRead, .row = mix64(test::seed() + i) % 40 == 0 ? 0U : 12U, .seg_mask = 1};
        });
}

}  // namespace
}  // namespace sky::model
