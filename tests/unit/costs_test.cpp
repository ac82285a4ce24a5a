// Question: does a controller's timing express a device's operation times without rounding?
#include <gtest/gtest.h>

#include "sysc/model/costs.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

TEST(UnitTiming, SkyrmionCostsAreThoseOfThePreset) { EXPECT_EQ(skyrmion_costs(), test::skyrmion_costs()); }

TEST(UnitTiming, CountsSkyrmionOperationsInCyclesOf100Picoseconds) {
    const Timing timing = exact_timing(test::skyrmion_costs());
    EXPECT_EQ(timing.cycle_ps, 100U);
    EXPECT_EQ(timing.shift_cycles, 5U);
    EXPECT_EQ(timing.detect_cycles, 1U);
    EXPECT_EQ(timing.remove_cycles, 8U);
    EXPECT_EQ(timing.inject_cycles, 10U);
    EXPECT_EQ(timing.shift_fj, 20U);
    EXPECT_EQ(timing.detect_fj, 2U);
    EXPECT_EQ(timing.remove_fj, 20U);
    EXPECT_EQ(timing.inject_fj, 200U);
    EXPECT_EQ(timing.problem(), "");
}

TEST(UnitTiming, TakesADetectThatTakesNoTime) {
    const Timing timing = exact_timing({.shift_ps = 880,
                                        .detect_ps = 0,
                                        .remove_ps = 150,
                                        .inject_ps = 190,
                                        .shift_fj = 528,
                                        .detect_fj = 0,
                                        .remove_fj = 300,
                                        .inject_fj = 2090});
    EXPECT_EQ(timing.cycle_ps, 10U);
    EXPECT_EQ(timing.shift_cycles, 88U);
    EXPECT_EQ(timing.remove_cycles, 15U);
    EXPECT_EQ(timing.inject_cycles, 19U);
    EXPECT_EQ(timing.detect_cycles, 0U);
    EXPECT_EQ(timing.problem(), "");
}

TEST(UnitTiming, ReportsWhatDoesNotFitTheControllersInputs) {
    Costs costs = test::skyrmion_costs();
    costs.inject_ps = 25'600;
    EXPECT_EQ(exact_timing(costs).problem(), "an inject is 256 cycles, expected 0 to 255");
    costs = test::skyrmion_costs();
    costs.remove_fj = 65'536;
    EXPECT_EQ(exact_timing(costs).problem(), "the energy of a remove is 65536 fJ, expected 0 to 65535");
}

TEST(UnitTiming, ReportsADeviceThatTakesNoTimeAtAll) {
    EXPECT_EQ(exact_timing(Costs{}).problem(), "a shift is 0 cycles, expected 1 to 255");
}

}  // namespace
}  // namespace sky::model
