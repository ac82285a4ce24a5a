#include "host/index/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "host/index/kv_runner.hpp"
#include "host/index/layout.hpp"

namespace sky::index {
namespace {

std::string config_problem(const KvBenchConfig& config) {
    if (config.records < 1 || config.records > uint64_t{1} << 32)
        return fmt::format("records is {}, expected 1 to 4294967296", config.records);
    if (config.value_bytes > config.index.max_value_bytes)
        return fmt::format("value_bytes is {}, expected at most max_value_bytes, {}; raise max_value_bytes",
                           config.value_bytes, config.index.max_value_bytes);
    return {};
}

/// What a run needs to know of its operations beforehand.
struct Plan {
    uint64_t seed = 0;
    uint64_t total = 0;  ///< operations, an unmeasured load included
    uint64_t commit_every = 1;
    bool trace = false;
    bool scans = false;
};

std::optional<KvModel> model_for(const Plan& plan) {
    // The operations of YCSB name what a read has to find.
    if (!plan.trace && !plan.scans) return std::nullopt;
    return KvModel(plan.seed, plan.scans);
}

/// One benchmark over one index: phases of operations, of which the last one begun is measured.
class KvBench {
   public:
    KvBench(memory::MemorySession& session, Index& index, const Plan& plan, const KvProgress& progress)
        : plan_(plan),
          progress_(progress),
          runner_(session, index, plan.seed, model_for(plan)),
          measurement_(session, index, runner_) {
        runner_.commit_every(plan.commit_every);
    }

    /// Runs the operations up to the one of number `end`, unless an earlier phase came to an early end.
    Status phase(uint64_t end, std::function<Operation(uint64_t)> next) {
        measurement_.start();
        if (outcome_ != KvOutcome::kDone) return {};
        const Result<KvOutcome> outcome = runner_.run_phase({.begin = begin_,
                                                             .end = end,
                                                             .total = plan_.total,
                                                             .next = std::move(next),
                                                             .numbered = plan_.trace ? "line" : "record"},
                                                            [&](uint64_t done) { return go_on(done); });
        if (!outcome.ok()) return outcome.status();
        begin_ = end;
        outcome_ = outcome.value();
        return {};
    }

    KvBenchResult finish() {
        KvBenchResult result = measurement_.finish(outcome_);
        result.wrong_answer = runner_.wrong_answer();
        return result;
    }

   private:
    [[nodiscard]] bool go_on(uint64_t done) const { return !progress_ || progress_(done, plan_.total); }

    Plan plan_;
    const KvProgress& progress_;
    KvRunner runner_;
    KvMeasurement measurement_;
    uint64_t begin_ = 0;  // of the next phase
    KvOutcome outcome_ = KvOutcome::kDone;
};

}  // namespace

Result<KvBenchResult> run_kv_bench(memory::MemorySession& session, const KvBenchConfig& config,
                                   const KvProgress& progress) {
    if (std::string why = config_problem(config); !why.empty()) return Status::error("kv bench: " + why);
    Result<std::unique_ptr<Index>> index = Index::create(config.kind, session, config.index);
    if (!index.ok()) return index.status();
    const bool load_only = config.workload == Workload::kLoad;
    const uint64_t operations = load_only ? 0 : config.operations == 0 ? config.records : config.operations;
    const Plan plan{.seed = config.seed,
                    .total = config.records + operations,
                    .commit_every = config.commit_every,
                    .scans = scans(config.workload)};
    Ycsb ycsb(config.workload, config.picks_by(), config.records, config.seed,
              [&] { return !progress || progress(0, plan.total); });
    const auto sized = [&](Operation operation) {
        operation.value_bytes = config.value_bytes;
        return operation;
    };
    KvBench bench(session, *index.value(), plan, progress);
    Status status = bench.phase(config.records, [&](uint64_t record) { return sized(ycsb.load(record)); });
    if (status.ok() && !load_only) status = bench.phase(plan.total, [&](uint64_t) { return sized(ycsb.next()); });
    if (!status.ok()) return status;
    return bench.finish();
}

Result<KvBenchResult> run_kv_trace(memory::MemorySession& session, const KvBenchConfig& bench_config,
                                   const KvTrace& trace, const KvProgress& progress) {
    IndexConfig config = bench_config.index;
    config.max_value_bytes = std::max(trace.longest_value_bytes, kWordBytes);
    Result<std::unique_ptr<Index>> created = Index::create(bench_config.kind, session, config);
    if (!created.ok() && trace.longest_value_line != 0)
        return Status::error(fmt::format("{}:{}: a value of {} bytes: {}", trace.name, trace.longest_value_line,
                                         trace.longest_value_bytes, created.status().message()));
    if (!created.ok()) return created.status();
    const Plan plan{.seed = bench_config.seed,
                    .total = trace.operations.size(),
                    .commit_every = bench_config.commit_every,
                    .trace = true,
                    .scans = trace.scans};
    KvBench bench(session, *created.value(), plan, progress);
    const Status status = bench.phase(plan.total, [&](uint64_t i) { return trace.operations[i]; });
    if (!status.ok()) return Status::error(fmt::format("{}: {}", trace.name, status.message()));
    return bench.finish();
}

}  // namespace sky::index
