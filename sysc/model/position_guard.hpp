#pragma once

#include <cstdint>

namespace sky::model {

/// How far a track is from where it was sent; the head offset counts steps to the left.
enum class PositionError : uint8_t {
    kNone = 0,
    kOneAhead = 1,   ///< put right by one step to the right
    kLost = 2,       ///< two sites off, either way
    kOneBehind = 3,  ///< put right by one step to the left
};

[[nodiscard]] const char* to_string(PositionError error);

/// The pattern of the guard sites, 0 0 1 1 repeated. At head offset p the left guard port reads guard_bit(p) and the
/// right one, one site further, guard_bit(p + 1).
[[nodiscard]] bool guard_bit(int64_t position);

struct PositionCheck {
    uint8_t position = 0;  ///< modulo 4
    PositionError error = PositionError::kNone;

    bool operator==(const PositionCheck&) const = default;
};

/// What the two guard ports, left and right, say of a track that should be at head offset `expected`. An error of
/// three sites looks like one of one site to the other side, one of four like none. Equals
/// rtl/track/sky_position_guard.sv, where the pairs of bits are explained.
[[nodiscard]] PositionCheck check_position(bool first, bool second, int64_t expected);

}  // namespace sky::model
