#pragma once

#include <span>
#include <string>
#include <string_view>

namespace sky::memory {

/// Fewest insertions, deletions and replacements of one character that turn `a` into `b`.
[[nodiscard]] size_t edit_distance(std::string_view a, std::string_view b);

/// The first candidate that begins with `word`, else the one with the least edit distance, the first of equals;
/// empty when none is near.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace sky::memory
