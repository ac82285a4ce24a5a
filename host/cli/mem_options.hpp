#pragma once

#include <string>

#include "host/cli/command.hpp"

namespace sky::cli {

/// Options that `mem bench` and `mem replay` have in common. `write_alg_default` empty: none.
void add_mem_options(CommandLine& line, const std::string& write_alg_help, const std::string& write_alg_default);

/// What --mapping and --write-alg add to the configuration.
Status adjust_mem_sources(const CommandLine& line, ConfigSources& sources);

/// The algorithm of --write-alg, or `otherwise` when there is none, if it has a meaning in the configured mapping.
/// Says on standard error what was switched on for it.
Result<memory::WriteAlg> read_write_alg(const CommandLine& line, const Command& command, memory::WriteAlg otherwise);

/// Starts the session as the options say it.
Status start_session(const CommandLine& line, Command& command);

/// Makes the files that the options name, from then on written to, and loads the image of --load-image.
Status open_files(const CommandLine& line, Command& command);

/// On how many rows the requests run; says so on standard error when these are not all.
Result<uint64_t> folded_rows(const CommandLine& line, const Command& command);

}  // namespace sky::cli
