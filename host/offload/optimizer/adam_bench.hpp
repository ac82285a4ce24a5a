#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/log.hpp"
#include "host/offload/optimizer/offloaded_optimizer.hpp"

namespace sky::offload {

struct AdamBenchOptions {
    uint64_t elements = uint64_t{64} << 20;
    uint64_t tensors = 4;  ///< that the elements are shared out among when they are offloaded
    int threads = 1;
    VectorPath path = fastest_path();
    uint32_t rounds = 5;
    uint64_t seed = 1;
    // Of the offloaded steps.
    std::string folder = ".";  ///< where their store is made; it is removed at the end
    uint64_t tile_bytes = uint64_t{16} << 20;
    uint32_t depth = 32;
    uint32_t fio_seconds = 2;              ///< of a run; 0: fio is left out
    std::chrono::milliseconds pause{500};  ///< before every run: shared disks give credit for idle time
    Log log{};
};

/// One way to do the same, beside what bounds it.
struct AdamTiming {
    std::string what;
    uint64_t bytes = 0;          ///< that one run moves: of memory, or of the disk
    double seconds = 0;          ///< median of the rounds
    double of_bound = 0;         ///< its rate by that of the bound in the same round, median of the rounds
    double compute_seconds = 0;  ///< of an offloaded step
};

/// Copies of memory, of which the one that is fastest in the median is the bound, and a step in memory: 28 bytes an
/// element.
[[nodiscard]] Result<std::vector<AdamTiming>> bench_adam_in_memory(const AdamBenchOptions& options,
                                                                   const std::function<bool()>& go_on);

/// The disk's bound is what reads and writes of the same bytes, at once, take without checksums and arithmetic,
/// by a store or by fio. Beside it the tiled step, with checksums and without, and the serial one. At the end their
/// states are compared with those of steps in memory: an error when a bit differs.
[[nodiscard]] Result<std::vector<AdamTiming>> bench_adam_offloaded(const AdamBenchOptions& options,
                                                                   const std::function<bool()>& go_on);

}  // namespace sky::offload
