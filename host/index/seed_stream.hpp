#pragma once

#include <cstdint>

#include "host/memory/random.hpp"

namespace sky::index {

inline constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;  ///< 2^64 over the golden ratio

/// Separate random streams of one seed.
enum class SeedStream : uint8_t { kKeys = 1, kValues = 2, kPicks = 3 };

[[nodiscard]] constexpr uint64_t stream_seed(uint64_t seed, SeedStream stream) {
    return memory::mix64(seed + static_cast<uint64_t>(stream) * kGolden);
}

}  // namespace sky::index
