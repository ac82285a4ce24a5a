#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace sky::offload {

/// Calls `block(begin, end)` for consecutive blocks of 0 .. `total`, every thread on a stretch of its own, until one
/// of them returns true; says whether one did. Blocks begin at multiples of `step`.
template <typename Block>
bool any_block(uint64_t total, uint64_t step, int threads, const Block& block) {
    if (threads <= 1) {
        for (uint64_t begin = 0; begin < total; begin += step)
            if (block(begin, std::min(begin + step, total))) return true;
        return false;
    }
    std::atomic<bool> found{false};
    const auto blocks = static_cast<int64_t>((total + step - 1) / step);
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int64_t i = 0; i < blocks; ++i) {
        if (found.load(std::memory_order_relaxed)) continue;
        const uint64_t begin = static_cast<uint64_t>(i) * step;
        if (block(begin, std::min(begin + step, total))) found.store(true, std::memory_order_relaxed);
    }
    return found.load();
}

}  // namespace sky::offload
