#pragma once

#include <string>
#include <vector>

#include "host/cli/rf_evaluation.hpp"

namespace sky::cli {

/// The evaluation as text: means over the kernels, what is compared with what, targets met and missed.
[[nodiscard]] std::string compare_tables(const std::vector<regfile::KernelResult>& results,
                                         const std::vector<PricedPreset>& presets);

}  // namespace sky::cli
