#pragma once

#include <string>

namespace sky::cli {

/// The word as a shell takes it for one: in quotes where it has to be.
[[nodiscard]] std::string shell_word(const std::string& word);

}  // namespace sky::cli
