// Question: does the RTL cost exactly what the device's table says?
#include <gtest/gtest.h>

#include "sysc/bridge/rtl_controller.hpp"
#include "tests/support/device_table.hpp"

namespace sky::bridge {
namespace {

TEST(LockstepDeviceTable, HoldsInTheRtl) {
    for (const test::DeviceRow& row : test::device_table()) {
        const auto controller =
            RtlController::make(test::device_table_geometry(), test::skyrmion_timing(), {.queue_depth = 32});
        ASSERT_NE(controller, nullptr);
        test::expect_device_row(*controller, row);
        EXPECT_FALSE(controller->track_error());
    }
}

}  // namespace
}  // namespace sky::bridge
