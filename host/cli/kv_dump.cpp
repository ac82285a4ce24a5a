#include <fmt/format.h>

#include <limits>

#include "host/cli/command.hpp"
#include "host/cli/kv_ack.hpp"
#include "host/cli/kv_store.hpp"
#include "host/cli/kv_store_options.hpp"
#include "host/cli/terminal.hpp"
#include "host/memory/new_file.hpp"
#include "host/memory/printable.hpp"

namespace sky::cli {

namespace {

using index::Key;

CommandLine make_line() {
    CommandLine line({.name = "kv dump",
                      .synopsis = "skytrack kv dump FOLDER [options]",
                      .about =
                          "Every entry of a store in the order of the keys, a line 'KEY VALUE' each, both in hex, "
                          "to standard output\nor to a file, which appears whole or not at all. Nothing is "
                          "committed; what a kill left half done is cut off.",
                      .examples = "  skytrack kv dump store | head\n"
                                  "  skytrack kv dump store --from 0x4000000000000000 --to 0x7fffffffffffffff\n"
                                  "  skytrack kv dump store --output entries.txt --json\n"});
    add_store_argument(line);
    line.add_option("output", "FILE", "write the lines there and a report to standard output");
    line.add_option("from", "KEY", "the first key, in hex, with or without 0x");
    line.add_option("to", "KEY", "the last key");
    return line;
}

struct KeyRange {
    Key from = 0;
    Key to = std::numeric_limits<Key>::max();
};

Result<Key> read_key(const CommandLine& line, const char* option, Key otherwise) {
    if (!line.has(option)) return otherwise;
    const std::string given = line.text(option);
    const std::string digits = given.starts_with("0x") || given.starts_with("0X") ? given.substr(2) : given;
    const bool hex = !digits.empty() && digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (!hex || digits.size() > 16)
        return Status::error(fmt::format("--{} is '{}'\nexpected a key of 1 to 16 hex digits, such as {:016x}",
                                         option, memory::printable(given), uint64_t{0x1f} << 40U));
    return static_cast<Key>(std::stoull(digits, nullptr, 16));
}

Result<KeyRange> read_range(const CommandLine& line) {
    const KeyRange all;
    const Result<Key> from = read_key(line, "from", all.from);
    if (!from.ok()) return from.status();
    const Result<Key> to = read_key(line, "to", all.to);
    if (!to.ok()) return to.status();
    if (from.value() > to.value())
        return Status::error(fmt::format("--from {:016x} lies behind --to {:016x}\ngive the lower key to --from",
                                         from.value(), to.value()));
    return KeyRange{.from = from.value(), .to = to.value()};
}

Status check_report_options(const CommandLine& line, const Command& command) {
    if (line.has("output")) return {};
    const bool asked = command.common().json || command.common().verbose || !command.common().out.empty();
    if (!asked) return {};
    return Status::error(
        "--json, --out and -v ask for a report, but standard output gets the entries\nadd --output FILE for these");
}

/// Writes the lines of the range. Returns how many, or none when it was interrupted.
Result<std::optional<uint64_t>> dump(KvStore& store, const KeyRange& range,
                                     const std::function<Status(const std::string&)>& write) {
    constexpr size_t kPieceBytes = size_t{1} << 16;
    const std::unique_ptr<index::Iterator> at = store.index().iterate();
    Progress progress(0, "entries");
    std::string piece;
    uint64_t entries = 0;
    for (at->seek(range.from); at->valid() && at->key() <= range.to; at->next()) {
        if (interrupted()) return std::optional<uint64_t>();
        piece += entry_line(at->key(), at->value());
        progress.update(++entries);
        if (piece.size() < kPieceBytes) continue;
        if (Status status = write(piece); !status.ok()) return status;
        piece.clear();
    }
    if (Status status = write(piece); !status.ok()) return status;
    return std::optional(entries);
}

int interrupted_dump() {
    print_note("interrupted; the store is as it was, and the same command starts again from the beginning");
    return kInterrupted;
}

int to_file(const CommandLine& line, Command& command, KvStore& store, const KeyRange& range) {
    const std::string path = line.text("output");
    if (lies_in_folder(path, line.text("folder")))
        return command.fail(
            Status::error(fmt::format("--output {}: lies in the folder of the store\nname a file "
                                      "elsewhere",
                                      memory::printable_name(path))));
    Result<std::unique_ptr<memory::NewFile>> file = memory::NewFile::create(path);
    if (!file.ok()) return command.fail(file.status());
    uint64_t bytes = 0;
    const auto entries = dump(store, range, [&](const std::string& piece) {
        bytes += piece.size();
        file.value()->write(piece);
        return file.value()->status();
    });
    if (!entries.ok()) return command.fail(entries.status());
    if (!entries.value()) return interrupted_dump();
    store.session().drain();
    Row row;
    row.text("index", index::to_string(store.index().kind()));
    row.text("file", path);
    row.count("entries", *entries.value(), "entries");
    row.count("file_bytes", bytes, "bytes");
    row.device(store.session().counters(), store.session().timing());
    add_store(row, store);
    Report report = command.report();
    report.seed = store.note().seed;
    report.rows.push_back(row);
    report.statistics.push_back(store.index().statistics());
    if (const Status status = file.value()->commit(); !status.ok()) return command.fail(status);
    if (const Status status = command.finish(report); !status.ok()) return command.fail(status);
    return kDone;
}

}  // namespace

int kv_dump(const Call& call) {
    CommandLine line = make_line();
    Command command(line, call, adjust_to_store);
    if (command.done()) return command.exit_code();
    const Result<KeyRange> range = read_range(line);
    if (!range.ok()) return command.fail(range.status());
    if (const Status status = check_report_options(line, command); !status.ok()) return command.fail(status);
    const Result<std::unique_ptr<KvStore>> store = open_store(line, command);
    if (!store.ok()) return command.fail(store.status());
    if (line.has("output")) return to_file(line, command, *store.value(), range.value());
    const auto entries = dump(*store.value(), range.value(), print);
    if (!entries.ok()) return command.fail(entries.status());
    return entries.value() ? kDone : interrupted_dump();
}

}  // namespace sky::cli
