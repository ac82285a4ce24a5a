#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "host/memory/status.hpp"

namespace sky::regfile {

/// Addresses stand in JSON files as text, "0x80000000".
[[nodiscard]] std::string address_text(uint64_t address);
[[nodiscard]] std::optional<uint64_t> parse_address(const std::string& text);

/// Nothing when there is no such number, or address, in the object.
[[nodiscard]] std::optional<uint64_t> address_in(const nlohmann::json& object, const char* name);
[[nodiscard]] std::optional<uint64_t> number_in(const nlohmann::json& object, const char* name);

/// The file as an object whose "format" and "version" are these. `remedy`: how to get one.
[[nodiscard]] Result<nlohmann::json> read_json(const std::string& path, const std::string& format, uint64_t version,
                                               const std::string& remedy);
/// Whole or not at all.
[[nodiscard]] Status write_json(const std::string& path, const nlohmann::ordered_json& content);

/// A message about a file that was read: "path: what", and the remedy.
[[nodiscard]] Status bad_file(const std::string& path, const std::string& what, const std::string& remedy);

}  // namespace sky::regfile
