// Question: after a reset in any cycle of any request, does the array hold what some prefix of its pulses left, and
// does the controller go on as if nothing had happened?
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "sysc/model/controller.hpp"
#include "sysc/model/pin_driver.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

const Geometry kGeometry = test::geometry(5, 3, 2);
const std::vector<uint64_t> kOld{0b10110, 0b11111, 0b01000};
const std::vector<uint64_t> kNew{0b11001, 0b01000, 0b10111};
constexpr uint32_t kRow = 1;
constexpr uint64_t kAll = 0b111;

/// A controller whose row 1 holds kOld, with clean counters.
class Filled : public Controller {
   public:
    explicit Filled(PassEngine engine) : Controller(kGeometry, test::skyrmion_timing(), {.queue_depth = 4}, engine) {
        for (uint32_t segment = 0; segment < kOld.size(); ++segment) set_word(kRow, segment, kOld[segment]);
    }
};

std::vector<uint64_t> data_for(const Command& command) {
    std::vector<uint64_t> data;
    if (command.op == Op::kScan) return {0b11100, 0b11100};
    for (uint32_t segment = 0; segment < 3 && command.op == Op::kWrite; ++segment)
        if ((command.seg_mask >> segment & 1) != 0) data.push_back(kNew[segment]);
    return data;
}

/// Runs `command` for `cycles` cycles and resets; again after `recovery_cycles` more when given. False when the
/// command was done before.
bool cut(Controller& controller, const Command& command, uint64_t cycles, std::optional<uint64_t> recovery_cycles) {
    PinDriver<Controller> driver(controller);
    driver.submit(command, data_for(command));
    if (driver.advance(cycles) != nullptr) return false;
    controller.reset();
    if (recovery_cycles) {
        for (uint64_t i = 0; i < *recovery_cycles; ++i) controller.tick({});
        controller.reset();
    }
    return true;
}

struct Outcome {
    std::vector<uint64_t> words;
    Counters counters;
    uint64_t cycles = 0;
};

/// What a READ of the whole row answers now.
Outcome read_back(Controller& controller) {
    PinDriver<Controller> driver(controller);
    driver.submit({.op = Op::kRead, .row = kRow, .seg_mask = kAll}, {});
    const Finished* done = driver.advance();
    if (done == nullptr) return {};
    return {.words = done->words, .counters = controller.counters(), .cycles = done->done_cycle};
}

/// Whether a prefix of the command's pulses can have left `now` in the segment: DCW leaves each bit old or new,
/// naive removes each bit before it may inject it.
bool reachable(const Command& command, uint32_t segment, uint64_t now) {
    const uint64_t was = kOld[segment];
    if ((command.seg_mask >> segment & 1) == 0 || command.op == Op::kRead || command.op == Op::kScan)
        return now == was;
    // A permutation write leaves anything in its own segment, and nothing else anywhere.
    if (command.write_alg == WriteAlg::kPw) return true;
    if (command.op == Op::kErase) return (now & ~was) == 0;
    const uint64_t target = kNew[segment];
    if (command.write_alg == WriteAlg::kDcw) return ((now ^ was) & (now ^ target)) == 0;
    return (now & ~(was | target)) == 0;
}

std::vector<Command> commands() {
    std::vector<Command> all;
    for (const uint64_t mask : {uint64_t{0b010}, uint64_t{0b101}, kAll}) {
        all.push_back({.op = Op::kRead, .row = kRow, .seg_mask = mask});
        all.push_back({.op = Op::kErase, .row = kRow, .seg_mask = mask});
        all.push_back({.op = Op::kWrite, .write_alg = WriteAlg::kNaive, .row = kRow, .seg_mask = mask});
        all.push_back({.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = kRow, .seg_mask = mask});
        all.push_back({.op = Op::kScan, .row = kRow, .seg_mask = mask});
    }
    for (const uint64_t mask : {uint64_t{0b001}, uint64_t{0b010}, uint64_t{0b100}})
        all.push_back({.op = Op::kWrite, .write_alg = WriteAlg::kPw, .row = kRow, .seg_mask = mask});
    return all;
}

