#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sky::cli {

/// A decimal number without sign, blanks or anything behind it that fits 64 bits.
[[nodiscard]] std::optional<uint64_t> parse_decimal(std::string_view text);

/// Bytes, exactly: "137438953472", "600e12", "1.5e9", "128G" or "128GiB" (powers of 1024), "512GB" (powers of 1000).
[[nodiscard]] std::optional<uint64_t> parse_bytes(std::string_view text);

}  // namespace sky::cli
