#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/cli/command.hpp"
#include "host/regfile/code.hpp"
#include "host/regfile/profile.hpp"

namespace sky::cli {

/// A figure of a row.
struct NamedCount {
    std::string name;
    uint64_t value = 0;
    std::string unit;
};

/// A profile, wherever it is from.
struct SourcedProfile {
    std::string source;  ///< model, rtl, qemu, probabilities
    regfile::Code code;
    regfile::Profile profile;
    std::optional<uint8_t> exit_code{};
    bool stopped = false;              ///< by Ctrl-C
    std::vector<std::string> notes{};  ///< what is approximate
    std::vector<NamedCount> counts{};  ///< of the source
};

/// The options of rf profile that say where profiles come from.
void add_profile_sources(CommandLine& line);
/// Errors: options that do not go together, a program or a file that does not serve.
[[nodiscard]] Result<SourcedProfile> profile_from_source(const CommandLine& line, const Command& command);

/// A program whose code is asked for: bare-metal and of 32 bits, or a Linux one of 64 bits, where it was loaded.
[[nodiscard]] Result<regfile::Code> code_of_program(const std::string& path, uint64_t load_address);

/// The address given for an option.
[[nodiscard]] Result<uint64_t> address_option(const CommandLine& line, const std::string& name);

}  // namespace sky::cli
