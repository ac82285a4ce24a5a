#include "host/offload/plan/model.hpp"

#include <algorithm>

namespace sky::offload {

namespace {

TensorShape matrix(const char* name, uint64_t rows, uint64_t columns) {
    return {.name = name, .rows = rows, .columns = columns};
}

TensorShape vector(const char* name, uint64_t elements) {
    return {.name = name, .rows = elements, .streamed = false};
}

/// So small, and needed to know which experts are, that it stays where the block is computed.
TensorShape router(const char* name, uint64_t rows, uint64_t columns) {
    return {.name = name, .rows = rows, .columns = columns, .streamed = false};
}

void add_attention(const DecoderShape& shape, std::vector<TensorShape>& block) {
    const uint64_t q = shape.heads * shape.head_dim;
    const uint64_t kv = shape.kv_heads * shape.head_dim;
    block.push_back(vector("input_layernorm", shape.hidden));
    block.push_back(matrix("self_attn.q_proj", q, shape.hidden));
    block.push_back(matrix("self_attn.k_proj", kv, shape.hidden));
    block.push_back(matrix("self_attn.v_proj", kv, shape.hidden));
    block.push_back(matrix("self_attn.o_proj", shape.hidden, q));
    if (shape.qkv_bias) {
        block.push_back(vector("self_attn.q_proj.bias", q));
        block.push_back(vector("self_attn.k_proj.bias", kv));
        block.push_back(vector("self_attn.v_proj.bias", kv));
    }
    if (shape.output_bias) block.push_back(vector("self_attn.o_proj.bias", shape.hidden));
    if (shape.qk_norm) {
        block.push_back(vector("self_attn.q_norm", shape.head_dim));
        block.push_back(vector("self_attn.k_norm", shape.head_dim));
    }
    block.push_back(vector("post_attention_layernorm", shape.hidden));
}

void add_mlp(const std::string& prefix, uint64_t intermediate, uint64_t hidden, std::vector<TensorShape>& block) {
    block.push_back(matrix((prefix + "gate_proj").c_str(), intermediate, hidden));
    block.push_back(matrix((prefix + "up_proj").c_str(), intermediate, hidden));
    block.push_back(matrix((prefix + "down_proj").c_str(), hidden, intermediate));
}

std::vector<TensorShape> dense_block(const DecoderShape& shape) {
    std::vector<TensorShape> block;
    add_attention(shape, block);
    const uint64_t intermediate = shape.experts == 0 ? shape.intermediate : shape.dense_intermediate;
    add_mlp("mlp.", intermediate, shape.hidden, block);
    if (shape.mlp_bias) {
        block.push_back(vector("mlp.gate_proj.bias", intermediate));
        block.push_back(vector("mlp.up_proj.bias", intermediate));
        block.push_back(vector("mlp.down_proj.bias", shape.hidden));
    }
    return block;
}

std::vector<TensorShape> expert_block(const DecoderShape& shape) {
    std::vector<TensorShape> block;
    add_attention(shape, block);
    block.push_back(router("mlp.gate", shape.experts, shape.hidden));
    const size_t first = block.size();
    add_mlp("mlp.experts.", shape.intermediate, shape.hidden, block);
    for (size_t i = first; i < block.size(); ++i) {
        block[i].copies = shape.experts;
        block[i].expert = true;
    }
    if (shape.shared_intermediate != 0) {
        add_mlp("mlp.shared_expert.", shape.shared_intermediate, shape.hidden, block);
        block.push_back(router("mlp.shared_expert_gate", 1, shape.hidden));
    }
    return block;
}

template <typename Visit>
void visit(const Model& model, const Visit& visit_tensor) {
    std::vector<uint64_t> layers_of(model.blocks.size());
    for (const uint32_t kind : model.layers) ++layers_of[kind];
    for (const TensorShape& t : model.embeddings) visit_tensor(t, 1);
    for (size_t kind = 0; kind < model.blocks.size(); ++kind)
        for (const TensorShape& t : model.blocks[kind]) visit_tensor(t, layers_of[kind]);
    for (const TensorShape& t : model.head) visit_tensor(t, 1);
}

}  // namespace

uint64_t Model::parameters() const {
    uint64_t sum = 0;
    visit(*this, [&](const TensorShape& t, uint64_t times) { sum += t.elements() * t.copies * times; });
    return sum;
}

uint64_t Model::largest_elements() const {
    uint64_t most = 0;
    visit(*this, [&](const TensorShape& t, uint64_t) { most = std::max(most, t.elements()); });
    return most;
}

Model decoder_model(const DecoderShape& shape) {
    Model model{.name = shape.name,
                .hidden = shape.hidden,
                .experts_per_token = shape.experts_per_token,
                .tied_head = shape.tied_head};
    model.embeddings.push_back(matrix("embed_tokens", shape.vocabulary, shape.hidden));
    const bool mixed = shape.experts != 0 && !shape.dense_layers.empty();
    if (shape.experts == 0 || mixed) model.blocks.push_back(dense_block(shape));
    if (shape.experts != 0) model.blocks.push_back(expert_block(shape));
    for (uint32_t layer = 0; layer < shape.layers; ++layer) {
        const bool dense = std::binary_search(shape.dense_layers.begin(), shape.dense_layers.end(), layer);
        model.layers.push_back(mixed && !dense ? 1 : 0);
    }
    model.head.push_back(vector("norm", shape.hidden));
    if (!shape.tied_head) model.head.push_back(matrix("lm_head", shape.vocabulary, shape.hidden));
    return model;
}

Model gpt2_model(const Gpt2Shape& shape) {
    const uint64_t h = shape.hidden;
    Model model{.name = shape.name, .hidden = h, .tied_head = shape.tied_head};
    model.embeddings = {matrix("wte", shape.vocabulary, h), matrix("wpe", shape.positions, h)};
    model.blocks = {{vector("ln_1.weight", h), vector("ln_1.bias", h), matrix("attn.c_attn", h, 3 * h),
                     vector("attn.c_attn.bias", 3 * h), matrix("attn.c_proj", h, h), vector("attn.c_proj.bias", h),
                     vector("ln_2.weight", h), vector("ln_2.bias", h), matrix("mlp.c_fc", h, shape.intermediate),
                     vector("mlp.c_fc.bias", shape.intermediate), matrix("mlp.c_proj", shape.intermediate, h),
                     vector("mlp.c_proj.bias", h)}};
    model.layers.assign(shape.layers, 0);
    model.head = {vector("ln_f.weight", h), vector("ln_f.bias", h)};
    if (!shape.tied_head) model.head.push_back(matrix("lm_head", shape.vocabulary, h));
    return model;
}

}  // namespace sky::offload
