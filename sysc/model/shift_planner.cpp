#include "sysc/model/shift_planner.hpp"

#include <cstdlib>
#include <stdexcept>

namespace sky::model {

ShiftPlan plan_shift(uint32_t sites_per_segment, int32_t offset, uint32_t site, bool left_only) {
    const auto depth = static_cast<int32_t>(sites_per_segment);
    if (site >= sites_per_segment || offset < -depth || offset > depth)
        throw std::out_of_range("plan_shift: site or offset outside the segment");
    const int32_t under_left = static_cast<int32_t>(site) + 1;
    const int32_t under_right = static_cast<int32_t>(site) - depth;
    const bool right = !left_only && std::abs(under_right - offset) < std::abs(under_left - offset);
    const int32_t target = right ? under_right : under_left;
    const int32_t steps = target - offset;
    return {.direction = steps < 0 ? Direction::kRight : Direction::kLeft,
            .distance_steps = static_cast<uint32_t>(std::abs(steps)),
            .right_port = right,
            .offset = target};
}

}  // namespace sky::model
