// Question: do the RTL's position guard and the model's say the same of every reading, and do they name every slip of
// a track by its size and side?
#include <Vguard.h>
#include <gtest/gtest.h>

#include "sysc/model/position_guard.hpp"

namespace sky::model {
namespace {

PositionCheck rtl_check(bool first, bool second, int64_t expected) {
    static Vguard top;
    top.first_i = first;
    top.second_i = second;
    top.expected_i = static_cast<CData>(static_cast<uint64_t>(expected) & 3);
    top.eval();
    return {.position = static_cast<uint8_t>(top.position_o), .error = static_cast<PositionError>(top.error_o)};
}

TEST(LockstepPositionGuard, AgreesOnEveryReading) {
    for (const bool first : {false, true}) {
        for (const bool second : {false, true}) {
            for (int64_t expected = -9; expected <= 9; ++expected) {
                EXPECT_EQ(rtl_check(first, second, expected), check_position(first, second, expected))
                    << first << second << " expected at " << expected;
            }
        }
    }
}

TEST(LockstepPositionGuard, NamesEverySlipOfATrack) {
    for (int64_t expected = -64; expected <= 64; ++expected) {
        const auto after_slip = [expected](int64_t slip) {
            const int64_t position = expected + slip;
            const PositionCheck check = rtl_check(guard_bit(position), guard_bit(position + 1), expected);
            EXPECT_EQ(check.position, static_cast<uint64_t>(position) % 4);
            return check.error;
        };
        EXPECT_EQ(after_slip(0), PositionError::kNone);
        EXPECT_EQ(after_slip(+1), PositionError::kOneAhead);
        EXPECT_EQ(after_slip(-1), PositionError::kOneBehind);
        EXPECT_EQ(after_slip(+2), PositionError::kLost);
        EXPECT_EQ(after_slip(-2), PositionError::kLost);
    }
}

}  // namespace
}  // namespace sky::model
