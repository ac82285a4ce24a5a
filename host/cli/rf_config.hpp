#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/cli/config.hpp"
#include "host/regfile/energy.hpp"
#include "sysc/model/regfile/register_file.hpp"

namespace sky::cli {

/// The register file that section [regfile] describes.
[[nodiscard]] model::rf::Shape register_file_shape(const Config& config);
[[nodiscard]] model::rf::Options register_file_options(const Config& config);
[[nodiscard]] regfile::Energies register_file_energies(const Config& config);

/// The shipped presets of energies: of tracks, and of the SRAM that stands for the flip-flop file.
inline constexpr std::array kTrackPresets{"rtsim_destiny", "scratchpad_4k", "device_30fj", "device_5fj"};
inline constexpr std::array kSramPresets{"sram_hp", "sram_lop", "sram_lstp"};
[[nodiscard]] Result<regfile::Energies> preset_energies(const char* name);

/// Values of [regfile] that no register file can have together, and such of the command line that would change
/// nothing: which one, and what would go.
[[nodiscard]] Status check_register_file(const Config& config);
/// The others that change nothing, from a file: a sentence each.
[[nodiscard]] std::vector<std::string> without_effect(const Config& config);

/// The same of a command to which only the keys `used` are anything.
[[nodiscard]] Status check_keys(const Config& config, std::span<const std::string_view> used);
[[nodiscard]] std::vector<std::string> other_keys(const Config& config, std::span<const std::string_view> used);
inline constexpr const char* kNothingDrawn = "--seed: without effect: nothing is drawn";

}  // namespace sky::cli
