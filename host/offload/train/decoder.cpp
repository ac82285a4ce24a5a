#include "host/offload/train/decoder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sky::offload {

namespace {

/// Of a compute block, unless its rows are so long that it would have too few of them.
constexpr uint64_t kBlockElements = uint64_t{3} * 65536;
constexpr uint64_t kLeastBlockRows = 32;
constexpr uint64_t kRowStep = 16;      // what the multiplications like
constexpr uint64_t kWantedBlocks = 8;  // of a small matrix, so that threads have something to share

uint64_t block_rows_of(uint64_t rows, uint64_t columns) {
    const uint64_t most = std::max(kLeastBlockRows, kBlockElements / columns / kRowStep * kRowStep);
    const uint64_t share = (rows + kWantedBlocks - 1) / kWantedBlocks;
    const uint64_t wanted = (share + kRowStep - 1) / kRowStep * kRowStep;
    return std::min({rows, most, wanted});
}

uint32_t add_matrix(Decoder& decoder, const std::string& name, uint64_t rows, uint64_t columns) {
    decoder.parameters.push_back(
        {.name = name, .rows = rows, .columns = columns, .matrix = true, .block_rows = block_rows_of(rows, columns)});
    return static_cast<uint32_t>(decoder.parameters.size() - 1);
}

uint32_t add_vector(Decoder& decoder, const std::string& name, uint64_t elements) {
    decoder.parameters.push_back({.name = name, .rows = elements, .matrix = false, .block_rows = elements});
    return static_cast<uint32_t>(decoder.parameters.size() - 1);
}

LayerParameters add_layer(Decoder& decoder, uint64_t number) {
    const DecoderShape& shape = decoder.shape;
    const std::string prefix = fmt::format("model.layers.{}.", number);
    const std::string attention = prefix + "self_attn.";
    LayerParameters layer;
    layer.input_norm = add_vector(decoder, prefix + "input_layernorm.weight", shape.hidden);
    layer.q = add_matrix(decoder, attention + "q_proj.weight", decoder.queries(), shape.hidden);
    layer.k = add_matrix(decoder, attention + "k_proj.weight", decoder.keys(), shape.hidden);
    layer.v = add_matrix(decoder, attention + "v_proj.weight", decoder.keys(), shape.hidden);
    if (shape.qkv_bias) {
        layer.q_bias = add_vector(decoder, attention + "q_proj.bias", decoder.queries());
        layer.k_bias = add_vector(decoder, attention + "k_proj.bias", decoder.keys());
        layer.v_bias = add_vector(decoder, attention + "v_proj.bias", decoder.keys());
    }
    if (shape.qk_norm) {
        layer.q_norm = add_vector(decoder, attention + "q_norm.weight", shape.head_dim);
        layer.k_norm = add_vector(decoder, attention + "k_norm.weight", shape.head_dim);
    }
    layer.o = add_matrix(decoder, attention + "o_proj.weight", shape.hidden, decoder.queries());
    layer.post_norm = add_vector(decoder, prefix + "post_attention_layernorm.weight", shape.hidden);
    layer.gate = add_matrix(decoder, prefix + "mlp.gate_proj.weight", shape.intermediate, shape.hidden);
    layer.up = add_matrix(decoder, prefix + "mlp.up_proj.weight", shape.intermediate, shape.hidden);
    layer.down = add_matrix(decoder, prefix + "mlp.down_proj.weight", shape.hidden, shape.intermediate);
    return layer;
}

template <typename Number>
uint64_t most(const std::vector<Parameter>& parameters, const Number& number) {
    uint64_t largest = 0;
    for (const Parameter& parameter : parameters) largest = std::max(largest, number(parameter));
    return largest;
}

Unit unit_of(const std::vector<uint32_t>& vectors) {
    Unit unit;
    for (const uint32_t tensor : vectors) unit.uses.push_back({.first = tensor});
    return unit;
}

}  // namespace

std::vector<uint32_t> LayerParameters::vectors() const {
    std::vector<uint32_t> present;
    for (const uint32_t tensor : {input_norm, q_bias, k_bias, v_bias, q_norm, k_norm, post_norm})
        if (tensor != kNoParameter) present.push_back(tensor);
    return present;
}

uint64_t Decoder::elements() const {
    uint64_t sum = 0;
    for (const Parameter& parameter : parameters) sum += parameter.elements();
    return sum;
}

uint64_t Decoder::largest_elements() const {
    return most(parameters, [](const Parameter& p) { return p.elements(); });
}

uint64_t Decoder::largest_block_elements() const {
    return most(parameters, [](const Parameter& p) { return p.matrix ? p.block_elements() : 0; });
}

Decoder make_decoder(const HfDecoder& config) {
    Decoder decoder;
    decoder.shape = config.shape;
    decoder.settings = config.settings;
    decoder.embedding =
        add_matrix(decoder, "model.embed_tokens.weight", config.shape.vocabulary, config.shape.hidden);
    for (uint64_t layer = 0; layer < config.shape.layers; ++layer)
        decoder.layers.push_back(add_layer(decoder, layer));
    decoder.norm = add_vector(decoder, "model.norm.weight", config.shape.hidden);
    decoder.head = config.shape.tied_head
                       ? decoder.embedding
                       : add_matrix(decoder, "lm_head.weight", config.shape.vocabulary, config.shape.hidden);
    return decoder;
}

HfDecoder tiny_decoder() {
    HfDecoder tiny;
    tiny.shape = {.name = "tiny",
                  .hidden = 64,
                  .intermediate = 176,
                  .layers = 2,
                  .heads = 4,
                  .kv_heads = 4,
                  .head_dim = 16,
                  .vocabulary = 256};
    return tiny;
}

std::vector<Unit> pass_of(const Decoder& decoder) {
    const auto forward = [](const LayerParameters& layer) {
        Unit unit = unit_of(layer.vectors());
        for (const uint32_t tensor : {layer.q, layer.k, layer.v, layer.o, layer.gate, layer.up, layer.down})
            unit.uses.push_back({.first = tensor});
        return unit;
    };
    // Attention is computed once more before its gradients are. Gate and up are computed again block by block, each
    // with its gradients at once, so that neither is needed twice.
    const auto backward = [](const LayerParameters& layer) {
        Unit unit = unit_of(layer.vectors());
        for (const uint32_t tensor : {layer.q, layer.k, layer.v, layer.o})
            unit.uses.push_back({.first = tensor, .keep = true});
        unit.uses.push_back({.first = layer.down});
        unit.uses.push_back({.first = layer.gate, .second = layer.up});
        for (const uint32_t tensor : {layer.o, layer.q, layer.k, layer.v}) unit.uses.push_back({.first = tensor});
        return unit;
    };
    const Unit embedding{.uses = {{.first = decoder.embedding}}};
    const Unit head{.uses = {{.first = decoder.norm}, {.first = decoder.head}}};
    std::vector<Unit> pass{embedding};
    for (const LayerParameters& layer : decoder.layers) pass.push_back(forward(layer));
    pass.push_back(head);
    pass.push_back(head);
    for (size_t layer = decoder.layers.size(); layer-- > 0;) pass.push_back(backward(decoder.layers[layer]));
    pass.push_back(embedding);
    return pass;
}

}  // namespace sky::offload
