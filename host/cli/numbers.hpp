#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sky::cli {

/// A decimal number without sign, blanks or anything behind it that fits 64 bits.
[[nodiscard]] std::optional<uint64_t> parse_decimal(std::string_view text);

}  // namespace sky::cli
