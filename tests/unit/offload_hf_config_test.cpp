// Question: is every config.json that a known architecture may have read as the model it is, and every other one
// refused with file, field and what was expected?
#include <gtest/gtest.h>

#include <filesystem>

#include "host/offload/plan/hf_config.hpp"
#include "host/offload/plan/known_models.hpp"
#include "host/offload/plan/slots.hpp"
#include "tests/support/files.hpp"

namespace sky::offload {
namespace {

/// Of a folder "some-model" with this config.json.
Result<Model> read(const std::string& content) {
    const test::TemporaryFolder folder;
    std::filesystem::create_directory(folder.path("some-model"));
    (void)folder.file("some-model/config.json", content);
    return read_hf_config(folder.path("some-model"));
}

Model model_of(const std::string& content) {
    const Result<Model> model = read(content);
    EXPECT_TRUE(model.ok()) << model.status().message();
    return model.ok() ? model.value() : Model{};
}

void expect_refused(const std::string& content, const std::string& what, const std::string& remedy) {
    const Result<Model> model = read(content);
    ASSERT_FALSE(model.ok()) << "expected: " << what;
    const std::string message = model.status().message();
    const size_t line = message.find('\n');
    ASSERT_NE(line, std::string::npos) << message;
    EXPECT_NE(message.substr(0, line).find("some-model/config.json:"), std::string::npos) << message;
    EXPECT_NE(message.substr(0, line).find(what), std::string::npos) << message;
    EXPECT_NE(message.substr(line).find(remedy), std::string::npos) << message;
}

/// A small Llama; `more` ends with a comma.
std::string llama(const std::string& more = "", const std::string& architecture = "LlamaForCausalLM") {
    return R"({"architectures": [")" + architecture + R"("], )" + more +
           R"("hidden_size": 64, "intermediate_size": 176, "num_hidden_layers": 2, "num_attention_heads": 4,
              "num_key_value_heads": 2, "vocab_size": 256})";
}

constexpr uint64_t kH = 64;   // hidden
constexpr uint64_t kF = 176;  // intermediate
constexpr uint64_t kKv = 32;  // of k and v
constexpr uint64_t kV = 256;  // vocabulary
constexpr uint64_t kBlock = 3 * kH * kF + 2 * kH * kH + 2 * kKv * kH + 2 * kH;
constexpr uint64_t kSmall = 2 * kV * kH + 2 * kBlock + kH;
constexpr uint64_t kAttentionBias = kH + 2 * kKv;

TEST(OffloadHfConfig, ReadsADecoder) {
    const Model model = model_of(llama());
    EXPECT_EQ(model.name, "some-model");
    EXPECT_EQ(model.hidden, 64U);
    EXPECT_EQ(model.layers.size(), 2U);
    EXPECT_EQ(model.parameters(), kSmall);
    EXPECT_FALSE(model.tied_head);
}

TEST(OffloadHfConfig, ReadsWhatTheFieldsSwitch) {
    EXPECT_EQ(model_of(llama(R"("tie_word_embeddings": true, )")).parameters(), kSmall - kV * kH);
    EXPECT_EQ(model_of(llama(R"("head_dim": 32, )")).parameters(), kSmall + 2 * (2 * kH * kH + 2 * kKv * kH));
    EXPECT_EQ(model_of(llama(R"("head_dim": null, "n_unknown": [1], )")).parameters(), kSmall);
    EXPECT_EQ(model_of(llama(R"("attention_bias": true, )")).parameters(), kSmall + 2 * (kAttentionBias + kH));
    EXPECT_EQ(model_of(llama(R"("mlp_bias": true, )")).parameters(), kSmall + 2 * (2 * kF + kH));
    const std::string all_heads = R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 176,
        "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 256})";
    EXPECT_EQ(model_of(all_heads).parameters(), kSmall + 4 * kKv * kH) << "as many key heads as query heads";
}

