#pragma once

#include <cstdint>
#include <span>

#include "host/regfile/cost.hpp"
#include "host/regfile/request_sample.hpp"

namespace sky::regfile {

/// Requests of a program and how much they count beside those of others.
struct WeightedRequests {
    std::span<const SampledRequest> requests;
    double weight = 1;
};

/// What they cost in banks of 32 / banks domains each, one port, lazy heads, the nearer one of two reads first.
struct BankCost {
    double steps = 0;   ///< of all heads, without preshift
    double stalls = 0;  ///< cycles that requests wait, with preshift: the slowest head's ways
};
[[nodiscard]] BankCost bank_cost(std::span<const WeightedRequests> programs, const Placement& placement,
                                 uint32_t banks);

/// Which register lies in which bank, and where there: what simulated annealing finds for the fewest steps, changed
/// for the least sum of stalls and a twentieth of the steps (by stalls alone it learns its samples by heart), until
/// no exchange of two registers is better.
[[nodiscard]] Placement find_bank_placement(std::span<const WeightedRequests> programs, uint32_t banks,
                                            uint64_t seed);

}  // namespace sky::regfile
