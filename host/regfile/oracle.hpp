#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>

#include "host/regfile/cost.hpp"

namespace sky::regfile {

/// The least cost of a run whose mode may change before any access, known beforehand: a dynamic program over the
/// whole trace. No plan of the same costs can be cheaper, whatever it looks at, because each is one of the ways
/// considered here; a plan that gives each block one mode pays more where one and the same block should be now in
/// this mode, now in that, or change in its middle.
///
/// Two numbers are enough to go on with: the cheapest way so far that ends in each mode. A horizontal array's head is
/// where the last access was if that was horizontal, and at rest when the array has just come from vertical mode; so
/// the past adds nothing to the mode.
class Oracle {
   public:
    /// `begin`: what it costs to begin vertical.
    Oracle(const CostModel& model, SwitchCost change, uint64_t begin = 0)
        : model_(model), change_(change), begin_(begin), vertical_(begin) {}

    /// The next accesses of the run.
    void operator()(uint64_t /*pc*/, std::span<const uint8_t> accesses) {
        for (const uint8_t reg : accesses) {
            const uint64_t rest = model_.from_rest(reg);
            const uint64_t jump = begun_ ? model_.jump(last_, reg) : rest;
            const uint64_t home = begun_ ? model_.from_rest(last_) + change_.to_vertical : begin_;
            const uint64_t up = vertical_ + (begun_ ? change_.to_horizontal : 0) + rest;
            const uint64_t down = horizontal_ + home;
            horizontal_ = std::min(horizontal_ + jump, up);
            vertical_ = std::min(vertical_, down) + model_.vertical_access;
            last_ = reg;
            begun_ = true;
        }
    }

    /// The run leaves what is planned; what comes next finds heads at rest, in a mode of its choice.
    void pause() {
        begun_ = false;
        begin_ = 0;
        horizontal_ = vertical_ = cost();
    }

    [[nodiscard]] uint64_t cost() const { return std::min(horizontal_, vertical_); }

   private:
    CostModel model_;
    SwitchCost change_;
    uint64_t begin_;
    uint64_t horizontal_ = 0;  ///< the cheapest way that ends in this mode; a run begins in either
    uint64_t vertical_;
    uint8_t last_ = 0;
    bool begun_ = false;
};

}  // namespace sky::regfile
