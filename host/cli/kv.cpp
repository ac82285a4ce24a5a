#include <fmt/format.h>

#include <limits>

#include "host/cli/command.hpp"
#include "host/cli/terminal.hpp"
#include "host/index/bench.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMinValueBytes = 8;
constexpr uint64_t kKeyBytes = 8;

void add_options(CommandLine& line) {
    line.add_option("index", "NAME",
                    "bplus (serial B+-tree), bplus_par (port-parallel), skytree (bit-level search), beps (naive "
                    "B-epsilon-tree) or skyeps (port-parallel, virtual buffers)",
                    "beps");
    line.add_option("workload", "NAME",
                    "YCSB: load, a, b or c; load measures the inserts, the others the run after it", "load");
    line.add_option("records", "N", "records inserted", "50000");
    line.add_option("operations", "M", "operations of a run phase (as many as records when not given)");
    line.add_option("value-bytes", "V",
                    "bytes of a value, from 8 to 8 * (device.segments - 1), which is 248 for 32 segments", "8");
    line.add_option("distribution", "NAME", "how a run phase picks records: uniform or zipfian", "zipfian");
    line.add_option("record", "FILE", "write every request into a compact trace for mem replay");
}

/// Whether the data alone fit the memory; what the trees need beyond that they say themselves.
Status check_capacity(const Command& command, const index::KvBenchConfig& bench) {
    const memory::Geometry& geometry = command.session().geometry();
    const uint64_t wanted = command.config().integer("device.tracks");
    const uint64_t capacity_bytes = geometry.capacity_bits() / 8;
    const uint64_t most = capacity_bytes / (kKeyBytes + bench.value_bytes);
    const std::string backend = memory::to_string(command.common().backend);
    if (bench.records > most)
        return Status::error(
            fmt::format("--records is {}, too many for the memory: {} bytes hold at most {} records of {} "
                        "bytes\nuse fewer records, or {}",
                        bench.records, capacity_bytes, most, kKeyBytes + bench.value_bytes,
                        geometry.tracks < wanted ? "another backend: " + backend + " does not hold all tracks"
                                                 : "set device.tracks to more"));
    if (geometry.tracks < wanted)
        print_note(fmt::format("{} holds {} of the {} tracks", backend, geometry.tracks, wanted));
    return {};
}

/// Key and value of a record share one track.
Status check_value_bytes(const Config& config, uint64_t value_bytes) {
    const uint64_t segments = config.integer("device.segments");
    const uint64_t most = kKeyBytes * (segments - 1);
    if (value_bytes <= most) return {};
    return Status::error(
        fmt::format("--value-bytes is {}, expected at most {} (8 * (device.segments - 1)): key and value share one "
                    "track of {} segments\nuse shorter values or set device.segments to more",
                    value_bytes, most, segments));
}

Result<index::KvBenchConfig> read_config(const CommandLine& line, const Command& command) {
    std::vector<std::string> indexes;
    for (const index::Kind each : index::kinds()) indexes.emplace_back(index::to_string(each));
    const std::vector<std::string> workloads{"load", "a", "b", "c"};
    const std::vector<std::string> distributions{"uniform", "zipfian"};
    const auto kind = line.choice("index", indexes);
    if (!kind.ok()) return kind.status();
    const auto workload = line.choice("workload", workloads);
    if (!workload.ok()) return workload.status();
    const auto distribution = line.choice("distribution", distributions);
    if (!distribution.ok()) return distribution.status();
    const auto records = line.number("records", 1, std::numeric_limits<uint32_t>::max());
    if (!records.ok()) return records.status();
    const auto value_bytes = line.number("value-bytes", kMinValueBytes, std::numeric_limits<uint32_t>::max());
    if (!value_bytes.ok()) return value_bytes.status();
    if (Status status = check_value_bytes(command.config(), value_bytes.value()); !status.ok()) return status;
    index::KvBenchConfig bench;
    if (line.has("operations")) {
        const auto operations = line.number("operations", 1, std::numeric_limits<uint32_t>::max());
        if (!operations.ok()) return operations.status();
        bench.operations = operations.value();
    }
    bench.kind = *index::parse_kind(kind.value());
    bench.workload = *index::parse_workload(workload.value());
    bench.distribution = *index::parse_distribution(distribution.value());
    bench.records = records.value();
    bench.value_bytes = static_cast<uint32_t>(value_bytes.value());
    bench.seed = command.common().seed;
    bench.index.node_tracks = static_cast<uint32_t>(command.config().integer("index.node_tracks"));
    bench.index.fanout = static_cast<uint32_t>(command.config().integer("index.fanout"));
    bench.index.max_value_bytes = bench.value_bytes;
    if (bench.workload != index::Workload::kLoad) return bench;
    for (const char* option : {"operations", "distribution"})
        if (line.given(option))
            return Status::error(
                fmt::format("--{} has no effect on --workload load, which inserts each record once\n"
                            "leave it out, or choose workload a, b or c",
                            option));
    return bench;
}

