// Question: does the shift planner take the shortest way to a port, for every segment length, offset and site?
#include <gtest/gtest.h>

#include <stdexcept>

#include "sysc/model/shift_planner.hpp"

namespace sky::model {
namespace {

/// Tries both ports one step at a time.
ShiftPlan brute_force(uint32_t depth, int32_t offset, uint32_t site) {
    for (int32_t distance = 0;; ++distance) {
        for (const bool right_port : {false, true}) {
            for (const int32_t target : {offset + distance, offset - distance}) {
                const int32_t under = right_port ? static_cast<int32_t>(site) - static_cast<int32_t>(depth)
                                                 : static_cast<int32_t>(site) + 1;
                if (target != under) continue;
                return {.direction = target < offset ? Direction::kRight : Direction::kLeft,
                        .distance_steps = static_cast<uint32_t>(distance),
                        .right_port = right_port,
                        .offset = target};
            }
        }
    }
}

TEST(UnitShiftPlanner, EqualsBruteForceForEverySegmentLength) {
    for (uint32_t depth = 2; depth <= 64; ++depth) {
        const auto reach = static_cast<int32_t>(depth);
        for (int32_t offset = -reach; offset <= reach; ++offset)
            for (uint32_t site = 0; site < depth; ++site)
                ASSERT_EQ(plan_shift(depth, offset, site), brute_force(depth, offset, site))
                    << "D = " << depth << ", offset " << offset << ", site " << site;
    }
}

TEST(UnitShiftPlanner, TakesTheNearerPort) {
    EXPECT_EQ(plan_shift(32, 0, 0), (ShiftPlan{Direction::kLeft, 1, false, 1}));
    EXPECT_EQ(plan_shift(32, 0, 15), (ShiftPlan{Direction::kLeft, 16, false, 16}));
    EXPECT_EQ(plan_shift(32, 0, 31), (ShiftPlan{Direction::kRight, 1, true, -1}));
}

TEST(UnitShiftPlanner, GivesTiesToTheLeftPort) {
    // Site 1 of 3: under its left port at offset 2, under its right one at -2.
    EXPECT_EQ(plan_shift(3, 0, 1), (ShiftPlan{Direction::kLeft, 2, false, 2}));
}

TEST(UnitShiftPlanner, MeansEightAndAHalfStepsForPorts32SitesApart) {
    uint32_t steps = 0;
    for (uint32_t site = 0; site < 32; ++site) steps += plan_shift(32, 0, site).distance_steps;
    EXPECT_EQ(steps, 8 * 32 + 16);
}

TEST(UnitShiftPlanner, RefusesSitesAndOffsetsOutsideTheSegment) {
    EXPECT_THROW((void)plan_shift(4, 0, 4), std::out_of_range);
    EXPECT_THROW((void)plan_shift(4, 5, 0), std::out_of_range);
    EXPECT_THROW((void)plan_shift(4, -5, 0), std::out_of_range);
}

}  // namespace
}  // namespace sky::model
