#pragma once

#include <string>
#include <string_view>

namespace sky::memory {

/// What a message repeats of a name or line it was given: at most 60 characters, all of them printable.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace sky::memory
