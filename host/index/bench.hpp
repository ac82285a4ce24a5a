#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "host/index/index.hpp"
#include "host/index/kv_runner.hpp"
#include "host/index/kv_trace.hpp"
#include "host/index/operation_cost.hpp"
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

/// One measured phase, from the first submit to the drained memory, as differences of the memory's counters.
struct KvBenchResult {
    KvOutcome outcome = KvOutcome::kDone;  ///< of another one the figures cover what was done before
    std::string wrong_answer;              ///< which operation and what it returned; empty unless kWrongAnswer

    uint64_t ops = 0;       ///< finished in the measured phase; 0 when interrupted while loading
    uint64_t op_ps = 0;     ///< model time in which the device worked
    uint64_t model_ps = 0;  ///< model time, controller overhead included
    uint64_t energy_fj = 0;
    uint64_t cycles = 0;
    uint64_t track_steps = 0;
    uint64_t shifts = 0;
    uint64_t detects = 0;
    uint64_t removes = 0;
    uint64_t injects = 0;
    int64_t popcount_growth = 0;  ///< see KvRunner
    double ns_per_op = 0;         ///< model_ps / 1000 / ops
    double pj_per_op = 0;         ///< energy_fj / 1000 / ops
    double host_seconds = 0;
    OperationCost put;  ///< inserts and updates
    OperationCost get;  ///< reads
    OperationCost scan;
    OperationCost read_modify_write;  ///< of F: get and put together, in neither of the two above
    OperationCost erase;              ///< of a trace

    memory::Counters counters;                 ///< all of the memory's counters over the measured phase
    stats::Group index_statistics{"index"};    ///< since the index was made, the load of A to F included
    stats::Group memory_statistics{"memory"};  ///< of the measured phase

    /// Every figure of the measured phase with unit and description, the memory's tree of that phase, and the
    /// index's own counts, which for A to F include the load, as group `index_with_load`.
    [[nodiscard]] stats::Group statistics() const;
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
