#pragma once

#include <string>

#include "host/cli/command_line.hpp"
#include "host/cli/config.hpp"

namespace sky::cli {

/// Option --mapping word|bit. A preset, laid under --config and --set, holds the shape that `bit` stands for.
void add_mapping_option(CommandLine& line, const std::string& bit_preset);

/// What --mapping adds to the configuration.
Status adjust_mapping(const CommandLine& line, const std::string& bit_preset, ConfigSources& sources);

/// --mapping names a shape; a file or setting that says otherwise is a contradiction.
Status check_mapping(const CommandLine& line, const Config& config);

}  // namespace sky::cli
