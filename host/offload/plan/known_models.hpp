#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/offload/plan/model.hpp"

namespace sky::offload {

/// Models whose public configurations are built in, by name in lower case: "llama-3.1-8b", "gpt2-xl".
[[nodiscard]] std::vector<std::string> known_model_names();
[[nodiscard]] std::optional<Model> known_model(const std::string& name);

}  // namespace sky::offload
