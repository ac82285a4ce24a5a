#pragma once

#include <string>

#include "host/memory/status.hpp"

namespace sky::memory {

/// "cannot `what` 'path'", why by its errno, and what to do: free some space when there is none left.
[[nodiscard]] Status file_error(const std::string& path, const char* what, int error);

}  // namespace sky::memory
