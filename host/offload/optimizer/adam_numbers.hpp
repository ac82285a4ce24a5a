#pragma once

#include <cstdint>

#include "host/memory/random.hpp"

// Numbers to measure with: the same for an element however it is stored.
namespace sky::offload {

/// -1 to 1, of 24 random bits.
[[nodiscard]] inline float bench_number(uint64_t seed, uint64_t element) {
    const uint64_t bits = memory::mix64(seed + element * 0x9e3779b97f4a7c15) >> 40;
    return static_cast<float>(bits) * 0x1p-23F - 1;
}
/// As large as weights are at the beginning.
[[nodiscard]] inline float bench_weight(uint64_t seed, uint64_t element) {
    return 0.02F * bench_number(seed, element);
}
[[nodiscard]] inline float bench_gradient(uint64_t seed, uint64_t element) {
    return 1e-3F * bench_number(seed + 1, element);
}

}  // namespace sky::offload
