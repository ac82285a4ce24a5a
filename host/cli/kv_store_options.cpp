#include "host/cli/kv_store_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "host/cli/mapping_option.hpp"
#include "host/memory/printable.hpp"
#include "host/memory/store_folder.hpp"

namespace sky::cli {

namespace {

Status differs(const std::string& given, const std::string& folder, const std::string& noted) {
    return Status::error(
        fmt::format("{} is given, but the store '{}' was made with {}\nleave it out, or load into a "
                    "new folder",
                    given, memory::printable_name(folder), noted));
}

/// One option of load against what the store was made with.
Status check_option(const CommandLine& line, const char* option, const std::string& folder,
                    const std::string& noted) {
    if (!line.given(option) || line.text(option) == noted) return {};
    return differs(fmt::format("--{} {}", option, memory::printable(line.text(option))), folder, noted);
}

}  // namespace

void add_store_argument(CommandLine& line) { line.add_positional("folder"); }

Result<std::string> store_folder(const CommandLine& line) {
    if (line.has("folder") && !line.text("folder").empty()) return line.text("folder");
    return Status::error("there is no folder of a store\nexpected " + line.about().synopsis);
}

void add_commit_options(CommandLine& line, const std::string& commit_every) {
    line.add_option("commit-every", "K", "puts and deletes between two commits; a kill loses those behind the last",
                    commit_every);
    line.add_option(
        "ack", "FILE",
        "append a line 'KEY VALUE', both in hex as kv dump prints them, for each put once it is committed");
    line.add_flag("sync", "a commit also outlives a loss of power (fsync of the store and of the file of --ack)");
}

Result<CommitChoice> read_commit(const CommandLine& line) {
    const Result<uint64_t> every = line.number("commit-every", 1, std::numeric_limits<uint32_t>::max());
    if (!every.ok()) return every.status();
    CommitChoice choice{.every = every.value(), .sync = line.flag("sync")};
    if (line.has("ack")) choice.ack = line.text("ack");
    if (choice.ack && choice.ack->empty()) return Status::error("--ack is empty\nexpected the name of a file");
    return choice;
}

Status adjust_to_store(const CommandLine& line, ConfigSources& sources) {
    const Result<std::string> folder = store_folder(line);
    if (!folder.ok()) return folder.status();
    // Says what is wrong with the folder, and lets go of it again.
    const Result<std::unique_ptr<memory::StoreFolder>> found = memory::StoreFolder::open(folder.value());
    if (!found.ok()) return found.status();
    const Result<std::optional<KvNote>> note = KvNote::read(folder.value());
    if (!note.ok()) return note.status();
    sources.chosen = note.value()->config;
    return {};
}

Status check_as_noted(const CommandLine& line, const Command& command, const KvNote& note) {
    const std::string folder = line.text("folder");
    if (command.common().backend != memory::Backend::kFast)
        return Status::error(fmt::format("--backend {} is given, and a store is on backend fast\nleave it out",
                                         memory::to_string(command.common().backend)));
    Status status = check_option(line, "seed", folder, fmt::format("{}", note.seed));
    const auto check = [&](const char* option, const std::string& noted) {
        if (status.ok() && line.has(option)) status = check_option(line, option, folder, noted);
    };
    check("index", index::to_string(note.kind));
    check("records", fmt::format("{}", note.records));
    check("value-bytes", fmt::format("{}", note.value_bytes));
    if (!status.ok()) return status;
    if (Status mapping = check_mapping(line, command.config()); !mapping.ok()) return mapping;
    const std::vector<Assignment> now = command.config().assignments();
    for (const Assignment& noted : note.config) {
        const auto same_key = [&](const Assignment& each) { return each.key == noted.key; };
        const auto found = std::find_if(now.begin(), now.end(), same_key);
        if (found == now.end() || found->value == noted.value) continue;
        return differs(fmt::format("{} ({} = {})", found->place, found->key, found->value), folder,
                       fmt::format("{} = {}", noted.key, noted.value));
    }
    return {};
}

Result<std::unique_ptr<KvStore>> open_store(const CommandLine& line, Command& command) {
    const std::string folder = line.text("folder");
    const Result<std::optional<KvNote>> note = KvNote::read(folder);
    if (!note.ok()) return note.status();
    if (!note.value())
        return Status::error(fmt::format("'{}' is no store: it has no file named image\nname the folder of a store",
                                         memory::printable_name(folder)));
    if (Status status = check_as_noted(line, command, *note.value()); !status.ok()) return status;
    if (Status status = command.prepare(); !status.ok()) return status;
    return KvStore::open(folder);
}

void add_store(Row& row, const KvStore& store) {
    row.figure("recovery_ns", static_cast<double>(store.recovery_ps()) / 1000, "ns of model time to open the index");
    row.figure("recovery_pj", static_cast<double>(store.recovery_fj()) / 1000, "pJ to open the index");
    row.count("journal_bytes_written", store.journal_bytes_written(), "bytes written to the journal on the host");
    row.count("journal_bytes", store.journal_bytes(), "bytes of the journal, before it is folded into the image");
    row.count("generation", store.generation(), "of the image, before the journal is folded into it");
}

}  // namespace sky::cli
