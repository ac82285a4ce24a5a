#pragma once

#include <bit>
#include <cstdint>

namespace sky::offload {

/// What O_DIRECT and the page size ask for.
inline constexpr uint64_t kPageBytes = 4096;
/// What tensors that share memory begin at.
inline constexpr uint64_t kCacheLineBytes = 64;

[[nodiscard]] constexpr uint64_t ceil_div(uint64_t value, uint64_t by) {
    return value / by + (value % by != 0 ? 1 : 0);
}

[[nodiscard]] constexpr uint64_t round_up(uint64_t value, uint64_t to) { return ceil_div(value, to) * to; }

/// The least power of two that is at least `value`; of nothing nothing.
[[nodiscard]] constexpr uint64_t power_of_two_ceil(uint64_t value) { return value == 0 ? 0 : std::bit_ceil(value); }

}  // namespace sky::offload
