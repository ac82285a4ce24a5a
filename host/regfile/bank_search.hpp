#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/regfile/cost.hpp"

namespace sky::regfile {

/// Accesses of a run, taken as windows all over it: which of them meet in a bank depends on the placement, so that
/// counts of neighbours are not enough. A sink of stream_accesses().
class AccessSample {
   public:
    static constexpr uint32_t kWindow = 128;  ///< accesses in a row

    /// Of a run of `total` accesses about `wanted`.
    AccessSample(uint64_t total, uint64_t wanted);

    void operator()(uint64_t /*pc*/, std::span<const uint8_t> accesses) {
        for (const uint8_t reg : accesses) {
            if (seen_ % period_ < kWindow) accesses_.push_back(reg);
            ++seen_;
        }
    }

    [[nodiscard]] std::span<const uint8_t> accesses() const { return accesses_; }

   private:
    uint64_t period_;
    uint64_t seen_ = 0;
    std::vector<uint8_t> accesses_;
};

/// Accesses of a program and how much they count beside those of others.
struct WeightedAccesses {
    std::span<const uint8_t> accesses;
    double weight = 1;
};

/// Steps of all heads: a bank of 32 / banks domains each, lazy, one port, in program order.
[[nodiscard]] double bank_steps(std::span<const WeightedAccesses> programs, const Placement& placement,
                                uint32_t banks);

/// Which register lies in which bank, and where there, for the fewest steps that simulated annealing and then descent
/// find.
[[nodiscard]] Placement find_bank_placement(std::span<const WeightedAccesses> programs, uint32_t banks,
                                            uint64_t seed);

}  // namespace sky::regfile
