#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "host/cli/command.hpp"
#include "host/index/index.hpp"
#include "host/index/ycsb.hpp"

namespace sky::cli {

inline constexpr uint64_t kMinValueBytes = 8;           ///< of --value-bytes
inline constexpr const char* kBitPreset = "index_bit";  ///< what --mapping bit stands for

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
/// The same for one of the durable kinds. The kind and the length of the values are given.
Result<IndexChoice> choose_durable_index(const Command& command, index::Kind kind, uint64_t value_bytes);
/// That of --value-bytes, whatever the tree.
Result<uint64_t> read_value_bytes(const CommandLine& line);

/// Options of a run phase: --operations and --distribution.
void add_run_options(CommandLine& line);
struct RunChoice {
    std::optional<uint64_t> operations{};
    std::optional<index::Distribution> distribution{};
};
Result<RunChoice> read_run(const CommandLine& line);

template <typename Named>
std::vector<std::string> names_of(const Named& values) {
    std::vector<std::string> names;
    names.reserve(values.size());
    for (const auto value : values) names.emplace_back(index::to_string(value));
    return names;
}

/// Fails when one of the options is given: it has no effect on `where`.
Status check_no_effect(const CommandLine& line, std::initializer_list<const char*> options, const std::string& where,
                       const std::string& remedy);

}  // namespace sky::cli
