#pragma once

#include <string>

#include "host/memory/status.hpp"
#include "host/regfile/cost.hpp"

namespace sky::regfile {

/// Which register lies where in a horizontal array, as JSON: "positions", that of x0 first.
[[nodiscard]] Status save_placement(const std::string& path, const std::string& program, const Placement& placement);
/// Errors: the file is none, or does not give each register a position of its own.
[[nodiscard]] Result<Placement> load_placement(const std::string& path);

}  // namespace sky::regfile
