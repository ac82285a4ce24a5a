#include "host/offload/plan/known_models.hpp"

namespace sky::offload {

namespace {

constexpr uint64_t kGpt2Vocabulary = 50257;
constexpr uint64_t kGpt2Positions = 1024;

/// Facts of the public config.json files.
const std::vector<DecoderShape>& decoders() {
    static const std::vector<DecoderShape> kDecoders{
        // name, hidden, intermediate, layers, heads, kv, head_dim, vocabulary, tied, bias, qk-norm, experts, of them
        {"llama-3.2-1b", 2048, 8192, 16, 32, 8, 64, 128256, true},
        {"llama-3.2-3b", 3072, 8192, 28, 24, 8, 128, 128256, true},
        {"llama-3.1-8b", 4096, 14336, 32, 32, 8, 128, 128256, false},
        {"qwen2.5-0.5b", 896, 4864, 24, 14, 2, 64, 151936, true, true},
        {"qwen2.5-1.5b", 1536, 8960, 28, 12, 2, 128, 151936, true, true},
        {"qwen2.5-3b", 2048, 11008, 36, 16, 2, 128, 151936, true, true},
        {"qwen2.5-7b", 3584, 18944, 28, 28, 4, 128, 152064, false, true},
        {"qwen2.5-14b", 5120, 13824, 48, 40, 8, 128, 152064, false, true},
        {"qwen2.5-32b", 5120, 27648, 64, 40, 8, 128, 152064, false, true},
        {"qwen3-8b", 4096, 12288, 36, 32, 8, 128, 151936, false, false, true},
        {"qwen3-14b", 5120, 17408, 40, 40, 8, 128, 151936, false, false, true},
        {"qwen3-32b", 5120, 25600, 64, 64, 8, 128, 151936, false, false, true},
        {"qwen3-30b-a3b", 2048, 768, 48, 32, 4, 128, 151936, false, false, true, 128, 8},
    };
    return kDecoders;
}

const std::vector<Gpt2Shape>& gpt2s() {
    static const std::vector<Gpt2Shape> kGpt2s{
        // name, hidden, layers, intermediate, vocabulary, positions
        {"gpt2", 768, 12, 3072, kGpt2Vocabulary, kGpt2Positions},
        {"gpt2-medium", 1024, 24, 4096, kGpt2Vocabulary, kGpt2Positions},
        {"gpt2-large", 1280, 36, 5120, kGpt2Vocabulary, kGpt2Positions},
        {"gpt2-xl", 1600, 48, 6400, kGpt2Vocabulary, kGpt2Positions},
    };
    return kGpt2s;
}

}  // namespace

std::vector<std::string> known_model_names() {
    std::vector<std::string> names;
    for (const DecoderShape& shape : decoders()) names.push_back(shape.name);
    for (const Gpt2Shape& shape : gpt2s()) names.push_back(shape.name);
    return names;
}

std::optional<Model> known_model(const std::string& name) {
    for (const DecoderShape& shape : decoders())
        if (shape.name == name) return decoder_model(shape);
    for (const Gpt2Shape& shape : gpt2s())
        if (shape.name == name) return gpt2_model(shape);
    return std::nullopt;
}

}  // namespace sky::offload
