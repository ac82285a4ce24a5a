#include "host/index/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include "host/index/kv_runner.hpp"
#include "host/index/layout.hpp"

namespace sky::index {
namespace {

using memory::Counter;
using memory::Counters;

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
        : session_(session),
          index_(index),
          plan_(plan),
          progress_(progress),
          runner_(session, index, plan.seed, model_for(plan)) {
        runner_.commit_every(plan.commit_every);
    }

    /// Runs the operations up to the one of number `end`, unless an earlier phase came to an early end.
    Status phase(uint64_t end, std::function<Operation(uint64_t)> next) {
        start_measuring();
        if (result_.outcome != KvOutcome::kDone) return {};
        const Result<KvOutcome> outcome = runner_.run_phase({.begin = begin_,
                                                             .end = end,
                                                             .total = plan_.total,
                                                             .next = std::move(next),
                                                             .numbered = plan_.trace ? "line" : "record"},
                                                            [&](uint64_t done) { return go_on(done); });
        if (!outcome.ok()) return outcome.status();
        begin_ = end;
        result_.outcome = outcome.value();
        if (result_.outcome == KvOutcome::kWrongAnswer) result_.wrong_answer = runner_.wrong_answer();
        return {};
    }

    KvBenchResult finish();

   private:
    [[nodiscard]] bool go_on(uint64_t done) const { return !progress_ || progress_(done, plan_.total); }

    void start_measuring() {
        session_.drain();
        before_ = session_.counters();
        runner_.start_measuring();
        started_ = std::chrono::steady_clock::now();
    }

    memory::MemorySession& session_;
    Index& index_;
    Plan plan_;
    const KvProgress& progress_;
    KvRunner runner_;
    uint64_t begin_ = 0;  // of the next phase
    Counters before_;
    std::chrono::steady_clock::time_point started_;
    KvBenchResult result_;
};

KvBenchResult KvBench::finish() {
    session_.drain();
    const std::chrono::duration<double> host = std::chrono::steady_clock::now() - started_;
    const Counters counters = session_.counters() - before_;
    const uint64_t cycle_ps = session_.timing().cycle_ps;
    KvBenchResult& r = result_;
    r.counters = counters;
    r.host_seconds = host.count();
    r.ops = runner_.operations();
    r.op_ps = counters.op_cycles() * cycle_ps;
    r.cycles = counters[Counter::kCycles];
    r.model_ps = r.cycles * cycle_ps;
    r.energy_fj = counters[Counter::kEnergyFj];
    r.track_steps = counters[Counter::kTrackSteps];
    r.shifts = counters[Counter::kShifts];
    r.detects = counters[Counter::kDetects];
    r.removes = counters[Counter::kRemoves];
    r.injects = counters[Counter::kInjects];
    r.popcount_growth = runner_.popcount_growth();
    if (r.ops != 0) {
        r.ns_per_op = static_cast<double>(r.model_ps) / 1000 / static_cast<double>(r.ops);
        r.pj_per_op = static_cast<double>(r.energy_fj) / 1000 / static_cast<double>(r.ops);
    }
    r.put = runner_.cost(KvRunner::Measured::kPut);
    r.get = runner_.cost(KvRunner::Measured::kGet);
    r.scan = runner_.cost(KvRunner::Measured::kScan);
    r.read_modify_write = runner_.cost(KvRunner::Measured::kReadModifyWrite);
    r.erase = runner_.cost(KvRunner::Measured::kErase);
    r.index_statistics = index_.statistics();
    r.memory_statistics = session_.statistics(counters);
    return std::move(result_);
}

}  // namespace

stats::Group KvBenchResult::statistics() const {
    stats::Group group("kv", "one measured phase");
    group.count("ops", ops, "ops", "operations finished")
        .count("op_time", op_ps, "ps", "model time in which the device worked")
        .count("model_time", model_ps, "ps", "model time from first submit to drain")
        .count("energy", energy_fj, "fJ", "energy of all device operations")
        .count("cycles", cycles, "cycles", "controller cycles")
        .count("track_steps", track_steps, "steps", "shift pulses times tracks that moved")
        .count("shifts", shifts, "pulses", "shift pulses")
        .count("detects", detects, "ports", "detects, per port")
        .count("removes", removes, "ports", "removes, per port")
        .count("injects", injects, "ports", "injects, per port")
        .derived("ns_per_op", ns_per_op, "ns/op", "model time per operation", "model_time / 1000 / ops")
        .derived("pj_per_op", pj_per_op, "pJ/op", "energy per operation", "energy / 1000 / ops")
        .derived("host_seconds", host_seconds, "s", "time on the host, not on the model", "wall clock");
    put.add_to(group, "put_ns", "inserts and updates, with the flushes they trigger");
    get.add_to(group, "get_ns", "gets");
    scan.add_to(group, "scan_ns", "scans");
    read_modify_write.add_to(group, "read_modify_write_ns", "a get and the put that follows it, together");
    erase.add_to(group, "erase_ns", "erases");
    group.add(memory_statistics);
    group.add(index_statistics).rename("index_with_load");
    return group;
}

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
