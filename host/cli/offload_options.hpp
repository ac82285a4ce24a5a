#pragma once

#include <vector>

#include "host/cli/command_line.hpp"
#include "host/offload/plan/plan.hpp"

namespace sky::cli {

/// --model, --model-dir, --dtype and --resident-bytes: the weights that are streamed.
void add_model_options(CommandLine& line);

/// The models that --model and --model-dir name, in that order; at least one.
[[nodiscard]] Result<std::vector<offload::Model>> read_models(const CommandLine& line);

/// The dtype given for an option, one of `dtypes`.
[[nodiscard]] Result<offload::Dtype> read_dtype(const CommandLine& line, const std::string& option,
                                                std::span<const offload::Dtype> dtypes);
[[nodiscard]] Result<uint64_t> read_resident_bytes(const CommandLine& line);

}  // namespace sky::cli
