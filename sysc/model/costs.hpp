#pragma once

#include <cstdint>
#include <string>

namespace sky::model {

/// What the energy of a shift pulse is charged for. Published work differs.
enum class ShiftCharge : uint8_t {
    kPerTrack = 0,     ///< per pulse and per track that moves
    kPerPulse = 1,     ///< per pulse, however many tracks
    kPerSkyrmion = 2,  ///< per skyrmion in the range that moves
};
enum class RemoveCharge : uint8_t {
    kPerSite = 0,      ///< per port that removes, also on an empty site
    kPerSkyrmion = 1,  ///< per skyrmion removed
};

/// What one device operation costs. Integers only: picoseconds and femtojoules.
/// The shipped values and their source are in host/presets.
struct Costs {
    uint32_t shift_ps;   ///< one step, whatever the number of sites that move
    uint32_t detect_ps;  ///< one slot, whatever the number of ports that sense
    uint32_t remove_ps;
    uint32_t inject_ps;
    uint32_t shift_fj;      ///< per pulse and per track
    uint32_t detect_fj;     ///< per port that senses
    uint32_t remove_fj;     ///< per port that removes, also on an empty site
    uint32_t inject_fj;     ///< per port that injects
    uint32_t relax_ps = 0;  ///< wait after each shift until the skyrmions are at rest
    ShiftCharge shift_charge = ShiftCharge::kPerTrack;
    RemoveCharge remove_charge = RemoveCharge::kPerSite;

    bool operator==(const Costs&) const = default;
};

/// The same costs as the controller counts them: whole controller cycles, and femtojoules.
/// Cycles are 0 to 255 (a shift at least 1), energies 0 to 65535 fJ (the widths of the RTL's configuration inputs). A
/// detect, remove or inject of 0 cycles still takes the controller one cycle, which is counted as a bubble.
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
    uint32_t relax_cycles = 0;
    ShiftCharge shift_charge = ShiftCharge::kPerTrack;
    RemoveCharge remove_charge = RemoveCharge::kPerSite;

    /// Empty when every value fits the controller's configuration inputs, else what does not.
    [[nodiscard]] std::string problem() const;

    bool operator==(const Timing&) const = default;
};

/// Controller preset `exact`: the cycle is the greatest common divisor of the operation times, so that no
/// operation is rounded.
[[nodiscard]] Timing exact_timing(const Costs& costs);
/// Those of device preset `skyrmion`, for programs that read no preset.
[[nodiscard]] Costs skyrmion_costs();
/// Controller preset `ghz`: a cycle of 1 ns; every operation time is rounded up to whole cycles.
[[nodiscard]] Timing ghz_timing(const Costs& costs);

[[nodiscard]] const char* to_string(ShiftCharge charge);
[[nodiscard]] const char* to_string(RemoveCharge charge);

}  // namespace sky::model
