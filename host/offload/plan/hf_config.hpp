#pragma once

#include <optional>
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

/// Llama 3 stretches the long waves of its positions.
struct Llama3Rope {
    double factor = 1;
    double low_frequency_factor = 1;
    double high_frequency_factor = 4;
    uint64_t original_positions = 8192;
};

/// What a decoder computes with beside its tensors.
struct DecoderSettings {
    double rms_norm_eps = 1e-5;
    double rope_theta = 10000;
    std::optional<Llama3Rope> llama3_rope{};
};

struct HfDecoder {
    DecoderShape shape;
    DecoderSettings settings;
};

/// The same of a decoder that is to be trained. What the trainer cannot compute is refused by its name: a mixture of
/// experts, an unknown rope_scaling, a bias where it has none, a sliding window.
[[nodiscard]] Result<HfDecoder> read_hf_decoder(const std::string& folder);

}  // namespace sky::offload
