// Question: does the model cost exactly what the device's table says, pulse by pulse and by closed formula?
#include <gtest/gtest.h>

#include "sysc/model/controller.hpp"
#include "tests/support/device_table.hpp"

namespace sky::model {
namespace {

TEST(UnitDeviceTable, HoldsPulseByPulse) {
    for (const test::DeviceRow& row : test::device_table()) {
        Controller controller(test::device_table_geometry(), test::skyrmion_timing(), {.queue_depth = 32},
                              PassEngine::kPulses);
        test::expect_device_row(controller, row);
    }
}

TEST(UnitDeviceTable, HoldsByClosedFormula) {
    for (const test::DeviceRow& row : test::device_table()) {
        Controller controller(test::device_table_geometry(), test::skyrmion_timing(), {.queue_depth = 32},
                              PassEngine::kEvents);
        test::expect_device_row(controller, row);
    }
}

}  // namespace
}  // namespace sky::model