std::string describe(const Command& command, uint64_t cycle) {
    return std::string(to_string(command.op)) + " " + to_string(command.write_alg) + ", mask " +
           std::to_string(command.seg_mask) + ", reset after " + std::to_string(cycle) + " cycles";
}

TEST(PropertyReset, LeavesEveryWordAsSomePrefixOfThePulses) {
    for (const Command& command : commands()) {
        uint64_t cycle = 0;
        uint64_t recovered = 0;
        for (;; ++cycle) {
            SCOPED_TRACE(describe(command, cycle));
            Filled pulses(PassEngine::kPulses);
            Filled events(PassEngine::kEvents);
            const bool was_cut = cut(pulses, command, cycle, {});
            ASSERT_EQ(cut(events, command, cycle, {}), was_cut);
            if (!was_cut) break;
            EXPECT_EQ(pulses.counters(), Counters{}) << "a reset clears the statistics";
            const Outcome outcome = read_back(pulses);
            const Outcome by_formula = read_back(events);
            ASSERT_EQ(outcome.words.size(), 3U);
            ASSERT_EQ(outcome.words, by_formula.words);
            ASSERT_EQ(outcome.cycles, by_formula.cycles);
            ASSERT_EQ(outcome.counters, by_formula.counters);
            for (uint32_t segment = 0; segment < 3; ++segment)
                ASSERT_TRUE(reachable(command, segment, outcome.words[segment]))
                    << "segment " << segment << " holds " << outcome.words[segment];
            ASSERT_EQ(outcome.counters[Counter::kReads], 1U);
            recovered += outcome.counters[Counter::kRecoveries];
        }
        if (command.op != Op::kScan) {
            EXPECT_GT(cycle, 2U * 5 * 5) << "every cycle of the pass was tried";
        }
        EXPECT_GT(recovered, 0U) << "some resets found the track away from home";
    }
}

TEST(PropertyReset, SurvivesAResetDuringItsOwnRecovery) {
    for (const Command& command : commands()) {
        for (uint64_t cycle = 3; cycle < 150; cycle += 7) {
            for (uint64_t more = 0; more < 30; ++more) {
                SCOPED_TRACE(describe(command, cycle) + ", again after " + std::to_string(more));
                Filled once(PassEngine::kPulses);
                Filled twice(PassEngine::kPulses);
                Filled formula(PassEngine::kEvents);
                if (!cut(once, command, cycle, {})) continue;
                ASSERT_TRUE(cut(twice, command, cycle, more));
                ASSERT_TRUE(cut(formula, command, cycle, more));
                const Outcome outcome = read_back(twice);
                ASSERT_EQ(outcome.words, read_back(once).words) << "recovery moves the track and changes nothing";
                const Outcome by_formula = read_back(formula);
                ASSERT_EQ(outcome.words, by_formula.words);
                ASSERT_EQ(outcome.counters, by_formula.counters);
            }
        }
    }
}

TEST(PropertyReset, ForgetsQueuedCommandsAndData) {
    for (const PassEngine engine : {PassEngine::kPulses, PassEngine::kEvents}) {
        Filled controller(engine);
        {
            PinDriver<Controller> driver(controller);
            const Command command{.op = Op::kWrite, .row = kRow, .seg_mask = kAll};
            for (int i = 0; i < 3; ++i) driver.submit(command, kNew);
            ASSERT_EQ(driver.advance(4), nullptr);
            controller.reset();
        }
        EXPECT_TRUE(controller.idle());
        EXPECT_EQ(read_back(controller).words, kOld);
        EXPECT_EQ(controller.counters()[Counter::kWritesNaive], 0U);
    }
}

}  // namespace
}  // namespace sky::model
