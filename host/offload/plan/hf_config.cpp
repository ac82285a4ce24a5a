#include "host/offload/plan/hf_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "host/memory/file_error.hpp"
#include "host/memory/printable.hpp"

namespace sky::offload {

namespace {

using nlohmann::json;

constexpr uint64_t kMaxFileBytes = uint64_t{16} << 20;
constexpr uint64_t kMaxHidden = uint64_t{1} << 17;
constexpr uint64_t kMaxIntermediate = uint64_t{1} << 20;
constexpr uint64_t kMaxVocabulary = uint64_t{1} << 24;
constexpr uint64_t kMaxLayers = 4096;
constexpr uint64_t kMaxHeads = 4096;
constexpr uint64_t kMaxExperts = 4096;
constexpr double kMaxParameters = 1e14;

/// The fields of one file. The first error is kept; from then on every value is a harmless one.
class Fields {
   public:
    Fields(std::string path, json object) : path_(std::move(path)), object_(std::move(object)) {}

    [[nodiscard]] const Status& status() const { return status_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool has(const char* name) const { return object_.contains(name) && !object_[name].is_null(); }

    /// At least 1. `otherwise`: what holds when the field is missing or null; 0: that is an error.
    uint64_t number(const char* name, uint64_t most, uint64_t otherwise = 0) {
        if (!has(name) && otherwise != 0) return otherwise;
        if (has(name)) {
            const json& value = object_[name];
            if (value.is_number_unsigned() && value.get<uint64_t>() >= 1 && value.get<uint64_t>() <= most)
                return value.get<uint64_t>();
        }
        const std::string is =
            has(name) ? "is " + memory::printable(object_[name].dump(-1, ' ', true, json::error_handler_t::replace))
                      : "is missing";
        fail(fmt::format("{} {}\nexpected a whole number from 1 to {}", name, is, most));
        return 1;
    }

    bool flag(const char* name, bool otherwise) {
        if (!has(name)) return otherwise;
        if (object_[name].is_boolean()) return object_[name].get<bool>();
        fail(fmt::format("{} is no boolean\nexpected true or false", name));
        return otherwise;
    }

    /// Numbers of layers, ascending, each less than `layers`.
    std::vector<uint32_t> layer_list(const char* name, uint64_t layers) {
        std::vector<uint32_t> list;
        if (!has(name)) return list;
        const json& value = object_[name];
        const auto is_layer = [&](const json& x) { return x.is_number_unsigned() && x.get<uint64_t>() < layers; };
        if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_layer)) {
            fail(fmt::format("{} is no list of layers\nexpected whole numbers from 0 to {}", name, layers - 1));
            return list;
        }
        for (const json& layer : value) list.push_back(layer.get<uint32_t>());
        std::sort(list.begin(), list.end());
        return list;
    }

    /// What the file says of its architecture: `architectures`, or else `model_type`.
    [[nodiscard]] std::string architecture() const {
        if (has("architectures") && object_["architectures"].is_array() && !object_["architectures"].empty() &&
            object_["architectures"][0].is_string())
            return object_["architectures"][0].get<std::string>();
        if (has("model_type") && object_["model_type"].is_string()) return object_["model_type"].get<std::string>();
        return {};
    }

    void fail(const std::string& what) {
        if (status_.ok()) status_ = Status::error(fmt::format("{}: {}", memory::printable_name(path_), what));
    }

   private:
    std::string path_;
    json object_;
    Status status_;
};

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

void read_experts(Fields& fields, const Family& family, DecoderShape& shape) {
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
void read_heads(Fields& fields, const Family& family, DecoderShape& shape) {
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

Model read_decoder(Fields& fields, const Family& family) {
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
    return decoder_model(shape);
}

Model read_gpt2(Fields& fields) {
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

Result<json> read_json(const std::string& path) {
    std::error_code error;
    const std::filesystem::file_status file = std::filesystem::status(path, error);
    if (!std::filesystem::exists(file))
        return Status::error(fmt::format("there is no {}\nexpected a folder with the config.json of a model",
                                         memory::printable_name(path)));
    if (!std::filesystem::is_regular_file(file))
        return Status::error(
            fmt::format("{} is no file\nexpected the config.json of a model", memory::printable_name(path)));
    std::ifstream in(path, std::ios::binary);
    if (!in) return memory::file_error(path, "open", errno);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (text.size() > kMaxFileBytes)
        return Status::error(fmt::format("{} has {} bytes, too many for a config.json\nexpected at most {}",
                                         memory::printable_name(path), text.size(), kMaxFileBytes));
    try {
        json object = json::parse(text);
        if (object.is_object()) return object;
    } catch (const json::parse_error& bad) {
        const auto end = text.begin() + static_cast<ptrdiff_t>(std::min(bad.byte, text.size()));
        return Status::error(fmt::format("{}:{}: this is no JSON\nexpected the config.json of a model",
                                         memory::printable_name(path), 1 + std::count(text.begin(), end, '\n')));
    }
    return Status::error(
        fmt::format("{}: this is no JSON object\nexpected the config.json of a model", memory::printable_name(path)));
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

}  // namespace

std::vector<std::string> known_architectures() {
    std::vector<std::string> names;
    for (const Architecture& architecture : architectures()) names.emplace_back(architecture.name);
    return names;
}

Result<Model> read_hf_config(const std::string& folder) {
    const std::string path = (std::filesystem::path(folder) / "config.json").string();
    Result<json> object = read_json(path);
    if (!object.ok()) return object.status();
    Fields fields(path, std::move(object.value()));
    const std::string wanted = fields.architecture();
    const auto found = std::find_if(architectures().begin(), architectures().end(), [&](const Architecture& known) {
        return wanted == known.name || wanted == known.model_type;
    });
    if (found == architectures().end())
        return Status::error(fmt::format(
            "{}: {}\nexpected one of {}", memory::printable_name(path),
            wanted.empty() ? "architectures is missing" : "unknown architecture '" + memory::printable(wanted) + "'",
            fmt::join(known_architectures(), ", ")));
    Model model = found->family ? read_decoder(fields, *found->family) : read_gpt2(fields);
    if (!fields.status().ok()) return fields.status();
    if (Status status = check_size(path, model); !status.ok()) return status;
    model.name = folder_name(folder);
    return model;
}

}  // namespace sky::offload
