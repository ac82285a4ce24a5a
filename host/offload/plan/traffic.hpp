#pragma once

#include <cstdint>

namespace sky::offload {

/// In which form the optimizer's states lie on the SSD, and where gradients wait for its step.
enum class TrafficScheme : uint8_t {
    kSpilledGradients,  ///< fp32 states; every gradient is written, and read again by the optimizer (DeepSpeed)
    kKeptGradients,     ///< fp32 states; gradients wait in host memory
    kBf16States,        ///< p, m and v in bf16, p being the weight that is computed with; gradients kept
    kEightBitStates,    ///< m and v of 8 bits, p in bf16 with an 8-bit residual; gradients kept
};
inline constexpr TrafficScheme kTrafficSchemes[]{TrafficScheme::kSpilledGradients, TrafficScheme::kKeptGradients,
                                                 TrafficScheme::kBf16States, TrafficScheme::kEightBitStates};
[[nodiscard]] const char* to_string(TrafficScheme scheme);

/// Between host memory and SSD in one training step.
struct Traffic {
    uint64_t read_bytes = 0;
    uint64_t written_bytes = 0;
    [[nodiscard]] uint64_t total_bytes() const { return read_bytes + written_bytes; }
};

/// What is streamed, by its bytes an element. Weights are read in every forward and again in every backward pass;
/// resident ones never. Gradients of micro-batches are added up before they are spilled.
struct TrafficShape {
    uint64_t parameters = 0;
    uint64_t resident_parameters = 0;
    uint64_t weight_bytes = 2;
    uint64_t gradient_bytes = 4;  ///< as they are spilled
    uint64_t weight_passes = 2;   ///< in which weights are read
};
[[nodiscard]] Traffic traffic_of(TrafficScheme scheme, const TrafficShape& shape);

}  // namespace sky::offload
