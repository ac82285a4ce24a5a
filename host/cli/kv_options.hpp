#pragma once

#include "host/cli/command.hpp"
#include "host/index/index.hpp"

namespace sky::cli {

inline constexpr uint64_t kMinValueBytes = 8;  ///< of --value-bytes

/// Options that say what tree is made: --index, --mapping, --value-bytes.
void add_index_options(CommandLine& line);

/// What they add to the configuration.
Status adjust_index_sources(const CommandLine& line, ConfigSources& sources);

/// The tree that options and configuration describe.
struct IndexChoice {
    index::Kind kind{};
    index::IndexConfig config{};  ///< its max_value_bytes are those of --value-bytes; mechanisms are all set
};

/// Fails, with the remedy, on a tree that cannot be built on the configured memory or backend.
Result<IndexChoice> read_index(const CommandLine& line, const Command& command);

}  // namespace sky::cli
