#pragma once

#include <string>

#include "host/cli/command.hpp"
#include "host/memory/array_shape.hpp"

namespace sky::cli {

/// Options that `mem bench` and `mem replay` have in common. `write_alg_default` empty: none.
void add_mem_options(CommandLine& line, const std::string& write_alg_help, const std::string& write_alg_default);

/// What --mapping and --write-alg add to the configuration.
Status adjust_mem_sources(const CommandLine& line, ConfigSources& sources);

/// The algorithm of --write-alg, or `otherwise` when there is none, if it has a meaning in the configured mapping.
/// Says on standard error what was switched on for it.
Result<memory::WriteAlg> read_write_alg(const CommandLine& line, const Command& command, memory::WriteAlg otherwise);

/// What the requests of a run are folded onto: rows modulo `rows`, segments modulo `segments`.
struct Fold {
    uint64_t rows = 0;
    uint32_t segments = 0;
};

/// Starts the session as the options say it, with as many segments as the requests are folded onto.
Status start_session(const CommandLine& line, Command& command);

/// Makes the files that the options name, from then on written to, and loads the image of --load-image.
Status open_files(const CommandLine& line, Command& command);

/// The options that say what the configured array is.
[[nodiscard]] memory::ShapingOptions shaping_options(const CommandLine& line);

/// Onto what the requests are folded; says so on standard error when that is not the whole memory, and for `rtl` with
/// which options the other backends do the same.
Result<Fold> read_fold(const CommandLine& line, const Command& command);

}  // namespace sky::cli
