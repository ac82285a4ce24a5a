#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "host/index/index.hpp"
#include "host/index/kv_runner.hpp"
#include "host/index/operation_cost.hpp"
#include "host/memory/session.hpp"
#include "sysc/stats/stats.hpp"

namespace sky::index {

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

/// Measures one phase of a runner's operations.
class KvMeasurement {
   public:
    KvMeasurement(memory::MemorySession& session, Index& index, KvRunner& runner);

    /// The phase begins here, on a drained memory; what was measured before is forgotten.
    void start();
    /// The phase ends here, on a drained memory.
    [[nodiscard]] KvBenchResult finish(KvOutcome outcome);

   private:
    memory::MemorySession& session_;
    Index& index_;
    KvRunner& runner_;
    memory::Counters before_;
    std::chrono::steady_clock::time_point started_;
};

}  // namespace sky::index
