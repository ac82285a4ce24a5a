// Question: does a controller's cycle model answer what was written, at the cost the device table says?
#include <gtest/gtest.h>

#include <array>

#include "sysc/model/controller.hpp"
#include "sysc/model/pin_driver.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

TEST(UnitController, AnswersTheWordThatWasWritten) {
    for (const PassEngine engine : {PassEngine::kPulses, PassEngine::kEvents}) {
        Controller controller(test::geometry(64, 32, 16), test::skyrmion_timing(), 32, engine);
        PinDriver<Controller> driver(controller);
        const std::array<uint64_t, 1> word{0x0123456789abcdef};
        driver.submit({.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = 3, .seg_mask = 1 << 5}, word);
        ASSERT_NE(driver.advance(), nullptr);
        driver.submit({.op = Op::kRead, .row = 3, .seg_mask = 1 << 5}, {});
        const Finished* done = driver.advance();
        ASSERT_NE(done, nullptr);
        EXPECT_EQ(done->words, std::vector<uint64_t>{word[0]});
    }
}

}  // namespace
}  // namespace sky::model
