#pragma once

#include <bit>
#include <cstdint>

namespace sky::model {

/// Calls f(segment, k) for the k-th segment that the mask names, ascending: the order of data and answer beats.
template <typename F>
void each_segment(uint64_t mask, F&& f) {
    for (uint32_t k = 0; mask != 0; mask &= mask - 1, ++k) f(static_cast<uint32_t>(std::countr_zero(mask)), k);
}

}  // namespace sky::model
