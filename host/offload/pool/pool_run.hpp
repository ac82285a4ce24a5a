#pragma once

#include <cstdint>
#include <functional>

#include "host/memory/status.hpp"
#include "host/offload/pool/buffer_pool.hpp"

namespace sky::offload {

/// What a pool did in some passes of its schedule.
struct PoolRun {
    uint64_t passes = 0;  ///< finished
    uint64_t uses = 0;    ///< tensors acquired and released
    double seconds = 0;   ///< of host time
};

struct PoolRunOptions {
    uint64_t passes = 1;
    uint32_t threads = 1;
    /// Called when a use begins, with what it has; empty: nothing is done with it, so that the time is that of the
    /// pool.
    std::function<void(const PoolBuffer&)> compute;
    /// Called after every pass with how many are finished; false ends the run.
    std::function<bool(uint64_t)> advance;
};

/// Takes the steps of a schedule on one thread, always with as many tensors fetched ahead as the pool has slots for.
/// On several threads none is fetched ahead: the uses of a tensor are all of one thread, which waits for its turn.
/// The pool is new.
[[nodiscard]] Result<PoolRun> run_pool(BufferPool& pool, const PoolSchedule& schedule, const PoolRunOptions& options);

}  // namespace sky::offload
