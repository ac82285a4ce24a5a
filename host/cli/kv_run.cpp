#include <fmt/format.h>

#include <algorithm>

#include "host/cli/command.hpp"
#include "host/cli/kv_options.hpp"
#include "host/cli/kv_report.hpp"
#include "host/cli/kv_store.hpp"
#include "host/cli/kv_store_options.hpp"
#include "host/cli/terminal.hpp"
#include "host/index/kv_measurement.hpp"
#include "host/index/kv_trace.hpp"
#include "host/index/ycsb.hpp"
#include "host/memory/byte_source.hpp"
#include "host/memory/printable.hpp"

namespace sky::cli {

namespace {

const std::vector<std::string> kRunWorkloads{"a", "b", "c", "d", "e", "f"};

CommandLine make_line() {
    CommandLine line(
        {.name = "kv run",
         .synopsis = "skytrack kv run FOLDER --workload NAME|--trace FILE [options]",
         .about =
             "A YCSB workload, or a trace of operations, on a store that kv load has made; what is committed "
             "outlives SIGKILL\nat any moment. Every get and scan is checked against what this run knows: that the "
             "loaded keys are there, what it\nput itself, and what it read before.",
         .examples = "  skytrack kv run store --workload a --operations 10000\n"
                     "  skytrack kv run store --workload d --ack acknowledged.txt --sync --json\n"
                     "  skytrack kv run store --trace operations.txt --commit-every 100\n"});
    add_store_argument(line);
    line.add_option("workload", "NAME", "YCSB: a, b, c, d, e or f");
    add_run_options(line);
    line.add_option("trace", "FILE",
                    "instead of a workload, lines 'insert|update KEY [BYTES]', 'read|delete KEY' and 'scan KEY "
                    "[ENTRIES]'; plain, gzip or zstd, - for standard input");
    add_commit_options(line, "1");
    return line;
}

/// What is to be run: a YCSB workload, or a trace.
struct RunPlan {
    index::Workload workload{};
    RunChoice choice{};
    std::optional<index::KvTrace> trace{};

