// Question: does the RTL's scheduler pick, under every policy, the same request as the model's, and turn the elevator
// at the same time?
#include <Vpick_3.h>
#include <Vpick_8.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "sysc/model/random.hpp"
#include "sysc/model/request_pick.hpp"
#include "tests/support/seed.hpp"

namespace sky::model {
namespace {

constexpr std::array kPolicies = {Scheduler::kFcfs, Scheduler::kNearest, Scheduler::kElevator, Scheduler::kCoalesce};

template <size_t N>
void set_bits(VlWide<N>& words, size_t first, size_t count, uint64_t value) {
    for (size_t bit = 0; bit < count; ++bit) {
        const uint32_t mask = 1U << ((first + bit) % 32);
        uint32_t& word = words[(first + bit) / 32];
        word = ((value >> bit) & 1) != 0 ? word | mask : word & ~mask;
    }
}
template <typename Word>
void set_bits(Word& word, size_t first, size_t count, uint64_t value) {
    const uint64_t mask = (~uint64_t{0} >> (64 - count)) << first;
    word = static_cast<Word>((word & ~mask) | ((value << first) & mask));
}

template <typename V>
struct Bench {
    V top;

    void load(const std::vector<PickEntry>& entries) {
        top.waiting_i = top.ready_i = 0;
        for (size_t i = 0; i < entries.size(); ++i) {
            set_bits(top.waiting_i, i, 1, entries[i].waiting ? 1 : 0);
            set_bits(top.ready_i, i, 1, entries[i].ready ? 1 : 0);
            set_bits(top.distance_i, 8 * i, 8, entries[i].distance);
            set_bits(top.position_i, 40 * i, 40, entries[i].position);
        }
    }
    Pick pick(Scheduler policy, bool overdue, const Elevator& elevator) {
        top.policy_i = static_cast<CData>(policy);
        top.overdue_i = overdue;
        top.last_position_i = elevator.position;
        top.up_i = elevator.up;
        top.eval();
        if (top.valid_o == 0) {
            EXPECT_EQ(top.index_o, 0);
        }
        return {.index = top.valid_o != 0 ? std::optional<size_t>(top.index_o) : std::nullopt, .up = top.up_o != 0};
    }
    /// Both under every policy, overdue or not, up and down.
    void expect_the_same(const std::vector<PickEntry>& entries, uint64_t last_position) {
        load(entries);
        for (const Scheduler policy : kPolicies) {
            for (const bool overdue : {false, true}) {
                for (const bool up : {false, true}) {
                    const Elevator elevator{.position = last_position, .up = up};
                    const Pick expected = pick_request(policy, entries, overdue, elevator);
                    ASSERT_EQ(pick(policy, overdue, elevator), expected)
                        << to_string(policy) << (overdue ? ", overdue" : "") << (up ? ", up" : ", down");
                    picked += expected.index.has_value() ? 1 : 0;
                    idle += expected.index.has_value() ? 0 : 1;
                    turned += expected.up != up ? 1 : 0;
                }
            }
        }
    }
    uint64_t picked = 0;
    uint64_t idle = 0;
    uint64_t turned = 0;
};

TEST(LockstepPick, AgreesOnEveryQueueOfThreeInASmallWorld) {
    // Each entry: absent, waiting, waiting and ready, or (as left over) ready only; distance and position of 0 to 2.
    Bench<Vpick_3> bench;
    constexpr size_t kEach = size_t{4} * 3 * 3;
    std::vector<PickEntry> entries(3);
    for (size_t world = 0; world < kEach * kEach * kEach; ++world) {
        size_t rest = world;
        for (PickEntry& entry : entries) {
            const size_t own = rest % kEach;
            rest /= kEach;
            entry = {.waiting = own % 2 != 0,
                     .ready = own / 2 % 2 != 0,
                     .distance = static_cast<uint8_t>(own / 4 % 3),
                     .position = own / 12};
        }
        for (uint64_t last = 0; last < 3; ++last) {
            ASSERT_NO_FATAL_FAILURE(bench.expect_the_same(entries, last)) << "world " << world << " last " << last;
        }
    }
    EXPECT_GT(bench.picked, 100'000U);
    EXPECT_GT(bench.idle, 100'000U);
    EXPECT_GT(bench.turned, 10'000U);
}

TEST(LockstepPick, AgreesOnRandomQueuesOfEight) {
    Bench<Vpick_8> bench;
    Random random(test::seed());
    std::vector<PickEntry> entries(8);
    for (int round = 0; round < 50'000; ++round) {
        // Narrow ranges make ties, the whole range moves every bit; sparse and full queues.
        const uint64_t positions = uint64_t{1} << (1 + random.below(40));
        const uint64_t distances = 1 + random.below(256);
        const auto waiting = static_cast<uint32_t>(random.below(101));
        const auto ready = static_cast<uint32_t>(random.below(101));
        for (PickEntry& entry : entries) {
            entry = {.waiting = random.percent(waiting),
                     .ready = random.percent(ready),
                     .distance = static_cast<uint8_t>(random.below(distances)),
                     .position = random.below(positions)};
        }
        const uint64_t last = random.percent(30) ? entries[random.below(8)].position : random.below(positions);
        ASSERT_NO_FATAL_FAILURE(bench.expect_the_same(entries, last))
            << "round " << round << " SKY_SEED=" << test::seed();
    }
    EXPECT_GT(bench.picked, 100'000U);
    EXPECT_GT(bench.idle, 100'000U);
    EXPECT_GT(bench.turned, 10'000U);
}

}  // namespace
}  // namespace sky::model
