#include <fmt/format.h>

#include <limits>

#include "host/cli/command.hpp"
#include "host/cli/kv_options.hpp"
#include "host/cli/kv_report.hpp"
#include "host/cli/terminal.hpp"
#include "host/index/bench.hpp"
#include "host/memory/byte_source.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kKeyBytes = 8;
constexpr const char* kRunWorkloads = "a, b, c, d, e or f";

void add_options(CommandLine& line) {
    add_index_options(line);
    line.add_option("workload", "NAME",
                    "YCSB: load, a, b, c, d, e or f; load measures the inserts, the others the run after it", "load");
    line.add_option("records", "N", "records inserted", "50000");
    add_run_options(line);
    line.add_option("trace", "FILE",
                    "instead of a workload, lines 'insert|update KEY [BYTES]', 'read|delete KEY' and 'scan KEY "
                    "[ENTRIES]', on an empty index; plain, gzip or zstd, - for standard input");
    line.add_option("commit-every", "K", "puts and erases between two commits, with index.durable", "1");
    line.add_option("record", "FILE", "write every request into a compact trace for mem replay");
}

/// What is to be run: a YCSB workload, or a trace.
struct Plan {
    index::KvBenchConfig bench;
    std::optional<index::KvTrace> trace;

    [[nodiscard]] bool loads_only() const { return bench.workload == index::Workload::kLoad; }
    /// Operations of the run phase; load and traces have none.
    [[nodiscard]] uint64_t run_phase() const {
        if (loads_only()) return 0;
        return bench.operations != 0 ? bench.operations : bench.records;
    }
    [[nodiscard]] uint64_t total() const { return trace ? trace->operations.size() : bench.records + run_phase(); }
};

/// Whether the data alone fit the memory; what the trees need beyond that they say themselves.
Status check_capacity(const Command& command, const Plan& plan) {
    const memory::Geometry& geometry = command.session().geometry();
    const uint64_t wanted = command.config().integer("device.tracks");
    const uint64_t capacity_bytes = geometry.capacity_bits() / 8;
    const uint64_t most = capacity_bytes / (kKeyBytes + plan.bench.value_bytes);
    const std::string backend = memory::to_string(command.common().backend);
    if (!plan.trace && plan.bench.records > most)
        return Status::error(
            fmt::format("--records is {}, too many for the memory: {} bytes hold at most {} records of {} "
                        "bytes\nuse fewer records, or {}",
                        plan.bench.records, capacity_bytes, most, kKeyBytes + plan.bench.value_bytes,
                        geometry.tracks < wanted ? "another backend: " + backend + " does not hold all tracks"
                                                 : "set device.tracks to more"));
    if (geometry.tracks < wanted)
        print_note(fmt::format("{} holds {} of the {} tracks", backend, geometry.tracks, wanted));
    return {};
}

Status read_workload(const CommandLine& line, index::KvBenchConfig& bench) {
    const auto workload = line.choice("workload", names_of(index::kWorkloads));
    if (!workload.ok()) return workload.status();
    bench.workload = *index::parse_workload(workload.value());
    const Result<RunChoice> run = read_run(line);
    if (!run.ok()) return run.status();
    bench.distribution = run.value().distribution;
    bench.operations = run.value().operations.value_or(0);
    const auto records = line.number("records", 1, std::numeric_limits<uint32_t>::max());
    if (!records.ok()) return records.status();
    bench.records = records.value();
    if (line.has("trace"))
        return check_no_effect(line, {"workload", "distribution", "records", "operations"},
                               "--trace, which names every operation", "run a workload without --trace");
    if (bench.workload != index::Workload::kLoad) return {};
    return check_no_effect(line, {"operations", "distribution"}, "--workload load, which inserts each record once",
                           fmt::format("choose workload {}", kRunWorkloads));
}

Result<Plan> read_plan(const CommandLine& line, const Command& command) {
    Plan plan;
    const Result<IndexChoice> tree = read_index(line, command);
    if (!tree.ok()) return tree.status();
    plan.bench.kind = tree.value().kind;
    plan.bench.index = tree.value().config;
    plan.bench.value_bytes = tree.value().config.max_value_bytes;
    plan.bench.seed = command.common().seed;
    if (Status status = read_workload(line, plan.bench); !status.ok()) return status;
    const auto commit_every = line.number("commit-every", 1, std::numeric_limits<uint32_t>::max());
    if (!commit_every.ok()) return commit_every.status();
    plan.bench.commit_every = commit_every.value();
    if (!plan.bench.index.durable)
        if (Status status =
                check_no_effect(line, {"commit-every"}, "an index that is not durable", "set index.durable=true");
            !status.ok())
            return status;
    if (!line.has("trace")) return plan;
    const Result<std::unique_ptr<memory::ByteSource>> source = memory::ByteSource::open(line.text("trace"));
    if (!source.ok()) return source.status();
    Result<index::KvTrace> trace = index::KvTrace::read(*source.value(), plan.bench.value_bytes);
    if (!trace.ok()) return trace.status();
    plan.trace = std::move(trace.value());
    return plan;
}

