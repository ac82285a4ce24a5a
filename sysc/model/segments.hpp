#pragma once

#include <bit>
#include <cstdint>

namespace sky::model {

/// Calls f(first, count) for each run of neighbouring segments that the mask names, ascending.
template <typename F>
void each_run(uint64_t mask, F&& f) {
    while (mask != 0) {
        const auto first = static_cast<uint32_t>(std::countr_zero(mask));
        f(first, static_cast<uint32_t>(std::countr_one(mask >> first)));
        mask &= mask + (uint64_t{1} << first);  // the carry runs through the lowest run
    }
}

/// Calls f(segment, k) for the k-th segment that the mask names, ascending: the order of data and answer beats.
template <typename F>
void each_segment(uint64_t mask, F&& f) {
    uint32_t k = 0;
    each_run(mask, [&](uint32_t first, uint32_t count) {
        for (uint32_t segment = first; segment != first + count; ++segment) f(segment, k++);
    });
}

}  // namespace sky::model
