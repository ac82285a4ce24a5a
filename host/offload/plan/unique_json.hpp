#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "host/memory/status.hpp"

namespace sky::offload {

/// A JSON text in which no object has a key twice: of two values one would be lost in silence. The error says with
/// line or key what is wrong, in words that go behind the name of the file.
[[nodiscard]] Result<nlohmann::json> parse_unique_json(const std::string& text);

}  // namespace sky::offload