void add_latency(Row& row, const std::string& name, const index::OperationCost& latency) {
    row.count(name + "s", latency.count, "operations");
    row.figure(name + "_mean_ns", latency.mean_ns, "ns of model time");
    row.figure(name + "_p50_ns", latency.p50_ns, "ns of model time");
    row.figure(name + "_p99_ns", latency.p99_ns, "ns of model time");
    row.figure(name + "_max_ns", latency.max_ns, "ns of model time");
}

Row row_of(const Command& command, const index::KvBenchConfig& bench, const index::KvBenchResult& result) {
    Row row;
    row.text("index", index::to_string(bench.kind));
    row.text("workload", index::to_string(bench.workload));
    const bool picks = bench.workload != index::Workload::kLoad;
    row.text("distribution", picks ? index::to_string(bench.picks_by()) : "none");
    row.count("records", bench.records, "records");
    row.count("value_bytes", bench.value_bytes, "bytes");
    row.text("backend", memory::to_string(command.common().backend));
    row.count("tracks", command.session().geometry().tracks, "tracks of the memory");
    row.count("ops", result.ops, "operations");
    row.figure("ns_per_op", result.ns_per_op, "ns of model time an operation = model_ps / 1000 / ops");
    row.figure("pj_per_op", result.pj_per_op, "pJ an operation = energy_fj / 1000 / ops");
    row.device(result.counters, command.session().timing());
    add_latency(row, "put", result.put);
    add_latency(row, "get", result.get);
    row.figure("host_seconds", result.host_seconds, "s of host time");
    return row;
}

/// Operations of the run phase; load has none.
uint64_t run_phase(const index::KvBenchConfig& bench) {
    if (bench.workload == index::Workload::kLoad) return 0;
    return bench.operations != 0 ? bench.operations : bench.records;
}

/// `done` counts the inserts of the load phase and what came behind them.
int conclude(const index::KvBenchConfig& bench, const index::KvBenchResult& result, uint64_t done) {
    if (result.outcome == index::KvOutcome::kWrongAnswer) {
        print_error(result.wrong_answer + "\nthe index does not hold what was put: report this with the command");
        return kFailure;
    }
    if (result.outcome != index::KvOutcome::kInterrupted) return kDone;
    const uint64_t run = run_phase(bench);
    const std::string where = run == 0 ? fmt::format("after {} of {} operations", result.ops, bench.records)
                              : done < bench.records
                                  ? fmt::format("in the load phase after {} of {} records", done, bench.records)
                                  : fmt::format("after {} of {} operations", result.ops, run);
    print_note(
        fmt::format("interrupted {} of workload {}; the results are those of the finished part\n"
                    "there is no resuming yet: the same command starts again from the beginning",
                    where, index::to_string(bench.workload)));
    return kInterrupted;
}

Result<index::KvBenchResult> run(const Command& command, const index::KvBenchConfig& bench, uint64_t& last) {
    Progress progress(bench.records + run_phase(bench), "operations");
    const auto advance = [&](uint64_t done, uint64_t) {
        last = done;
        progress.update(done);
        return !interrupted() && !command.recording_failed();
    };
    try {
        return index::run_kv_bench(command.session(), bench, advance);
    } catch (const memory::WordRefused& refused) {
        if (refused.status() != memory::RspStatus::kPositionLost) throw;
        return Status::error(
            fmt::format("the index came to an end after {} operations: {}\n"
                        "no index outlives a row that is out of reach: set device.slips_per_tera_step "
                        "to less, or ask mem bench how many rows are lost",
                        last, refused.what()));
    }
}

}  // namespace

int kv_bench(const Call& call) {
    CommandLine line({.name = "kv bench",
                      .synopsis = "skytrack kv bench [options]",
                      .about = "A YCSB workload on an ordered index that keeps its data on the memory; every get is "
                               "checked.",
                      .examples = "  skytrack kv bench --index beps --workload load --records 50000\n"
                                  "  skytrack kv bench --index bplus --workload a --value-bytes 64 --json\n"
                                  "  skytrack kv bench --records 200 --seed 7 --backend rtl\n"});
    add_options(line);
    Command command(line, call);
    if (command.done()) return command.exit_code();
    const Result<index::KvBenchConfig> bench = read_config(line, command);
    if (!bench.ok()) return command.fail(bench.status());
    if (const Status status = command.start(command.config().session(command.common().backend)); !status.ok())
        return command.fail(status);
    if (const Status status = check_capacity(command, bench.value()); !status.ok()) return command.fail(status);
    if (line.has("record"))
        if (const Status status = command.record(line.text("record")); !status.ok()) return command.fail(status);

    uint64_t done = 0;
    const Result<index::KvBenchResult> result = run(command, bench.value(), done);
    if (!result.ok()) return command.fail(result.status());
    Report report = command.report();
    report.interrupted = result.value().outcome == index::KvOutcome::kInterrupted;
    report.rows.push_back(row_of(command, bench.value(), result.value()));
    report.statistics.push_back(result.value().statistics());
    if (const Status status = command.finish(report); !status.ok()) return command.fail(status);
    return conclude(bench.value(), result.value(), done);
}

}  // namespace sky::cli