TEST(OffloadHfConfig, KnowsHowTheFamiliesDiffer) {
    EXPECT_EQ(model_of(llama("", "MistralForCausalLM")).parameters(), kSmall);
    EXPECT_EQ(model_of(llama(R"("attention_bias": true, )", "MistralForCausalLM")).parameters(), kSmall)
        << "Mistral has no such field";
    EXPECT_EQ(model_of(llama("", "Qwen2ForCausalLM")).parameters(), kSmall + 2 * kAttentionBias);
    const uint64_t longer = 14 * (2 * kH * kH + 2 * kKv * kH);  // 128 instead of 16 a head
    EXPECT_EQ(model_of(llama("", "Qwen3ForCausalLM")).parameters(), kSmall + longer + 4 * uint64_t{128});
    EXPECT_EQ(model_of(llama(R"("head_dim": 16, )", "Qwen3ForCausalLM")).parameters(), kSmall + 4 * uint64_t{16});
}

TEST(OffloadHfConfig, ReadsExperts) {
    const uint64_t dense = 3 * kH * kF;
    const uint64_t mixtral =
        model_of(llama(R"("num_local_experts": 8, "num_experts_per_tok": 2, )", "MixtralForCausalLM")).parameters();
    EXPECT_EQ(mixtral, kSmall + 2 * (7 * dense + 8 * kH));

    const std::string sizes = R"("num_experts": 6, "num_experts_per_tok": 2, "moe_intermediate_size": 32,
                                 "head_dim": 16, )";
    const uint64_t experts = 18 * kH * 32 + 6 * kH - dense;
    const uint64_t norms = 64;  // q and k of two layers
    const Model qwen3 = model_of(llama(sizes, "Qwen3MoeForCausalLM"));
    EXPECT_EQ(qwen3.parameters(), kSmall + norms + 2 * experts);
    EXPECT_EQ(slots_of(qwen3, 2, 0).count(), 4U + 18 + 2) << "the router has no slot";
    EXPECT_EQ(slots_of(qwen3, 2, 0, Experts::kRouted).count(), 4U + 6 + 2);
    for (const char* dense_first : {R"("mlp_only_layers": [0], )", R"("decoder_sparse_step": 2, )"}) {
        const Model mixed = model_of(llama(sizes + dense_first, "Qwen3MoeForCausalLM"));
        EXPECT_EQ(mixed.layers, (std::vector<uint32_t>{0, 1}));
        EXPECT_EQ(mixed.parameters(), kSmall + norms + experts);
        EXPECT_EQ(slots_of(mixed, 2, 0).count(), 4U + 3 + 18 + 2) << "room for either kind of block";
    }
    const std::string shared = sizes + R"("shared_expert_intermediate_size": 40, )";
    EXPECT_EQ(model_of(llama(shared, "Qwen2MoeForCausalLM")).parameters(),
              kSmall + 2 * (experts + kAttentionBias + 3 * kH * 40 + kH));
}

TEST(OffloadHfConfig, ReadsTheBuiltInModelsAsTheyAreBuiltIn) {
    const auto same = [](const std::string& content, const std::string& name) {
        const Model model = model_of(content);
        const Model known = *known_model(name);
        EXPECT_EQ(model.parameters(), known.parameters()) << name;
        EXPECT_EQ(slots_of(model, 2, 0).bytes(), slots_of(known, 2, 0).bytes()) << name;
        EXPECT_EQ(model.tied_head, known.tied_head) << name;
    };
    same(R"({"architectures": ["Qwen3MoeForCausalLM"], "hidden_size": 2048, "intermediate_size": 6144,
             "moe_intermediate_size": 768, "num_hidden_layers": 48, "num_attention_heads": 32,
             "num_key_value_heads": 4, "head_dim": 128, "vocab_size": 151936, "tie_word_embeddings": false,
             "attention_bias": false, "num_experts": 128, "num_experts_per_tok": 8, "decoder_sparse_step": 1,
             "mlp_only_layers": []})",
         "qwen3-30b-a3b");
    same(R"({"architectures": ["Qwen2ForCausalLM"], "hidden_size": 896, "intermediate_size": 4864,
             "num_hidden_layers": 24, "num_attention_heads": 14, "num_key_value_heads": 2, "vocab_size": 151936,
             "tie_word_embeddings": true})",
         "qwen2.5-0.5b");
    same(R"({"architectures": ["GPT2LMHeadModel"], "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024,
             "vocab_size": 50257})",
         "gpt2");
}