    [[nodiscard]] index::Distribution distribution() const {
        return choice.distribution.value_or(index::default_distribution(workload));
    }
    [[nodiscard]] uint64_t operations(const KvNote& note) const {
        return trace ? trace->operations.size() : choice.operations.value_or(note.records);
    }
};

Result<index::KvTrace> read_trace(const std::string& name, const KvNote& note) {
    const Result<std::unique_ptr<memory::ByteSource>> source = memory::ByteSource::open(name);
    if (!source.ok()) return source.status();
    Result<index::KvTrace> trace =
        index::KvTrace::read(*source.value(), note.value_bytes, [] { return !interrupted(); });
    if (!trace.ok() || trace.value().longest_value_bytes <= note.value_bytes) return trace;
    return Status::error(fmt::format(
        "{}:{}: a value of {} bytes, and the store holds values of at most {}\nuse shorter values, or "
        "load a store with a larger --value-bytes",
        trace.value().name, trace.value().longest_value_line, trace.value().longest_value_bytes, note.value_bytes));
}

Result<RunPlan> read_plan(const CommandLine& line) {
    RunPlan plan;
    if (line.has("trace")) {
        const Status status =
            check_no_effect(line, {"workload", "distribution", "operations"}, "--trace, which names every operation",
                            "run a workload without --trace");
        return status.ok() ? Result<RunPlan>(plan) : status;
    }
    if (!line.has("workload"))
        return Status::error("there is nothing to run\ngive --workload a, b, c, d, e or f, or --trace FILE");
    const Result<std::string> workload = line.choice("workload", kRunWorkloads);
    if (!workload.ok()) return workload.status();
    plan.workload = *index::parse_workload(workload.value());
    const Result<RunChoice> choice = read_run(line);
    if (!choice.ok()) return choice.status();
    plan.choice = choice.value();
    return plan;
}

bool deletes(const RunPlan& plan) {
    if (!plan.trace) return false;
    const std::vector<index::Operation>& operations = plan.trace->operations;
    return std::any_of(operations.begin(), operations.end(),
                       [](const index::Operation& each) { return each.kind == index::OperationKind::kErase; });
}

index::KvKnowledge knowledge_of(const KvStore& store) {
    if (store.may_lack_records()) return index::KvKnowledge({});
    const KvNote& note = store.note();
    const index::Ycsb ycsb(index::Workload::kLoad, index::Distribution::kUniform, note.records, note.seed);
    std::vector<index::Key> keys(note.records);
    for (uint64_t record = 0; record < note.records; ++record) keys[record] = ycsb.key(record);
    return index::KvKnowledge(std::move(keys));
}

Result<index::KvBenchResult> run(KvStore& store, const RunPlan& plan, const CommitChoice& commit) {
    const KvNote& note = store.note();
    const uint64_t total = plan.operations(note);
    index::KvRunner runner(store.session(), store.index(), note.seed, knowledge_of(store));
    runner.commit_every(commit.every);
    runner.on_acknowledged([&](const index::Operation& operation, std::span<const std::byte> value) -> Status {
        const bool puts = index::puts_a_value(operation.kind);
        if (puts) store.was_put(operation.key, value);
        const bool wrote = puts || operation.kind == index::OperationKind::kErase;
        return wrote && runner.uncommitted() == 0 ? store.commit(commit.sync) : Status();
    });
    std::optional<index::Ycsb> ycsb;
    if (!plan.trace)
        ycsb.emplace(plan.workload, plan.distribution(), note.records, note.seed, [] { return !interrupted(); });
    const auto next = [&](uint64_t i) {
        if (plan.trace) return plan.trace->operations[i];
        index::Operation operation = ycsb->next();
        operation.value_bytes = note.value_bytes;
        return operation;
    };
    index::KvMeasurement measurement(store.session(), store.index(), runner);
    measurement.start();
    Progress progress(total, "operations");
    const Result<index::KvOutcome> outcome = runner.run_phase(
        {.end = total, .total = total, .next = next, .numbered = plan.trace ? "line" : "record"}, [&](uint64_t done) {
            progress.update(done);
            return !interrupted();
        });
    // Also when the index refuses an operation: those before it are kept.
    if (Status status = store.commit(commit.sync); outcome.ok() && !status.ok()) return status;
    if (!outcome.ok()) return outcome.status();
    index::KvBenchResult result = measurement.finish(outcome.value());
    result.wrong_answer = runner.wrong_answer();
    return result;
}

KvLoad describe(KvStore& store, const RunPlan& plan) {
    const IndexChoice choice{.kind = store.index().kind(), .config = store.index().config()};
    KvLoad load{.index = choice, .workload = "trace", .records = store.note().records};
    if (plan.trace) {
        load.trace = plan.trace->name;
        return load;
    }
    load.workload = index::to_string(plan.workload);
    load.distribution = index::to_string(plan.distribution());
    return load;
}

int conclude(const CommandLine& line, const index::KvBenchResult& result, uint64_t total) {
    if (result.outcome == index::KvOutcome::kWrongAnswer) {
        print_error(result.wrong_answer +
                    "\nthe store does not hold what was put: see skytrack kv verify, and report "
                    "this with the command");
        return kFailure;
    }
    if (result.outcome != index::KvOutcome::kInterrupted) return kDone;
    print_note(
        fmt::format("interrupted after {} of {} operations, which are all in the store\n"
                    "the same command runs its {} operations again on the store '{}' as it is now",
                    result.ops, total, total, memory::printable_name(line.text("folder"))));
    return kInterrupted;
}

int run_on(const CommandLine& line, Command& command, KvStore& store, const RunPlan& plan,
           const CommitChoice& commit) {
    const uint64_t loaded = store.loaded();
    if (loaded != store.note().records)
        return command.fail(Status::error(
            fmt::format("the store '{0}' has {1} of its {2} records\nload the others first: skytrack kv load {0}",
                        memory::printable_name(line.text("folder")), loaded, store.note().records)));
    if (const Status status = store.note_loaded(); !status.ok()) return command.fail(status);
    if (deletes(plan))
        if (const Status status = store.note_deleting(); !status.ok()) return command.fail(status);
    if (commit.ack)
        if (const Status status = store.acknowledge_into(*commit.ack); !status.ok()) return command.fail(status);
    const Result<index::KvBenchResult> result = run(store, plan, commit);
    if (!result.ok())
        return command.fail(
            Status::error(fmt::format("{}\nwhat was committed before stays in the store '{}'",
                                      result.status().message(), memory::printable_name(line.text("folder")))));
    Row row = kv_row(store.session(), describe(store, plan), result.value());
    add_store(row, store);
    Report report = command.report();
    report.seed = store.note().seed;
    report.interrupted = result.value().outcome == index::KvOutcome::kInterrupted;
    report.rows.push_back(row);
    report.statistics.push_back(result.value().statistics());
    if (const Status status = store.close(commit.sync); !status.ok()) return command.fail(status);
    if (const Status status = command.finish(report); !status.ok()) return command.fail(status);
    return conclude(line, result.value(), plan.operations(store.note()));
}

}  // namespace

int kv_run(const Call& call) {
    CommandLine line = make_line();
    Command command(line, call, adjust_to_store);
    if (command.done()) return command.exit_code();
    const Result<CommitChoice> commit = read_commit(line);
    if (!commit.ok()) return command.fail(commit.status());
    Result<RunPlan> plan = read_plan(line);
    if (!plan.ok()) return command.fail(plan.status());
    const Result<std::unique_ptr<KvStore>> store = open_store(line, command);
    if (!store.ok()) return command.fail(store.status());
    if (line.has("trace")) {
        Result<index::KvTrace> trace = read_trace(line.text("trace"), store.value()->note());
        if (!trace.ok() && interrupted()) return kInterrupted;
        if (!trace.ok()) return command.fail(trace.status());
        plan.value().trace = std::move(trace.value());
    }
    return run_on(line, command, *store.value(), plan.value(), commit.value());
}

}  // namespace sky::cli
