#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "host/cli/command.hpp"
#include "host/cli/kv_note.hpp"
#include "host/cli/kv_store.hpp"

namespace sky::cli {

/// FOLDER, the only argument without a dash of the commands on a store.
void add_store_argument(CommandLine& line);
Result<std::string> store_folder(const CommandLine& line);

/// Of the commands that write: --commit-every, --ack and --sync.
void add_commit_options(CommandLine& line, const std::string& commit_every);
struct CommitChoice {
    uint64_t every = 1;  ///< puts and erases
    std::optional<std::string> ack{};
    bool sync = false;
};
Result<CommitChoice> read_commit(const CommandLine& line);

/// The configuration of a store that is there is the one it was made with. Fails when there is none.
Status adjust_to_store(const CommandLine& line, ConfigSources& sources);

/// What options, files and settings say otherwise than the store's note is an error that names both.
Status check_as_noted(const CommandLine& line, const Command& command, const KvNote& note);

/// Opens the store of a command that does not make one.
Result<std::unique_ptr<KvStore>> open_store(const CommandLine& line, Command& command);

/// Columns that say what the opening took and what lies in the folder.
void add_store(Row& row, const KvStore& store);

}  // namespace sky::cli
