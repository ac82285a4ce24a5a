#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sky::cli {

/// What a key holds.
using ConfigValue = std::variant<uint64_t, bool, std::string>;

enum class KeyType : uint8_t { kInteger, kBoolean, kText };

/// One key of the configuration and what it may hold. Values, units and sources are in host/presets.
struct ConfigKey {
    std::string_view section;
    std::string_view name;
    KeyType type = KeyType::kInteger;
    uint64_t low = 0;  ///< of an integer
    uint64_t high = 0;
    std::span<const std::string_view> choices{};  ///< of a text
    bool power_of_two = false;                    ///< of an integer

    /// "section.name"
    [[nodiscard]] std::string dotted() const;
    /// "an integer from 1 to 64", "2, 4 or 8", "true or false", "\"exact\" or \"ghz\""
    [[nodiscard]] std::string expected() const;
    /// Of an integer key.
    [[nodiscard]] bool takes(uint64_t number) const;
};

/// Every key, grouped by section, in the order in which the configuration is printed.
[[nodiscard]] std::span<const ConfigKey> config_keys();

/// Index into config_keys().
[[nodiscard]] std::optional<size_t> find_key(std::string_view dotted);
[[nodiscard]] std::vector<std::string> all_sections();

}  // namespace sky::cli
