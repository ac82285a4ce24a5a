#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "host/index/index.hpp"
#include "host/index/kv_measurement.hpp"
#include "host/index/kv_trace.hpp"
#include "host/index/ycsb.hpp"

namespace sky::index {

struct KvBenchConfig {
    Kind kind = Kind::kBeps;
    IndexConfig index{};
    Workload workload = Workload::kLoad;
    uint64_t records = 50'000;  ///< 1 to 2^32
    uint64_t operations = 0;    ///< of a run phase; 0: as many as records. Load always has one per record.
    uint64_t commit_every = 1;  ///< puts and erases; without index.durable a commit does nothing
    uint32_t value_bytes = 8;   ///< at most index.max_value_bytes
    uint64_t seed = 1;
    /// How run phases pick records; none: default_distribution(). Load picks none.
    std::optional<Distribution> distribution{};

    [[nodiscard]] Distribution picks_by() const { return distribution.value_or(default_distribution(workload)); }
};

/// Called before the first and after every operation, those of an unmeasured load included. Returns false to
/// stop early.
using KvProgress = std::function<bool(uint64_t done, uint64_t total)>;

/// Runs one YCSB workload on a new index on `session`, which should be fresh: what it holds already is
/// overwritten. Every get and scan is checked against what was put. Fails on a configuration that does not fit
/// and when the records do not fit the memory.
Result<KvBenchResult> run_kv_bench(memory::MemorySession& session, const KvBenchConfig& config,
                                   const KvProgress& progress = {});

/// The same with the operations of a trace as the measured phase, on an empty index made for its longest value. Of
/// the configuration only kind, index, seed and commit_every count.
Result<KvBenchResult> run_kv_trace(memory::MemorySession& session, const KvBenchConfig& config, const KvTrace& trace,
                                   const KvProgress& progress = {});

}  // namespace sky::index
