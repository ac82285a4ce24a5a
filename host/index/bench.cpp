#include "host/index/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

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

Latency summarize(std::vector<uint64_t>& samples_ps) {
    Latency latency;
    if (samples_ps.empty()) return latency;
    std::sort(samples_ps.begin(), samples_ps.end());
    // Nearest rank: the smallest sample that at least this share does not exceed.
    const auto at_percent = [&](size_t percent) {
        return static_cast<double>(samples_ps[(samples_ps.size() * percent + 99) / 100 - 1]) / 1000;
    };
    const uint64_t sum_ps = std::accumulate(samples_ps.begin(), samples_ps.end(), uint64_t{0});
    latency.count = samples_ps.size();
    latency.mean_ns = static_cast<double>(sum_ps) / 1000 / static_cast<double>(samples_ps.size());
    latency.p50_ns = at_percent(50);
    latency.p99_ns = at_percent(99);
    latency.max_ns = at_percent(100);
    return latency;
}

/// One benchmark: load, then the run phase, over one index.
class KvBench {
   public:
    KvBench(memory::MemorySession& session, Index& index, const KvBenchConfig& config, const KvProgress& progress)
        : session_(session),
          index_(index),
          config_(config),
          progress_(progress),
          operations_(config.operations == 0 ? config.records : config.operations),
          total_(config.records + (is_load() ? 0 : operations_)),
          ycsb_(config.workload, config.distribution, config.records, config.seed,
                [this] { return !progress_ || progress_(0, total_); }),
          bytes_(config.value_bytes) {}

    Result<KvBenchResult> run() {
        start_measuring();
        Status status = load();
        if (!is_load()) {
            start_measuring();
            if (status.ok() && result_.outcome == KvOutcome::kDone) status = work();
        }
        if (!status.ok()) return status;
        finish();
        return std::move(result_);
    }

   private:
    [[nodiscard]] bool is_load() const { return config_.workload == Workload::kLoad; }
    [[nodiscard]] uint64_t now_ps() { return session_.counters()[Counter::kCycles] * session_.timing().cycle_ps; }

    /// True to go on.
    bool report() {
        if (progress_ && !progress_(done_, total_)) result_.outcome = KvOutcome::kInterrupted;
        return result_.outcome == KvOutcome::kDone;
    }

    void start_measuring() {
        session_.drain();
        before_ = session_.counters();
        put_ps_.clear();
        get_ps_.clear();
        started_ = std::chrono::steady_clock::now();
    }

    Status load() {
        for (uint64_t record = 0; record < config_.records && report(); ++record, ++done_)
            if (Status status = put(record, 0); !status.ok()) return status;
        if (is_load() && done_ == total_) report();
        return {};
    }

    Status work() {
        versions_.resize(config_.records);
        for (uint64_t i = 0; i < operations_ && report(); ++i, ++done_) {
            const Ycsb::Operation operation = ycsb_.next();
            if (operation.is_read) {
                if (!get_is_right(operation.record)) return {};
            } else if (Status status = put(operation.record, ++versions_[operation.record]); !status.ok()) {
                return status;
            }
        }
        if (done_ == total_) report();
        return {};
    }

    Status put(uint64_t record, uint32_t version) {
        const Key key = ycsb_.key(record);
        ycsb_.value(key, version, bytes_);
        const uint64_t start_ps = now_ps();
        Status status = index_.put(key, bytes_);
        if (!status.ok())
            return Status::error(fmt::format("operation {} of {} (put of record {}): {}", done_ + 1, total_, record,
                                             status.message()));
        put_ps_.push_back(now_ps() - start_ps);
        return {};
    }