KvLoad describe(const Plan& plan) {
    KvLoad load{.index = {plan.bench.kind, plan.bench.index}, .workload = to_string(plan.bench.workload)};
    if (plan.trace) {
        load.workload = "trace";
        load.trace = plan.trace->name;
        load.index.config.max_value_bytes = plan.trace->longest_value_bytes;
        return load;
    }
    load.records = plan.bench.records;
    if (!plan.loads_only()) load.distribution = index::to_string(plan.bench.picks_by());
    return load;
}

/// `done` counts the inserts of the load phase and what came behind them.
int conclude(const Plan& plan, const index::KvBenchResult& result, uint64_t done) {
    if (result.outcome == index::KvOutcome::kWrongAnswer) {
        print_error(result.wrong_answer + "\nthe index does not hold what was put: report this with the command");
        return kFailure;
    }
    if (result.outcome != index::KvOutcome::kInterrupted) return kDone;
    const bool loading = !plan.trace && plan.run_phase() != 0 && done < plan.bench.records;
    const std::string where =
        loading ? fmt::format("in the load phase after {} of {} records", done, plan.bench.records)
                : fmt::format("after {} of {} operations", result.ops,
                              plan.run_phase() != 0 && !plan.trace ? plan.run_phase() : plan.total());
    print_note(fmt::format(
        "interrupted {} of {}; the results are those of the finished part\n"
        "there is no resuming yet: the same command starts again from the beginning",
        where, plan.trace ? "the trace" : fmt::format("workload {}", index::to_string(plan.bench.workload))));
    return kInterrupted;
}

Result<index::KvBenchResult> run(const Command& command, const Plan& plan, uint64_t& last) {
    Progress progress(plan.total(), "operations");
    const auto advance = [&](uint64_t done, uint64_t) {
        last = done;
        progress.update(done);
        return !interrupted() && !command.recording_failed();
    };
    try {
        if (!plan.trace) return index::run_kv_bench(command.session(), plan.bench, advance);
        return index::run_kv_trace(command.session(), plan.bench, *plan.trace, advance);
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
                      .about =
                          "A YCSB workload, or a trace of operations, on an ordered index that keeps its data on "
                          "the memory;\nevery get and scan is checked.",
                      .examples = "  skytrack kv bench --index beps --workload load --records 50000\n"
                                  "  skytrack kv bench --index bplus --workload a --value-bytes 64 --json\n"
                                  "  skytrack kv bench --index skyeps --mapping bit --workload e --operations 1000\n"
                                  "  skytrack kv bench --index skyeps --set index.fingerprints=off --workload c\n"
                                  "  skytrack kv bench --index skyeps --set index.durable=true --commit-every 16\n"
                                  "  skytrack kv bench --index skyeps --trace operations.txt\n"
                                  "  skytrack kv bench --records 200 --seed 7 --backend rtl\n"});
    add_options(line);
    Command command(line, call, adjust_index_sources);
    if (command.done()) return command.exit_code();
    const Result<Plan> plan = read_plan(line, command);
    if (!plan.ok()) return command.fail(plan.status());
    if (const Status status = command.start(command.config().session(command.common().backend)); !status.ok())
        return command.fail(status);
    if (const Status status = check_capacity(command, plan.value()); !status.ok()) return command.fail(status);
    if (line.has("record"))
        if (const Status status = command.record(line.text("record")); !status.ok()) return command.fail(status);

    uint64_t done = 0;
    const Result<index::KvBenchResult> result = run(command, plan.value(), done);
    if (!result.ok()) return command.fail(result.status());
    Report report = command.report();
    report.interrupted = result.value().outcome == index::KvOutcome::kInterrupted;
    report.rows.push_back(kv_row(command.session(), describe(plan.value()), result.value()));
    report.statistics.push_back(result.value().statistics());
    if (const Status status = command.finish(report); !status.ok()) return command.fail(status);
    return conclude(plan.value(), result.value(), done);
}

}  // namespace sky::cli
