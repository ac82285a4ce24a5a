#pragma once

#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/plan/model.hpp"

namespace sky::offload {

/// What read_hf_config knows, as `architectures` of a config.json names it.
[[nodiscard]] std::vector<std::string> known_architectures();

/// The model that FOLDER/config.json, a file as Hugging Face writes it, describes; named after the folder. Reads
/// shapes only: where a field is missing, wrong or absurd, the error names file, field and what was expected.
[[nodiscard]] Result<Model> read_hf_config(const std::string& folder);

}  // namespace sky::offload