    bool get_is_right(uint64_t record) {
        const Key key = ycsb_.key(record);
        const uint64_t start_ps = now_ps();
        const std::optional<Bytes> answer = index_.get(key);
        const uint64_t end_ps = now_ps();
        ycsb_.value(key, versions_[record], bytes_);
        if (answer != bytes_) {
            result_.outcome = KvOutcome::kWrongAnswer;
            result_.wrong_answer = fmt::format("operation {} of {}: get of key {:#018x} (record {}, version {}) {}",
                                               done_ + 1, total_, key, record, versions_[record],
                                               answer ? "returned another value than was put" : "found nothing");
            return false;
        }
        get_ps_.push_back(end_ps - start_ps);
        return true;
    }

    void finish() {
        session_.drain();
        const std::chrono::duration<double> host = std::chrono::steady_clock::now() - started_;
        const Counters counters = session_.counters() - before_;
        const uint64_t cycle_ps = session_.timing().cycle_ps;
        KvBenchResult& r = result_;
        r.counters = counters;
        r.host_seconds = host.count();
        r.ops = put_ps_.size() + get_ps_.size();
        r.op_ps = counters.op_cycles() * cycle_ps;
        r.cycles = counters[Counter::kCycles];
        r.model_ps = r.cycles * cycle_ps;
        r.energy_fj = counters[Counter::kEnergyFj];
        r.track_steps = counters[Counter::kTrackSteps];
        r.shifts = counters[Counter::kShifts];
        r.detects = counters[Counter::kDetects];
        r.removes = counters[Counter::kRemoves];
        r.injects = counters[Counter::kInjects];
        if (r.ops != 0) {
            r.ns_per_op = static_cast<double>(r.model_ps) / 1000 / static_cast<double>(r.ops);
            r.pj_per_op = static_cast<double>(r.energy_fj) / 1000 / static_cast<double>(r.ops);
        }
        r.put = summarize(put_ps_);
        r.get = summarize(get_ps_);
        r.index_statistics = index_.statistics();
        r.memory_statistics = session_.statistics(counters);
    }

    memory::MemorySession& session_;
    Index& index_;
    const KvBenchConfig& config_;
    const KvProgress& progress_;
    uint64_t operations_;
    uint64_t total_;
    Ycsb ycsb_;
    uint64_t done_ = 0;
    Bytes bytes_;
    std::vector<uint32_t> versions_;  // of each record
    std::vector<uint64_t> put_ps_;
    std::vector<uint64_t> get_ps_;
    Counters before_;
    std::chrono::steady_clock::time_point started_;
    KvBenchResult result_;
};

void add_latency(stats::Group& group, const Latency& latency, const char* name, const char* description) {
    stats::Group& child = group.group(name, description);
    child.count("count", latency.count, "ops", "operations measured")
        .derived("mean", latency.mean_ns, "ns", "mean latency", "sum / count")
        .derived("p50", latency.p50_ns, "ns", "median latency", "nearest rank")
        .derived("p99", latency.p99_ns, "ns", "latency that 99 % do not exceed", "nearest rank")
        .derived("max", latency.max_ns, "ns", "longest latency", "largest sample");
}

}  // namespace

const char* to_string(KvOutcome outcome) {
    switch (outcome) {
        case KvOutcome::kDone: return "done";
        case KvOutcome::kInterrupted: return "interrupted";
        case KvOutcome::kWrongAnswer: return "wrong answer";
    }
    return "unknown outcome";
}

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
    add_latency(group, put, "put_ns", "latency of inserts and updates, with the flushes they trigger");
    add_latency(group, get, "get_ns", "latency of gets");
    group.add(memory_statistics);
    group.add(index_statistics).rename("index_with_load");
    return group;
}

Result<KvBenchResult> run_kv_bench(memory::MemorySession& session, const KvBenchConfig& config,
                                   const KvProgress& progress) {
    if (std::string why = config_problem(config); !why.empty()) return Status::error("kv bench: " + why);
    Result<std::unique_ptr<Index>> index = Index::create(config.kind, session, config.index);
    if (!index.ok()) return index.status();
    return KvBench(session, *index.value(), config, progress).run();
}

}  // namespace sky::index
