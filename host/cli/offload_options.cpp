#include "host/cli/offload_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "host/memory/nearest.hpp"
#include "host/memory/printable.hpp"
#include "host/offload/plan/hf_config.hpp"
#include "host/offload/plan/known_models.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxResidentBytes = uint64_t{1} << 50;

Result<offload::Model> find_model(const std::string& name) {
    if (std::optional<offload::Model> model = offload::known_model(name)) return std::move(*model);
    const std::vector<std::string> names = offload::known_model_names();
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    const auto same = std::find(names.begin(), names.end(), lower);  // which nearest() takes for no mistake
    const std::string near = same != names.end() ? *same : memory::nearest(lower, names);
    return Status::error(fmt::format("no model is named '{}'\n{}expected {}, or --model-dir with a config.json",
                                     memory::printable(name), near.empty() ? "" : "nearest: " + near + "; ",
                                     fmt::join(names, " or ")));
}

}  // namespace

void add_model_options(CommandLine& line) {
    line.add_list("model", "NAME", fmt::format("{}; repeatable", fmt::join(offload::known_model_names(), ", ")));
    line.add_list("model-dir", "DIR", "a model whose config.json lies in this folder; repeatable");
    line.add_option("dtype", "NAME", "of the weights that are computed with: fp32, fp16 or bf16", "fp16");
    line.add_option("resident-bytes", "BYTES",
                    "tensors of fewer bytes stay in host memory; with 0 none does, and vectors and routers take none",
                    "0");
}

Result<std::vector<offload::Model>> read_models(const CommandLine& line) {
    std::vector<offload::Model> models;
    for (const std::string& name : line.texts("model")) {
        Result<offload::Model> model = find_model(name);
        if (!model.ok()) return model.status();
        models.push_back(std::move(model.value()));
    }
    for (const std::string& folder : line.texts("model-dir")) {
        Result<offload::Model> model = offload::read_hf_config(folder);
        if (!model.ok()) return model.status();
        models.push_back(std::move(model.value()));
    }
    if (!models.empty()) return models;
    return Status::error(fmt::format("no model is given\nexpected --model {}, or --model-dir with a config.json",
                                     fmt::join(offload::known_model_names(), " or ")));
}

Result<offload::Dtype> read_dtype(const CommandLine& line, const std::string& option,
                                  std::span<const offload::Dtype> dtypes) {
    std::vector<std::string> names;
    for (const offload::Dtype dtype : dtypes) names.emplace_back(offload::to_string(dtype));
    const Result<std::string> name = line.choice(option, names);
    if (!name.ok()) return name.status();
    return dtypes[static_cast<size_t>(std::find(names.begin(), names.end(), name.value()) - names.begin())];
}

Result<uint64_t> read_resident_bytes(const CommandLine& line) {
    return line.bytes("resident-bytes", 0, kMaxResidentBytes);
}

}  // namespace sky::cli
