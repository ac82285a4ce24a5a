#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/regfile/code.hpp"
#include "host/regfile/cost.hpp"
#include "host/regfile/liveness.hpp"
#include "sysc/model/rv32/match_unit.hpp"

namespace sky::regfile {

inline constexpr uint32_t kMatchEntries = model::rv32::MatchUnit::kEntries;

/// A recommendation: before the instruction at `pc` the file should be in this mode; `live` are the registers to move
/// if it is not.
struct Recommendation {
    uint64_t pc = 0;
    Mode mode = Mode::kHorizontal;
    uint32_t live = 0;

    bool operator==(const Recommendation&) const = default;
};

/// Where a run has to change the mode, by ascending pc: the blocks that some other one of the other mode leads to. A
/// file is horizontal at first.
[[nodiscard]] std::vector<Recommendation> recommendations(const AccessGraph& graph, const Labels& modes,
                                                          const Liveness& liveness);

/// The best found with at most `entries` recommendations: regions of one mode change to the other, the cheapest
/// first, until so many are enough.
[[nodiscard]] Labels with_few_changes(const AccessGraph& graph, const Labelling& choice, Labels modes,
                                      uint32_t entries);

/// Changes of the mode that a run makes with them, the first one of a file that is horizontal included.
[[nodiscard]] uint64_t switches(const AccessGraph& graph, const Labels& modes);

}  // namespace sky::regfile
