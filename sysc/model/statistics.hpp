#pragma once

#include "sysc/model/costs.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/stats/stats.hpp"

namespace sky::model {

/// The statistics tree of one controller: every counter with unit and description, and the figures derived
/// from them with their formulas. `word_bytes`: size of one word.
[[nodiscard]] stats::Group statistics(const Counters& counters, const Timing& timing, double word_bytes);

}  // namespace sky::model
