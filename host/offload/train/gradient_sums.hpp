#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/offload/train/decoder.hpp"
#include "host/offload/train/residence.hpp"
#include "host/offload/train/workers.hpp"

namespace sky::offload {

/// Elements that are summed on their own: a stripe of a store has as many fp32.
inline constexpr uint64_t kSumElements = 65536;

/// The sums of squares of all gradients, block by block, added up in an order that depends on the model alone.
class GradientSums {
   public:
    explicit GradientSums(const Decoder& decoder);

    /// Of the elements from `first` on, a multiple of kSumElements; whole blocks, or up to the end of the tensor.
    void take(uint32_t tensor, uint64_t first, std::span<const float> values, Workers& workers);
    [[nodiscard]] GradientSummary total() const;

   private:
    std::vector<uint64_t> begin_;  // of each tensor
    std::vector<double> sums_;
};

}  // namespace sky::offload
