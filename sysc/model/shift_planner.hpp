#pragma once

#include <cstdint>

#include "sysc/model/geometry.hpp"

namespace sky::model {

enum class Direction : uint8_t { kLeft = 0, kRight = 1 };

/// Which way, how far, and which neighbouring port then stands over the target site.
struct ShiftPlan {
    Direction direction = Direction::kLeft;  ///< left when distance is 0
    uint32_t distance_steps = 0;
    bool right_port = false;  ///< false: AP g, left of segment g; true: AP g + 1, right of it
    int32_t offset = 0;       ///< head offset after the shift

    bool operator==(const ShiftPlan&) const = default;
};

/// Plans the shortest shift that brings site `site` (0 to D - 1) of a segment under one of its two ports, from
/// head offset `offset` (-D to D, positive = steps to the left). Site s is under the left port at offset s + 1
/// and under the right port at offset s - D; ties go to the left port, with `left_only` the only one there is. Equals
/// rtl/track/sky_shift_planner.sv.
[[nodiscard]] ShiftPlan plan_shift(uint32_t sites_per_segment, int32_t offset, uint32_t site, bool left_only = false);

}  // namespace sky::model
