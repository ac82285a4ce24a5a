#include "host/regfile/evaluation.hpp"

#include <cmath>
#include <numeric>

namespace sky::regfile {

double mean(std::span<const double> values) {
    if (values.empty()) return 0;
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double geometric_mean(std::span<const double> values) {
    if (values.empty()) return 0;
    double sum = 0;
    for (const double value : values) {
        if (value <= 0) return 0;
        sum += std::log(value);
    }
    return std::exp(sum / static_cast<double>(values.size()));
}

double expected_position_errors(double track_steps_per_instruction) {
    constexpr double kErrorsPerTrackStep = 4.55e-5;
    constexpr double kInstructions = 1e9;
    return track_steps_per_instruction * kErrorsPerTrackStep * kInstructions;
}

double track_energy_pj(const Activity& activity, double shift_fj) {
    constexpr double kReadPerShift = 0.4;
    constexpr double kWritePerShift = 2;
    constexpr double kFjPerPj = 1000;
    return shift_fj *
           (activity.track_steps + kReadPerShift * activity.bit_reads + kWritePerShift * activity.bit_writes) /
           kFjPerPj;
}

/// A µW over a million instructions a second is a pJ an instruction.
std::optional<double> break_even_mips(double track_pj, double sram_pj, double sram_leakage_uw) {
    if (track_pj <= sram_pj) return std::nullopt;
    return sram_leakage_uw / (track_pj - sram_pj);
}

}  // namespace sky::regfile
