#include "host/cli/numbers.hpp"

#include <charconv>

namespace sky::cli {

std::optional<uint64_t> parse_decimal(std::string_view text) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace sky::cli
