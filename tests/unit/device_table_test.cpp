// Question: does the model cost exactly what the device's tables say, pulse by pulse and by closed formula?
#include <gtest/gtest.h>

#include <vector>

#include "sysc/model/controller.hpp"
#include "tests/support/device_table.hpp"

namespace sky::model {
namespace {

void expect_table(const std::vector<test::DeviceRow>& table, PassEngine engine) {
    for (const test::DeviceRow& row : table) {
        Controller controller(row.geometry, test::skyrmion_timing(), row.policy(), engine);
        test::expect_device_row(controller, row);
    }
}

TEST(UnitDeviceTable, HoldsWordBasedPulseByPulse) { expect_table(test::word_table(), PassEngine::kPulses); }
TEST(UnitDeviceTable, HoldsWordBasedByClosedFormula) { expect_table(test::word_table(), PassEngine::kEvents); }
TEST(UnitDeviceTable, HoldsBitInterleavedPulseByPulse) { expect_table(test::bit_table(512, 2), PassEngine::kPulses); }
TEST(UnitDeviceTable, HoldsBitInterleavedByClosedFormula) {
    expect_table(test::bit_table(512, 2), PassEngine::kEvents);
}

TEST(UnitDeviceTable, ScalesWithTheTracksOfALine) {
    for (const uint32_t tracks : {64U, 128U, 320U}) {
        expect_table(test::bit_table(tracks, 4), PassEngine::kPulses);
        expect_table(test::bit_table(tracks, 4), PassEngine::kEvents);
    }
}

}  // namespace
}  // namespace sky::model
