// Question: does a controller's cycle model answer what was written, refuse what it must, and lose no beat?
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "sysc/model/controller.hpp"
#include "sysc/model/pin_driver.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

class UnitController : public ::testing::TestWithParam<PassEngine> {
   protected:
    /// Runs one request to its end.
    Finished finish(const Command& command, const std::vector<uint64_t>& data = {}) {
        driver_.submit(command, data);
        const Finished* done = driver_.advance();
        return done != nullptr ? *done : Finished{};
    }

    Controller controller_{test::geometry(64, 32, 16), test::skyrmion_timing(), {.queue_depth = 32}, GetParam()};
    PinDriver<Controller> driver_{controller_};
};

INSTANTIATE_TEST_SUITE_P(, UnitController, ::testing::Values(PassEngine::kPulses, PassEngine::kEvents),
                         [](const auto& engine) {
                             return engine.param == PassEngine::kPulses ? "PulseByPulse" : "ByClosedFormula";
                         });

TEST_P(UnitController, AnswersTheWordThatWasWritten) {
    const uint64_t word = 0x0123456789abcdef;
    finish({.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = 3, .seg_mask = 1 << 5}, {word});
    EXPECT_EQ(finish({.op = Op::kRead, .row = 3, .seg_mask = 1 << 5}).words, std::vector<uint64_t>{word});
    EXPECT_EQ(finish({.op = Op::kRead, .row = 3, .seg_mask = 1 << 4}).words, std::vector<uint64_t>{0});
    EXPECT_EQ(finish({.op = Op::kRead, .row = 2, .seg_mask = 1 << 5}).words, std::vector<uint64_t>{0});
}

TEST_P(UnitController, TakesAndAnswersWordsInAscendingMaskOrder) {
    finish({.op = Op::kWrite, .row = 0, .seg_mask = 0x80000012}, {1, 2, 3});
    EXPECT_EQ(finish({.op = Op::kRead, .row = 0, .seg_mask = 0x80000010}).words, (std::vector<uint64_t>{2, 3}));
    finish({.op = Op::kErase, .row = 0, .seg_mask = 0x10});
    EXPECT_EQ(finish({.op = Op::kRead, .row = 0, .seg_mask = 0x80000012}).words, (std::vector<uint64_t>{1, 0, 3}));
}

TEST_P(UnitController, RefusesEachBadCommandWithItsStatus) {
    const struct {
        Command command;
        RspStatus status;
    } cases[] = {
        {{.op = static_cast<Op>(5), .seg_mask = 1}, RspStatus::kBadOp},
        {{.op = static_cast<Op>(7), .seg_mask = 1}, RspStatus::kBadOp},
        {{.op = Op::kRead, .row = 16, .seg_mask = 1}, RspStatus::kBadRow},
        {{.op = Op::kErase, .site = 1, .seg_mask = 1}, RspStatus::kBadSite},
        {{.op = Op::kRead, .seg_mask = 0}, RspStatus::kEmptyMask},
        {{.op = Op::kWrite, .seg_mask = 0}, RspStatus::kEmptyMask},
        {{.op = Op::kWrite, .seg_mask = uint64_t{1} << 32 | 1}, RspStatus::kBadMask},
        {{.op = Op::kWrite, .write_alg = WriteAlg::kPw, .seg_mask = 3}, RspStatus::kManySegments},
        {{.op = Op::kWrite, .write_alg = WriteAlg::kFnw, .seg_mask = 3}, RspStatus::kNoFlagSite},
        {{.op = Op::kWrite, .write_alg = WriteAlg::kPwFnw, .seg_mask = 1}, RspStatus::kNoFlagSite},
        {{.op = Op::kWrite, .write_alg = static_cast<WriteAlg>(7), .seg_mask = 1}, RspStatus::kBadWriteAlg},
    };
    finish({.op = Op::kWrite, .row = 0, .seg_mask = 1}, {0x1234});
    uint64_t refused = 0;
    for (const auto& [command, status] : cases) {
        const Counters before = controller_.counters();
        const Finished done =
            finish(command, std::vector<uint64_t>(command.data_beats(controller_.geometry()), ~uint64_t{0}));
        EXPECT_EQ(done.status, status) << to_string(status);
        EXPECT_TRUE(done.words.empty());
        EXPECT_EQ(controller_.counters()[Counter::kRefused], ++refused);
        EXPECT_EQ(controller_.counters().op_cycles(), before.op_cycles()) << to_string(status);
        EXPECT_EQ(controller_.counters()[Counter::kEnergyFj], before[Counter::kEnergyFj]);
        EXPECT_EQ(controller_.counters()[Counter::kWordsWritten], before[Counter::kWordsWritten]);
    }
    EXPECT_EQ(finish({.op = Op::kRead, .row = 0, .seg_mask = 1}).words, std::vector<uint64_t>{0x1234});
}

TEST_P(UnitController, DrainsTheDataOfARefusedWriteBeforeTheNext) {
    driver_.submit({.op = Op::kWrite, .row = 99, .seg_mask = 7}, std::array<uint64_t, 3>{1, 2, 3});
    driver_.submit({.op = Op::kWrite, .row = 1, .seg_mask = 3}, std::array<uint64_t, 2>{4, 5});
    driver_.submit({.op = Op::kRead, .row = 1, .seg_mask = 3}, {});
    std::vector<RspStatus> status;
    Finished last;
    while (const Finished* done = driver_.advance()) {
        status.push_back(done->status);
        last = *done;
    }
    EXPECT_EQ(status, (std::vector<RspStatus>{RspStatus::kBadRow, RspStatus::kOk, RspStatus::kOk}));
    EXPECT_EQ(last.words, (std::vector<uint64_t>{4, 5}));
}

TEST_P(UnitController, AnswersABarrierWhateverItsOtherFieldsSay) {
    EXPECT_EQ(finish({.op = Op::kBarrier, .site = 9, .row = 99, .seg_mask = 0}).status, RspStatus::kOk);
    EXPECT_EQ(controller_.counters()[Counter::kBarriers], 1U);
    EXPECT_EQ(controller_.counters().op_cycles(), 0U);
}

TEST_P(UnitController, TakesTheTableTimePlusThreeBubblesForAnUnloadedRead) {
    // Command taken, command dispatched, 128 shifts of 5 cycles and 64 detects of 1, one response beat.
    const Finished done = finish({.op = Op::kRead, .row = 0, .seg_mask = 1});
    EXPECT_EQ(done.done_cycle - done.submit_cycle, 704U + 3);
    EXPECT_EQ(controller_.counters().op_cycles(), 704U);
    EXPECT_EQ(controller_.counters().bubble_cycles(), 3U);
}

TEST_P(UnitController, MovesNoTimeWhenNothingIsOutstanding) {
    EXPECT_EQ(driver_.advance(), nullptr);
    EXPECT_EQ(controller_.counters()[Counter::kCycles], 0U);
    EXPECT_EQ(driver_.advance(1000), nullptr);
    EXPECT_EQ(controller_.counters()[Counter::kCyclesIdle], 1000U);
}

}  // namespace
}  // namespace sky::model
