#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "host/cli/command.hpp"
#include "host/cli/kv_options.hpp"
#include "host/cli/kv_report.hpp"
#include "host/cli/kv_room.hpp"
#include "host/cli/kv_store.hpp"
#include "host/cli/kv_store_options.hpp"
#include "host/cli/mapping_option.hpp"
#include "host/cli/terminal.hpp"
#include "host/index/kv_measurement.hpp"
#include "host/index/ycsb.hpp"
#include "host/memory/printable.hpp"

namespace sky::cli {

namespace {

const std::vector<std::string> kDurableKinds{"skyeps", "bplus_par"};

CommandLine make_line() {
    CommandLine line({.name = "kv load",
                      .synopsis = "skytrack kv load FOLDER [options]",
                      .about =
                          "Makes a store, an ordered index on a memory that is kept in a folder, and inserts the "
                          "records of YCSB.\nThe same command goes on with a load that was interrupted or killed; it "
                          "outlives SIGKILL at any moment.",
                      .examples = "  skytrack kv load store --records 100000\n"
                                  "  skytrack kv load store --index bplus_par --value-bytes 64 --mapping bit\n"
                                  "  skytrack kv load store --commit-every 1 --ack acknowledged.txt --sync\n"});
    add_store_argument(line);
    line.add_option("index", "NAME", "skyeps or bplus_par, the trees that can be durable", "skyeps");
    line.add_option("records", "N", "records inserted", "50000");
    line.add_option("value-bytes", "V", "bytes of a value, 8 to 4096", "8");
    add_mapping_option(line, kBitPreset);
    add_commit_options(line, "1000");
    return line;
}

/// What the options say of a store that is to be made; its configuration comes with the command.
Result<KvNote> read_note(const CommandLine& line) {
    const Result<std::string> kind = line.choice("index", kDurableKinds);
    if (!kind.ok()) return kind.status();
    const Result<uint64_t> records = line.number("records", 1, std::numeric_limits<uint32_t>::max());
    if (!records.ok()) return records.status();
    const Result<uint64_t> value_bytes = read_value_bytes(line);
    if (!value_bytes.ok()) return value_bytes.status();
    return KvNote{.kind = *index::parse_kind(kind.value()),
                  .records = records.value(),
                  .value_bytes = static_cast<uint32_t>(value_bytes.value()),
                  .config = {}};
}

/// The configuration of the store that is there, or a memory that is large enough for a new one.
Status adjust(const CommandLine& line, ConfigSources& sources) {
    const Result<std::string> folder = store_folder(line);
    if (!folder.ok()) return folder.status();
    const Result<std::optional<KvNote>> stored = KvNote::read(folder.value());
    if (!stored.ok()) return stored.status();
    if (Status status = adjust_index_sources(line, sources); !status.ok()) return status;
    if (stored.value()) {
        sources.chosen = stored.value()->config;
        return {};
    }
    const Result<KvNote> note = read_note(line);
    if (!note.ok()) return note.status();
    const Result<Config> config = Config::load(shipped_preset_folder(), sources);
    if (!config.ok()) return config.status();
    sources.chosen = room_for(note.value(), config.value());
    return {};
}

Result<std::unique_ptr<KvStore>> create_store(const CommandLine& line, Command& command) {
    Result<KvNote> note = read_note(line);
    if (!note.ok()) return note.status();
    note.value().seed = command.common().seed;
    note.value().config = command.config().assignments();
    if (Status status = check_mapping(line, command.config()); !status.ok()) return status;
    const memory::SessionConfig config = command.config().session(command.common().backend);
    if (config.backend != memory::Backend::kFast)
        return Status::error(
            fmt::format("a store cannot be on backend {}\nuse --backend fast", memory::to_string(config.backend)));
    const Result<IndexChoice> choice = choose_durable_index(command, note.value().kind, note.value().value_bytes);
    if (!choice.ok()) return choice.status();
    if (Status status = check_room(note.value(), command.config()); !status.ok()) return status;
    if (Status status = command.prepare(); !status.ok()) return status;
    return KvStore::create(line.text("folder"), config, choice.value(), note.value());
}

/// Made, or opened again where a load had begun.
Result<std::unique_ptr<KvStore>> make_store(const CommandLine& line, Command& command) {
    const std::string folder = line.text("folder");
    const Result<std::optional<KvNote>> note = KvNote::read(folder);
    if (!note.ok()) return note.status();
    if (!note.value()) return create_store(line, command);
    if (Status status = check_as_noted(line, command, *note.value()); !status.ok()) return status;
    const Result<IndexChoice> choice = choose_durable_index(command, note.value()->kind, note.value()->value_bytes);
    if (!choice.ok()) return choice.status();
    if (Status status = command.prepare(); !status.ok()) return status;
    return KvStore::open(folder, &choice.value());
}

/// Inserts the records from `first` on.
Result<index::KvBenchResult> insert(KvStore& store, const CommitChoice& commit, uint64_t first) {
    const KvNote& note = store.note();
    const index::Ycsb ycsb(index::Workload::kLoad, index::Distribution::kUniform, note.records, note.seed);
    index::KvRunner runner(store.session(), store.index(), note.seed, std::nullopt);
    runner.commit_every(commit.every);
    runner.on_acknowledged([&](const index::Operation& operation, std::span<const std::byte> value) -> Status {
        store.was_put(operation.key, value);
        return runner.uncommitted() == 0 ? store.commit(commit.sync) : Status();
    });
    index::KvMeasurement measurement(store.session(), store.index(), runner);
    measurement.start();
    Progress progress(note.records, "records");
    const auto next = [&](uint64_t record) {
        index::Operation operation = ycsb.load(record);
        operation.value_bytes = note.value_bytes;
        return operation;
    };
    const Result<index::KvOutcome> outcome = runner.run_phase(
        {.begin = first, .end = note.records, .total = note.records, .next = next}, [&](uint64_t done) {
            progress.update(done);
            return !interrupted();
        });
    // Also when the index refuses a record: those before it are kept.
    if (Status status = store.commit(commit.sync); outcome.ok() && !status.ok()) return status;
    if (!outcome.ok()) return outcome.status();
    return measurement.finish(outcome.value());
}

int conclude(const CommandLine& line, const KvStore& store, uint64_t loaded) {
    if (loaded == store.note().records) return kDone;
    print_note(
        fmt::format("interrupted after {} of {} records, which are all in the store\n"
                    "go on with the same command: skytrack kv load {}",
                    loaded, store.note().records, line.text("folder")));
    return kInterrupted;
}

int load(const CommandLine& line, Command& command, const CommitChoice& commit) {
    Result<std::unique_ptr<KvStore>> made = make_store(line, command);
    if (!made.ok()) return command.fail(made.status());
    KvStore& store = *made.value();
    if (commit.ack)
        if (const Status status = store.acknowledge_into(*commit.ack); !status.ok()) return command.fail(status);
    const uint64_t first = store.loaded();
    if (first == store.note().records)
        print_note(fmt::format("all {} records are in the store already", first));
    else if (first != 0)
        print_note(fmt::format("going on with record {} of {}", first + 1, store.note().records));
    const Result<index::KvBenchResult> result = insert(store, commit, first);
    if (!result.ok())
        return command.fail(Status::error(fmt::format(
            "{}\nthe records before it stay in the store '{}'; if its memory is full, load into a new folder "
            "with --set device.tracks={}",
            result.status().message(), memory::printable_name(line.text("folder")),
            more_tracks(store.note(), store.session().geometry()))));
    const uint64_t loaded = first + result.value().ops;
    const IndexChoice choice{.kind = store.index().kind(), .config = store.index().config()};
    Row row = kv_row(store.session(), {.index = choice, .workload = "load", .records = store.note().records},
                     result.value());
    row.count("records_before", first, "records that were in the store when the command began");
    add_store(row, store);
    Report report = command.report();
    report.seed = store.note().seed;
    report.interrupted = loaded != store.note().records;
    report.rows.push_back(row);
    report.statistics.push_back(result.value().statistics());
    if (const Status status = store.close(commit.sync); !status.ok()) return command.fail(status);
    if (loaded == store.note().records)
        if (const Status status = store.note_loaded(); !status.ok()) return command.fail(status);
    if (const Status status = command.finish(report); !status.ok()) return command.fail(status);
    return conclude(line, store, loaded);
}

}  // namespace

int kv_load(const Call& call) {
    CommandLine line = make_line();
    Command command(line, call, adjust);
    if (command.done()) return command.exit_code();
    const Result<CommitChoice> commit = read_commit(line);
    if (!commit.ok()) return command.fail(commit.status());
    return load(line, command, commit.value());
}

}  // namespace sky::cli
