// Question: does the RTL cost exactly what the device's tables say?
#include <gtest/gtest.h>

#include <vector>

#include "sysc/bridge/rtl_controller.hpp"
#include "tests/support/device_table.hpp"

namespace sky::bridge {
namespace {

void expect_table(const std::vector<test::DeviceRow>& table) {
    for (const test::DeviceRow& row : table) {
        const auto controller = RtlController::make(row.geometry, test::skyrmion_timing(), row.policy());
        ASSERT_NE(controller, nullptr);
        test::expect_device_row(*controller, row);
        EXPECT_FALSE(controller->track_error());
    }
}

TEST(LockstepDeviceTable, HoldsWordBasedInTheRtl) { expect_table(test::word_table()); }
TEST(LockstepDeviceTable, HoldsBitInterleavedInTheRtlOf64Tracks) { expect_table(test::bit_table(64, 4)); }
TEST(LockstepDeviceTable, HoldsBitInterleavedInTheRtlOf512Tracks) { expect_table(test::bit_table(512, 2)); }

}  // namespace
}  // namespace sky::bridge
