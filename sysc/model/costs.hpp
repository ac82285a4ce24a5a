#pragma once

#include <cstdint>
#include <string>

namespace sky::model {

/// What one device operation costs. Integers only: picoseconds and femtojoules.
/// The shipped values and their source are in host/presets.
struct Costs {
    uint32_t shift_ps;   ///< one step, whatever the number of sites that move
    uint32_t detect_ps;  ///< one slot, whatever the number of ports that sense
    uint32_t remove_ps;
    uint32_t inject_ps;
    uint32_t shift_fj;   ///< per pulse and per track
    uint32_t detect_fj;  ///< per port that senses
    uint32_t remove_fj;  ///< per port that removes, also on an empty site
    uint32_t inject_fj;  ///< per port that injects

    bool operator==(const Costs&) const = default;
};

/// The same costs as the controller counts them: whole controller cycles, and femtojoules.
/// Cycles are 1 to 255, energies 0 to 65535 fJ (the widths of the RTL's configuration inputs).
struct Timing {
    uint32_t cycle_ps;
    uint32_t shift_cycles;
    uint32_t detect_cycles;
    uint32_t remove_cycles;
    uint32_t inject_cycles;
    uint32_t shift_fj;
    uint32_t detect_fj;
    uint32_t remove_fj;
    uint32_t inject_fj;

    /// Empty when every value fits the controller's configuration inputs, else what does not.
    [[nodiscard]] std::string problem() const;

    bool operator==(const Timing&) const = default;
};

/// Controller preset `exact`: the cycle is the greatest common divisor of the operation times, so that no
/// operation is rounded.
[[nodiscard]] Timing exact_timing(const Costs& costs);

}  // namespace sky::model
