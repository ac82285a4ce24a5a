#pragma once

#include <string>

#include "host/memory/status.hpp"
#include "host/regfile/flow_equations.hpp"

namespace sky::regfile {

/// Probabilities as text, a line each; blank lines and what follows a # count for nothing:
///
///     # instruction  goes to     of the times it is executed
///     0x80000010     0x80000004  0.9
///     0x80000020     end         1
///
/// Of a conditional branch the one line names its target; what is left falls through. Of a jump all lines together
/// are
/// 1. `end`: the run ends behind the instruction.
///
/// Errors name the line: what is no such line, an instruction that is none or cannot go there, more than 1 in all.
[[nodiscard]] Result<Chances> load_chances(const std::string& path, const Code& code);

/// Errors: the file cannot be written.
[[nodiscard]] Status save_chances(const std::string& path, const Chances& chances, const Code& code);

}  // namespace sky::regfile