TEST(OffloadHfConfig, RefusesWhatIsNoConfig) {
    expect_refused("{\n\"hidden_size\": 64,\n,\n}", ":3: this is no JSON", "config.json of a model");
    expect_refused("[1, 2]", "no JSON object", "config.json of a model");
    expect_refused("", ":1: this is no JSON", "config.json of a model");
    const test::TemporaryFolder folder;
    const Result<Model> none = read_hf_config(folder.path("none"));
    ASSERT_FALSE(none.ok());
    EXPECT_NE(none.status().message().find("there is no " + folder.path("none") + "/config.json"), std::string::npos);
    std::filesystem::create_directory(folder.path("config.json"));
    EXPECT_NE(read_hf_config(folder.path()).status().message().find("config.json is no file"), std::string::npos);
}

TEST(OffloadHfConfig, RefusesUnknownArchitectures) {
    expect_refused(llama("", "MambaForCausalLM"), "unknown architecture 'MambaForCausalLM'", "LlamaForCausalLM, Mis");
    expect_refused(R"({"model_type": "mamba"})", "unknown architecture 'mamba'", "GPT2LMHeadModel");
    expect_refused(R"({"hidden_size": 64})", "architectures is missing", "LlamaForCausalLM");
    expect_refused(R"({"architectures": ["\u001b[31m"]})", "unknown architecture '?[31m'", "LlamaForCausalLM");
    EXPECT_EQ(known_architectures().size(), 8U);
}

TEST(OffloadHfConfig, RefusesMissingAndAbsurdFields) {
    for (const char* field :
         {"hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size"}) {
        std::string content = llama();
        content[content.find(field)] = 'X';
        expect_refused(content, std::string(field) + " is missing", "a whole number from 1 to ");
    }
    for (const char* value : {"0", "-64", "64.5", "\"64\"", "1e30", "99999999999999999999999", "true", "{}"})
        expect_refused(llama(R"("head_dim": )" + std::string(value) + ", "), "head_dim is ",
                       "a whole number from 1 to 131072");
    expect_refused(llama(R"("tie_word_embeddings": 1, )"), "tie_word_embeddings is no boolean", "true or false");
    expect_refused(R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 176, "num_hidden_layers": 2,
                       "num_attention_heads": 4, "num_key_value_heads": 3, "vocab_size": 256})",
                   "num_attention_heads is 4, no multiple of num_key_value_heads, 3", "for every key head");
    expect_refused(R"({"model_type": "llama", "hidden_size": 66, "intermediate_size": 176, "num_hidden_layers": 2,
                       "num_attention_heads": 4, "vocab_size": 256})",
                   "hidden_size is 66, no multiple of num_attention_heads, 4", "or head_dim");
    expect_refused(R"({"model_type": "mistral", "hidden_size": 64, "intermediate_size": 176, "num_hidden_layers": 2,
                       "num_attention_heads": 4, "vocab_size": 256})",
                   "num_key_value_heads is missing", "from 1 to 4");
    expect_refused(
        llama(R"("num_experts": 4, "num_experts_per_tok": 5, "moe_intermediate_size": 8, )", "Qwen3MoeForCausalLM"),
        "num_experts_per_tok is 5", "from 1 to 4");
    expect_refused(llama(R"("num_experts": 4, "num_experts_per_tok": 1, "moe_intermediate_size": 8,
                            "mlp_only_layers": [2], )",
                         "Qwen3MoeForCausalLM"),
                   "mlp_only_layers is no list of layers", "from 0 to 1");
    expect_refused(R"({"model_type": "mixtral", "hidden_size": 131072, "intermediate_size": 1048576,
                       "num_hidden_layers": 4096, "num_attention_heads": 4, "num_key_value_heads": 4,
                       "vocab_size": 256, "num_local_experts": 4096, "num_experts_per_tok": 1})",
                   "parameters", "at most 1e+14");
}

