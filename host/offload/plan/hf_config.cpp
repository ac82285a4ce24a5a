#include "host/offload/plan/hf_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "host/memory/printable.hpp"
#include "host/offload/plan/hf_fields.hpp"

namespace sky::offload {

namespace {

using nlohmann::json;

constexpr uint64_t kMaxHidden = uint64_t{1} << 17;
constexpr uint64_t kMaxIntermediate = uint64_t{1} << 20;
constexpr uint64_t kMaxVocabulary = uint64_t{1} << 24;
constexpr uint64_t kMaxLayers = 4096;
constexpr uint64_t kMaxHeads = 4096;
constexpr uint64_t kMaxExperts = 4096;
constexpr double kMaxParameters = 1e14;
constexpr uint64_t kMaxPositions = uint64_t{1} << 40;
constexpr double kMostTheta = 1e12;
constexpr double kMostFactor = 1e6;

/// How the families of decoders differ.
struct Family {
    bool qkv_bias = false;            ///< always
    bool attention_bias_key = false;  ///< q, k, v and o, if `attention_bias` says so
    bool mlp_bias_key = false;        ///< gate, up and down, if `mlp_bias` says so
    bool qk_norm = false;
    bool kv_heads_needed = false;       ///< a file without `num_key_value_heads` does not mean as many as heads
    uint64_t head_dim = 0;              ///< when the file has none; 0: hidden / heads
    const char* experts_key = nullptr;  ///< of a mixture of experts
    bool sparse_steps = false;          ///< some of its blocks may be dense
    bool shared_expert = false;
    const char* expert_size_key = "moe_intermediate_size";
};

void read_experts(HfFields& fields, const Family& family, DecoderShape& shape) {
    shape.experts = fields.number(family.experts_key, kMaxExperts);
    shape.experts_per_token = fields.number("num_experts_per_tok", shape.experts);
    shape.intermediate = fields.number(family.expert_size_key, kMaxIntermediate);
    if (family.shared_expert)
        shape.shared_intermediate = fields.number("shared_expert_intermediate_size", kMaxIntermediate);
    if (!family.sparse_steps) return;
    const uint64_t step = fields.number("decoder_sparse_step", kMaxLayers, 1);
    shape.dense_layers = fields.layer_list("mlp_only_layers", shape.layers);
    for (uint32_t layer = 0; layer < shape.layers; ++layer)
        if ((layer + 1) % step != 0) shape.dense_layers.push_back(layer);
    std::sort(shape.dense_layers.begin(), shape.dense_layers.end());
    if (!shape.dense_layers.empty()) shape.dense_intermediate = fields.number("intermediate_size", kMaxIntermediate);
}

/// Of each head. As many query heads have to share a key head.
void read_heads(HfFields& fields, const Family& family, DecoderShape& shape) {
    shape.heads = fields.number("num_attention_heads", kMaxHeads);
    shape.kv_heads = fields.number("num_key_value_heads", shape.heads, family.kv_heads_needed ? 0 : shape.heads);
    if (shape.heads % shape.kv_heads != 0)
        fields.fail(
            fmt::format("num_attention_heads is {}, no multiple of num_key_value_heads, {}\n"
                        "expected as many query heads for every key head",
                        shape.heads, shape.kv_heads));
    if (!fields.has("head_dim") && family.head_dim == 0 && shape.hidden % shape.heads != 0)
        fields.fail(
            fmt::format("hidden_size is {}, no multiple of num_attention_heads, {}\nexpected one, or head_dim",
                        shape.hidden, shape.heads));
    const uint64_t usual = family.head_dim != 0 ? family.head_dim : std::max<uint64_t>(1, shape.hidden / shape.heads);
    shape.head_dim = fields.number("head_dim", kMaxHidden, usual);
}

DecoderShape read_decoder(HfFields& fields, const Family& family) {
    DecoderShape shape;
    shape.hidden = fields.number("hidden_size", kMaxHidden);
    shape.layers = fields.number("num_hidden_layers", kMaxLayers);
    shape.vocabulary = fields.number("vocab_size", kMaxVocabulary);
    read_heads(fields, family, shape);
    if (family.experts_key == nullptr)
        shape.intermediate = fields.number("intermediate_size", kMaxIntermediate);
    else
        read_experts(fields, family, shape);
    shape.tied_head = fields.flag("tie_word_embeddings", false);
    shape.qk_norm = family.qk_norm;
    const bool biased = family.attention_bias_key && fields.flag("attention_bias", false);
    shape.qkv_bias = family.qkv_bias || biased;
    shape.output_bias = biased;
    shape.mlp_bias = family.mlp_bias_key && fields.flag("mlp_bias", false);
    return shape;
}

/// Of the positions: none, or Llama 3's; any other one is refused by its name.
void read_rope(HfFields& fields, DecoderSettings& settings) {
    constexpr double kUsualTheta = 10000;
    settings.rope_theta = fields.real("rope_theta", 1, kMostTheta, kUsualTheta);
    const char* const name = fields.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
    HfFields scaling = fields.object(name);
    if (fields.has("rope_parameters") && fields.has("rope_scaling") &&
        !fields.same("rope_parameters", "rope_scaling"))
        fields.fail("rope_parameters and rope_scaling differ\nkeep the one that the model was trained with");
    if (scaling.has("rope_theta")) {
        const double own = scaling.real("rope_theta", 1, kMostTheta, kUsualTheta);
        if (fields.has("rope_theta") && own != settings.rope_theta)
            fields.fail(
                fmt::format("rope_theta is {}, and {}.rope_theta {}\nkeep the one that the model was trained with",
                            settings.rope_theta, name, own));
        settings.rope_theta = own;
    }
    scaling.expect("partial_rotary_factor", 1);
    scaling.expect("mrope_section", json::array());
    std::string type = scaling.text("rope_type");
    if (scaling.has("rope_type") && scaling.has("type") && type != scaling.text("type"))
        fields.fail(fmt::format("{0}.rope_type and {0}.type differ\nkeep one of them", name));
    if (type.empty()) type = scaling.text("type");
    if (type == "llama3") {
        Llama3Rope rope;
        rope.factor = scaling.real("factor", 1, kMostFactor, 0);
        rope.low_frequency_factor = scaling.real("low_freq_factor", 1e-6, kMostFactor, 0);
        rope.high_frequency_factor = scaling.real("high_freq_factor", 1e-6, kMostFactor, 0);
        rope.original_positions = scaling.number("original_max_position_embeddings", kMaxPositions);
        if (rope.high_frequency_factor <= rope.low_frequency_factor)
            scaling.fail(fmt::format("{}.high_freq_factor is {}\nexpected more than low_freq_factor, {}", name,
                                     rope.high_frequency_factor, rope.low_frequency_factor));
        settings.llama3_rope = rope;
    } else if (type != "default" && fields.has(name)) {
        scaling.fail(fmt::format("{} has the type '{}', which the trainer has not\nexpected llama3, default or null",
                                 name, memory::printable(type)));
    }
    fields.take_status(scaling);
}

/// Fields that other models have, or later ones, and the values with which they change nothing here.
void refuse_other_fields(HfFields& fields, const DecoderShape& shape) {
    fields.expect_all("layer_types", "full_attention");
    // Positions.
    for (const char* const name : {"partial_rotary_factor", "rotary_pct", "rotary_percent"}) fields.expect(name, 1);
    for (const char* const name : {"rope_interleaved", "rope_interleave", "alibi", "use_mrope"})
        fields.expect(name, false);
    fields.expect_all("no_rope_layers", 1);
    fields.expect("mrope_section", json::array());
    // Attention and blocks.
    fields.expect("attention_bias", shape.output_bias);
    fields.expect("mlp_bias", shape.mlp_bias);
    for (const char* const name : {"use_qk_norm", "qk_norm"}) fields.expect(name, shape.qk_norm);
    for (const char* const name : {"parallel_attn", "use_parallel_residual", "use_bidirectional_attention",
                                   "add_cross_attention", "is_encoder_decoder"})
        fields.expect(name, false);
    fields.expect("is_causal", true);
    for (const char* const name : {"attention_chunk_size", "attn_logit_softcapping", "final_logit_softcapping",
                                   "query_pre_attn_scalar", "quantization_config", "compression_config"})
        fields.expect(name, nullptr);
    fields.expect("pruned_heads", json::object());
    for (const char* const name : {"num_experts", "num_local_experts", "n_routed_experts"}) fields.expect(name, 0);
    // Factors.
    for (const char* const name : {"logit_scale", "logits_scaling", "embedding_multiplier", "residual_multiplier",
                                   "attention_multiplier", "lm_head_multiplier", "scale_emb"})
        fields.expect(name, 1);
    // What is left out at random.
    for (const char* const name : {"attention_dropout", "attn_pdrop", "resid_pdrop", "embd_pdrop", "hidden_dropout",
                                   "hidden_dropout_prob", "dropout", "layerdrop"})
        fields.expect(name, 0);
}

/// What the planner counts and the trainer cannot compute, by its name.
void refuse_what_is_not_trained(HfFields& fields, const DecoderShape& shape) {
    const auto refuse = [&](const std::string& what) {
        fields.fail(what + ", which the trainer has not\nexpected a dense decoder as Llama, Qwen2 or Qwen3 are");
    };
    if (shape.experts != 0) refuse("this is a mixture of experts");
    if (shape.output_bias) refuse("attention_bias is true: o_proj has a bias");
    if (shape.mlp_bias) refuse("mlp_bias is true");
    if (fields.flag("use_sliding_window", fields.has("sliding_window") && !fields.has("use_sliding_window")))
        refuse("attention has a sliding window");
    for (const char* const name : {"hidden_act", "hidden_activation"}) {
        const std::string activation = fields.text(name);
        if (!activation.empty() && activation != "silu" && activation != "swish")
            refuse(fmt::format("{} is '{}'", name, memory::printable(activation)));
    }
    if (shape.head_dim % 2 != 0) refuse(fmt::format("head_dim is {}, an odd number", shape.head_dim));
    refuse_other_fields(fields, shape);
}

Model read_gpt2(HfFields& fields) {
    Gpt2Shape shape;
    shape.hidden = fields.number("n_embd", kMaxHidden);
    shape.layers = fields.number("n_layer", kMaxLayers);
    shape.intermediate = fields.number("n_inner", kMaxIntermediate, 4 * shape.hidden);
    shape.vocabulary = fields.number("vocab_size", kMaxVocabulary);
    shape.positions = fields.number("n_positions", kMaxVocabulary);
    shape.tied_head = fields.flag("tie_word_embeddings", true);
    return gpt2_model(shape);
}

struct Architecture {
    const char* name;
    const char* model_type;
    std::optional<Family> family;  ///< none: GPT-2
};

const std::vector<Architecture>& architectures() {
    static const std::vector<Architecture> kArchitectures{
        {"LlamaForCausalLM", "llama", Family{.attention_bias_key = true, .mlp_bias_key = true}},
        {"MistralForCausalLM", "mistral", Family{.kv_heads_needed = true}},
        {"Qwen2ForCausalLM", "qwen2", Family{.qkv_bias = true}},
        {"Qwen3ForCausalLM", "qwen3", Family{.attention_bias_key = true, .qk_norm = true, .head_dim = 128}},
        {"MixtralForCausalLM", "mixtral",
         Family{.kv_heads_needed = true, .experts_key = "num_local_experts", .expert_size_key = "intermediate_size"}},
        {"Qwen2MoeForCausalLM", "qwen2_moe",
         Family{.qkv_bias = true, .experts_key = "num_experts", .sparse_steps = true, .shared_expert = true}},
        {"Qwen3MoeForCausalLM", "qwen3_moe",
         Family{.attention_bias_key = true, .qk_norm = true, .experts_key = "num_experts", .sparse_steps = true}},
        {"GPT2LMHeadModel", "gpt2", std::nullopt},
    };
    return kArchitectures;
}

/// An embedding and all experts of a file may each be possible and all together not.
Status check_size(const std::string& path, const Model& model) {
    double parameters = 0;
    for (const uint32_t kind : model.layers)
        for (const TensorShape& t : model.blocks[kind])
            parameters += static_cast<double>(t.elements()) * static_cast<double>(t.copies);
    for (const TensorShape& t : model.embeddings) parameters += static_cast<double>(t.elements());
    if (parameters <= kMaxParameters) return {};
    return Status::error(fmt::format("{}: the model has {:.3g} parameters\nexpected at most {:.3g}",
                                     memory::printable_name(path), parameters, kMaxParameters));
}

/// The last name of the folder, wherever it is named from.
std::string folder_name(const std::string& folder) {
    std::error_code error;
    std::filesystem::path path = std::filesystem::absolute(folder, error).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    return path.filename().string();
}

/// The architecture that the file names, or why there is none.
Result<const Architecture*> find_architecture(const HfFields& fields) {
    const std::string wanted = fields.architecture();
    for (const Architecture& known : architectures())
        if (wanted == known.name || wanted == known.model_type) return &known;
    return Status::error(fmt::format(
        "{}: {}\nexpected one of {}", memory::printable_name(fields.path()),
        wanted.empty() ? "architectures is missing" : "unknown architecture '" + memory::printable(wanted) + "'",
        fmt::join(known_architectures(), ", ")));
}

std::string config_path(const std::string& folder) {
    return (std::filesystem::path(folder) / "config.json").string();
}

}  // namespace

std::vector<std::string> known_architectures() {
    std::vector<std::string> names;
    for (const Architecture& architecture : architectures()) names.emplace_back(architecture.name);
    return names;
}

Result<Model> read_hf_config(const std::string& folder) {
    Result<HfFields> read = HfFields::read(config_path(folder));
    if (!read.ok()) return read.status();
    HfFields& fields = read.value();
    const Result<const Architecture*> found = find_architecture(fields);
    if (!found.ok()) return found.status();
    const std::optional<Family>& family = found.value()->family;
    Model model = family ? decoder_model(read_decoder(fields, *family)) : read_gpt2(fields);
    if (!fields.status().ok()) return fields.status();
    if (Status status = check_size(fields.path(), model); !status.ok()) return status;
    model.name = folder_name(folder);
    return model;
}

Result<HfDecoder> read_hf_decoder(const std::string& folder) {
    Result<HfFields> read = HfFields::read(config_path(folder));
    if (!read.ok()) return read.status();
    HfFields& fields = read.value();
    const Result<const Architecture*> found = find_architecture(fields);
    if (!found.ok()) return found.status();
    if (!found.value()->family)
        return Status::error(
            fmt::format("{}: {} is planned, but not trained\nexpected a dense decoder as Llama, "
                        "Qwen2 or Qwen3 are",
                        memory::printable_name(fields.path()), found.value()->name));
    HfDecoder decoder;
    decoder.shape = read_decoder(fields, *found.value()->family);
    constexpr double kUsualEps = 1e-6;
    decoder.settings.rms_norm_eps = fields.real("rms_norm_eps", 0, 1, kUsualEps);
    read_rope(fields, decoder.settings);
    refuse_what_is_not_trained(fields, decoder.shape);
    if (!fields.status().ok()) return fields.status();
    if (Status status = check_size(fields.path(), decoder_model(decoder.shape)); !status.ok()) return status;
    decoder.shape.name = folder_name(folder);
    return decoder;
}

}  // namespace sky::offload
