#pragma once

#include <string>
#include <string_view>

namespace sky::memory {

/// What a message repeats of a name or line it was given: at most 60 characters, all of them printable.
[[nodiscard]] std::string printable(std::string_view text);

/// A file name on one line of a message: whole, with ? for what a terminal would take as a command.
[[nodiscard]] std::string printable_name(std::string_view name);

}  // namespace sky::memory
