#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sky::offload {

/// A tensor of a model, or several equal ones that are needed together, as the experts of one block.
struct TensorShape {
    std::string name;  ///< as in the checkpoint, without the number of its layer: "mlp.gate_proj"
    uint64_t rows = 0;
    uint64_t columns = 1;  ///< 1: a vector
    uint64_t copies = 1;   ///< experts
    bool streamed = true;  ///< has a slot while it is used; a vector or a router has none
    bool expert = false;   ///< only some of the copies are needed for a token

    [[nodiscard]] uint64_t elements() const { return rows * columns; }
};

/// The parameters of a network of blocks, in the order in which a forward pass uses them.
struct Model {
    std::string name;
    uint64_t hidden = 0;
    uint64_t experts_per_token = 0;                  ///< 0: no mixture of experts
    bool tied_head = false;                          ///< the head is the first embedding once more
    std::vector<TensorShape> embeddings{};           ///< used before the first block
    std::vector<std::vector<TensorShape>> blocks{};  ///< each kind of block once
    std::vector<uint32_t> layers{};                  ///< the kind of each
    std::vector<TensorShape> head{};                 ///< used behind the last block

    [[nodiscard]] uint64_t parameters() const;
    /// Elements of the largest tensor: the largest sub-group of an optimizer step.
    [[nodiscard]] uint64_t largest_elements() const;
};

/// A decoder as Llama, Mistral, Mixtral and Qwen have it.
struct DecoderShape {
    std::string name;
    uint64_t hidden = 0;
    uint64_t intermediate = 0;  ///< of the dense blocks; of each expert where there are any
    uint64_t layers = 0;
    uint64_t heads = 0;
    uint64_t kv_heads = 0;
    uint64_t head_dim = 0;
    uint64_t vocabulary = 0;
    bool tied_head = false;
    bool qkv_bias = false;
    bool qk_norm = false;
    uint64_t experts = 0;  ///< 0: every block is dense
    uint64_t experts_per_token = 0;
    // What only config.json files know of.
    bool output_bias = false;
    bool mlp_bias = false;
    uint64_t shared_intermediate = 0;      ///< of an expert that every token visits
    uint64_t dense_intermediate = 0;       ///< of the dense blocks among those with experts
    std::vector<uint32_t> dense_layers{};  ///< ascending
};
[[nodiscard]] Model decoder_model(const DecoderShape& shape);

/// GPT-2: learned positions, one matrix for q, k and v, biases everywhere, a tied head.
struct Gpt2Shape {
    std::string name;
    uint64_t hidden = 0;
    uint64_t layers = 0;
    uint64_t intermediate = 0;
    uint64_t vocabulary = 0;
    uint64_t positions = 0;
    bool tied_head = true;
};
[[nodiscard]] Model gpt2_model(const Gpt2Shape& shape);

}  // namespace sky::offload
