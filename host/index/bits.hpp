#pragma once

#include <bit>
#include <cstdint>

namespace sky::index {

// Masks of up to 64 segments or slots.
[[nodiscard]] constexpr uint64_t bit(uint32_t at) { return uint64_t{1} << at; }
[[nodiscard]] constexpr uint64_t low_bits(uint32_t n) { return n >= 64 ? ~uint64_t{0} : bit(n) - 1; }
[[nodiscard]] constexpr uint32_t ones(uint64_t mask) { return static_cast<uint32_t>(std::popcount(mask)); }
[[nodiscard]] constexpr uint32_t lowest(uint64_t mask) { return static_cast<uint32_t>(std::countr_zero(mask)); }

/// Calls `act(at)` for every bit of `mask`, ascending.
template <typename Act>
void each_bit(uint64_t mask, Act&& act) {
    for (; mask != 0; mask &= mask - 1) act(lowest(mask));
}

}  // namespace sky::index