/// Of a decoder that is to be trained.
Status train(const std::string& content) {
    const test::TemporaryFolder folder;
    (void)folder.file("config.json", content);
    return read_hf_decoder(folder.path()).status();
}

TEST(OffloadHfConfig, RefusesToTrainWhatItWouldComputeOtherwise) {
    const auto refused = [](const std::string& field, const std::string& what) {
        const Status status = train(llama(field + ", "));
        ASSERT_FALSE(status.ok()) << field;
        const size_t line = status.message().find('\n');
        ASSERT_NE(line, std::string::npos) << status.message();
        EXPECT_NE(status.message().substr(0, line).find(what), std::string::npos) << status.message();
        EXPECT_TRUE(read(llama(field + ", ")).ok()) << "its shapes are known all the same";
    };
    const auto neutral = [](const std::string& field) {
        const Status status = train(llama(field + ", "));
        EXPECT_TRUE(status.ok()) << field << ": " << status.message();
    };
    refused(R"("partial_rotary_factor": 0.5)", "partial_rotary_factor is 0.5");
    neutral(R"("partial_rotary_factor": 1.0)");
    refused(R"("rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.25})",
            "rope_parameters.partial_rotary_factor is 0.25");
    refused(R"("layer_types": ["full_attention", "sliding_attention"])", "layer_types is ");
    neutral(R"("layer_types": ["full_attention", "full_attention"])");
    refused(R"("sliding_window": 4096)", "sliding window");
    neutral(R"("sliding_window": 4096, "use_sliding_window": false)");
    refused(R"("rope_scaling": {"type": "default"}, "rope_parameters": {"rope_type": "default", "factor": 2})",
            "rope_parameters and rope_scaling differ");
    neutral(R"("rope_scaling": {"type": "default"}, "rope_parameters": {"type": "default"})");
    refused(R"("rope_scaling": {"type": "linear", "rope_type": "default"})", "rope_scaling.type differ");
    refused(R"("rope_theta": 500000.0, "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0})",
            "rope_theta is 500000");
    refused(R"("quantization_config": {"bits": 4})", "quantization_config is {");
    neutral(R"("quantization_config": null)");
    refused(R"("attention_dropout": 0.1)", "attention_dropout is 0.1");
    neutral(R"("attention_dropout": 0.0)");
    refused(R"("attention_bias": true)", "attention_bias is true");
    refused(R"("mlp_bias": true)", "mlp_bias is true");
    refused(R"("hidden_act": "gelu")", "hidden_act is 'gelu'");
    refused(R"("final_logit_softcapping": 30.0)", "final_logit_softcapping is 30.0");
    refused(R"("logits_scaling": 8.0)", "logits_scaling is 8.0");
    refused(R"("is_causal": false)", "is_causal is false");
    refused(R"("num_local_experts": 8)", "num_local_experts is 8");
    neutral(R"("bos_token_id": 1, "torch_dtype": "bfloat16", "max_window_layers": 28, "pretraining_tp": 1)");
    EXPECT_FALSE(train(llama(R"("attention_bias": true, )", "MistralForCausalLM")).ok()) << "the file means it";
    EXPECT_FALSE(train(llama(R"("use_qk_norm": false, )", "Qwen3ForCausalLM")).ok());
}

TEST(OffloadHfConfig, RefusesAKeyThatIsThereTwice) {
    expect_refused(llama(R"("hidden_size": 32, )"), "the key 'hidden_size' is there twice", "config.json of a model");
    expect_refused(llama(R"("rope_scaling": {"factor": 2, "type": "llama3", "factor": 8}, )"),
                   "the key 'factor' is there twice", "config.json of a model");
}

}  // namespace
}  // namespace sky::offload
