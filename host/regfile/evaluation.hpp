#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "host/regfile/energy.hpp"

namespace sky::regfile {

/// Of positive values; 0 if one is 0 or there is none.
[[nodiscard]] double geometric_mean(std::span<const double> values);
[[nodiscard]] double mean(std::span<const double> values);

/// Position errors in 1e9 instructions at the rate of an unprotected track, 4.55e-5 a track-step.
[[nodiscard]] double expected_position_errors(double track_steps_per_instruction);

/// What an instruction does to a register file.
struct Activity {
    double track_steps = 0;
    double bit_reads = 0;
    double bit_writes = 0;
};

/// Energy of an instruction in pJ on tracks whose step costs `shift_fj`, with bits priced in the proportion of
/// device_5fj: 0.4 of a step to read one, 2 to write one.
[[nodiscard]] double track_energy_pj(const Activity& activity, double shift_fj);

/// Million instructions a second below which the tracks take less energy than SRAM: there its leakage, which tracks
/// do not have, weighs more than what an instruction costs them beyond SRAM. Nothing: at any speed.
[[nodiscard]] std::optional<double> break_even_mips(double track_pj, double sram_pj, double sram_leakage_uw);

}  // namespace sky::regfile
