#pragma once

#include <array>
#include <string>
#include <vector>

#include "host/regfile/compare.hpp"
#include "host/regfile/energy.hpp"

namespace sky::cli {

inline constexpr std::array kTrackPresets{"rtsim_destiny", "scratchpad_4k", "device_30fj", "device_5fj"};
inline constexpr std::array kSramPresets{"sram_hp", "sram_lop", "sram_lstp"};

/// A shipped preset of energies, of tracks or of the SRAM that stands for the flip-flop file.
struct PricedPreset {
    std::string name;
    bool sram = false;
    regfile::Energies energies;
};

/// Of the register file, an instruction of the program.
[[nodiscard]] double energy_pj(const regfile::KernelResult& kernel, const regfile::VariantResult& result,
                               const PricedPreset& preset);

/// The evaluation as text: means over the kernels, what is compared with what, targets met and missed.
[[nodiscard]] std::string compare_tables(const std::vector<regfile::KernelResult>& results,
                                         const std::vector<PricedPreset>& presets);

}  // namespace sky::cli
