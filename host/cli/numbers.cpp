#include "host/cli/numbers.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace sky::cli {

std::optional<uint64_t> parse_decimal(std::string_view text) {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

namespace {

bool multiply(uint64_t& number, uint64_t by, uint64_t times) {
    bool fits = true;
    for (uint64_t i = 0; i < times && fits; ++i) fits = !__builtin_mul_overflow(number, by, &number);
    return fits;
}

/// Multiplies by what stands behind a number of bytes; false when that is no unit, or is too much.
bool apply_unit(uint64_t& number, std::string_view unit) {
    constexpr std::string_view kPrefixes = "KMGTP";
    if (unit.empty() || unit == "B") return true;
    const size_t power = unit[0] == 'k' ? 0 : kPrefixes.find(unit[0]);
    if (power == std::string_view::npos) return false;
    const std::string_view rest = unit.substr(1);
    if (rest == "B") return multiply(number, 1000, power + 1);
    return (rest.empty() || rest == "iB") && multiply(number, 1024, power + 1);
}

}  // namespace

std::optional<uint64_t> parse_bytes(std::string_view text) {
    const auto digits_of = [&text] {
        const size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
        std::string digits(text.substr(0, end));
        text.remove_prefix(end);
        return digits;
    };
    std::string digits = digits_of();
    if (digits.empty()) return std::nullopt;
    uint64_t fraction = 0;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const std::string behind = digits_of();
        if (behind.empty()) return std::nullopt;
        fraction = behind.size();
        digits += behind;
    }
    uint64_t exponent = 0;
    if (text.starts_with('e')) {
        text.remove_prefix(1);
        const std::optional<uint64_t> parsed = parse_decimal(digits_of());
        if (!parsed) return std::nullopt;
        exponent = *parsed;
    }
    std::optional<uint64_t> number = parse_decimal(digits);
    const uint64_t common = std::min(exponent, fraction);
    uint64_t divisor = 1;
    if (!number || !multiply(divisor, 10, fraction - common) || !multiply(*number, 10, exponent - common) ||
        !apply_unit(*number, text) || *number % divisor != 0)
        return std::nullopt;
    return *number / divisor;
}

}  // namespace sky::cli
