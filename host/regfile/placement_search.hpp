#pragma once

#include <array>
#include <cstdint>

#include "host/regfile/cost.hpp"

namespace sky::regfile {

/// How often accesses of two registers follow each other in a run, and which the first one is. What a placement costs
/// with one bank is the sum of the distances, each so many times.
struct Neighbourhood {
    std::array<std::array<double, model::rf::kRegisters>, model::rf::kRegisters> together{};  ///< symmetric
    std::array<double, model::rf::kRegisters> from_rest{};

    /// Adds those of a run, `weight` times.
    void add(const AccessGraph& graph, double weight = 1);
    /// Steps of the head.
    [[nodiscard]] double steps(const Placement& placement) const;
};

/// The placement with the fewest steps that simulated annealing and then descent find: exchanges of two registers.
/// The same seed finds the same one. The least possible is not known; none is one exchange better.
[[nodiscard]] Placement find_placement(const Neighbourhood& neighbourhood, uint64_t seed);

}  // namespace sky::regfile
