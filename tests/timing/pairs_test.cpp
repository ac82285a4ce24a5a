// Question: is an answer there in exactly its cycle: not one before, and then?
//
// The words are those of memory controllers: a test issues a command in a cycle, the answer is ready at the earliest
// in another, and a probe looks without letting time pass.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "sysc/model/controller.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

/// A controller whose clock the test holds.
class Clocked {
   public:
    Clocked(const Geometry& geometry, const Policy& policy, PassEngine engine)
        : controller_(geometry, test::skyrmion_timing(), policy, engine) {}

    /// Offers a command in this cycle and its data from then on, one beat in each cycle.
    void issue(const Command& command, const std::vector<uint64_t>& data = {}) {
        PinsIn in = idle();
        in.cmd_valid = true;
        in.cmd = command;
        tick(in);
        for (const uint64_t word : data) {
            in = idle();
            in.wdata_valid = true;
            in.wdata = word;
            tick(in);
        }
    }
    /// Whether an answer is there in this cycle.
    [[nodiscard]] bool probe() const { return controller_.outputs().rsp_valid; }
    void run_to(uint64_t cycle) {
        while (cycle_ < cycle) tick(idle());
    }
    /// Not at t - 1, yes at t.
    void expect_ready_at(uint64_t t) {
        SCOPED_TRACE("ready at " + std::to_string(t));
        ASSERT_LT(cycle_, t) << "the test came late";
        for (; cycle_ + 1 < t; tick(idle())) ASSERT_FALSE(probe()) << "in cycle " << cycle_;
        EXPECT_FALSE(probe()) << "one cycle too early";
        run_to(t);
        EXPECT_TRUE(probe());
    }
    [[nodiscard]] uint64_t cycle() const { return cycle_; }

   private:
    static PinsIn idle() {
        PinsIn in;
        in.rsp_ready = true;
        return in;
    }
    void tick(const PinsIn& in) {
        controller_.tick(in);
        ++cycle_;
    }

    Controller controller_;
    uint64_t cycle_ = 0;
};

constexpr std::array<PassEngine, 2> kEngines{PassEngine::kPulses, PassEngine::kEvents};
constexpr Command kRead{.op = Op::kRead, .row = 1, .seg_mask = 1};

Command write(WriteAlg alg, uint64_t mask = 1) {
    return {.op = Op::kWrite, .write_alg = alg, .row = 1, .seg_mask = mask};
}

// In cycles of 100 ps: shift 5, detect 1, remove 8, inject 10.
constexpr uint64_t kWalk = 128 * 5 + 64 * 1;

TEST(TimingPairs, AReadIsReadyAfterItsDispatchAndItsPass) {
    for (const PassEngine engine : kEngines) {
        Clocked memory(test::geometry(64, 32, 16), {}, engine);
        memory.issue(kRead);  // taken in cycle 0, dispatched in 1, the pass begins in 2
        memory.expect_ready_at(2 + kWalk);
    }
}

TEST(TimingPairs, AWriteWaitsForEachOfItsBeats) {
    for (const PassEngine engine : kEngines) {
        Clocked memory(test::geometry(64, 32, 16), {}, engine);
        memory.issue(write(WriteAlg::kDcw, 0b111), {0, 1, 3});
        memory.expect_ready_at(2 + 3 + kWalk + uint64_t{2} * 10);  // two sites at which a port injects
    }
}

TEST(TimingPairs, CoalescingListensForOneCycleMore) {
    for (const PassEngine engine : kEngines) {
        Clocked memory(test::geometry(64, 32, 16), {.scheduler = Scheduler::kCoalesce}, engine);
        memory.issue(kRead);
        memory.expect_ready_at(3 + kWalk);
    }
}

TEST(TimingPairs, APermutationPushesWhatItHasTooMuchToItsPort) {
    for (const PassEngine engine : kEngines) {
        Clocked memory(test::geometry(64, 32, 16), {}, engine);
        memory.issue(write(WriteAlg::kPw), {0b1011});  // 130 shifts, 64 detects, 3 injects
        memory.expect_ready_at(3 + 130 * 5 + 64 + 3 * 10);
        memory.run_to(memory.cycle() + 1);
        const uint64_t start = memory.cycle();
        memory.issue(write(WriteAlg::kPw), {0b1000});  // two to remove, each with a shift of its own
        memory.expect_ready_at(start + 3 + uint64_t{132} * 5 + 64 + uint64_t{2} * 8);
    }
}

TEST(TimingPairs, AScanIsReadyAsSoonAsEveryPortIsDecided) {
    for (const PassEngine engine : kEngines) {
        Clocked memory(test::geometry(64, 32, 16), {}, engine);
        // The words are 0: the key shows that it is not in its fourth bit from the top.
        const uint64_t key = uint64_t{1} << 60;
        memory.issue({.op = Op::kScan, .row = 1, .seg_mask = 0b11}, {key, key});
        memory.expect_ready_at(2 + 2 + 2 * 4 * 5 + 4);
    }
}

TEST(TimingPairs, ARowThatStaysIsReadyAfterHalfTheWay) {
    for (const PassEngine engine : kEngines) {
        Clocked memory(test::geometry(64, 32, 16), {.return_policy = ReturnPolicy::kStay}, engine);
        for (int pass = 0; pass < 3; ++pass) {
            const uint64_t start = memory.cycle();
            memory.issue(kRead);
            memory.expect_ready_at(start + 2 + uint64_t{64} * 5 + 64);
            memory.run_to(memory.cycle() + 1);
        }
    }
}

TEST(TimingPairs, ASiteOfABitInterleavedRowIsReadyByItsNearestPort) {
    Geometry geometry = test::geometry(32, 4, 512);
    geometry.tracks_per_row = 512;
    for (const PassEngine engine : kEngines) {
        Clocked memory(geometry, {}, engine);
        memory.issue({.op = Op::kRead, .site = 31, .seg_mask = 1});  // one step to the right, and back
        memory.expect_ready_at(2 + 2 * 5 + 1);
    }
}

TEST(TimingPairs, AnotherBankWaitsOnlyForTheDispatchPort) {
    for (const PassEngine engine : kEngines) {
        Clocked memory(test::geometry(64, 32, 16), {.banks = 2}, engine);
        memory.issue(kRead);  // bank 1, taken in cycle 0
        memory.issue({.op = Op::kRead, .row = 2, .seg_mask = 1});
        memory.expect_ready_at(2 + kWalk);
        memory.run_to(memory.cycle() + 1);
        EXPECT_TRUE(memory.probe()) << "bank 0 answers in the next cycle";
    }
}

TEST(TimingPairs, ABarrierAndARefusalTakeNoPass) {
    for (const PassEngine engine : kEngines) {
        Clocked memory(test::geometry(64, 32, 16), {}, engine);
        memory.issue({.op = Op::kBarrier});
        memory.expect_ready_at(2);
        memory.run_to(10);
        memory.issue({.op = Op::kRead, .row = 16, .seg_mask = 1});
        memory.expect_ready_at(12);
    }
}

}  // namespace
}  // namespace sky::model
