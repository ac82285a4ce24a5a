#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/offload/plan/hf_config.hpp"
#include "host/offload/plan/model.hpp"

namespace sky::offload {

/// A tensor that is trained. What is computed with it is cut into compute blocks, whole rows of it, and the cuts
/// depend on nothing but its shape: however it arrives, the same multiplications are done.
struct Parameter {
    std::string name;  ///< as in a checkpoint of Hugging Face
    uint64_t rows = 0;
    uint64_t columns = 1;
    bool matrix = false;      ///< has two dimensions: weight decay is for these
    uint64_t block_rows = 0;  ///< of every compute block but the last

    [[nodiscard]] uint64_t elements() const { return rows * columns; }
    [[nodiscard]] uint64_t blocks() const { return (rows + block_rows - 1) / block_rows; }
    [[nodiscard]] uint64_t block_begin(uint64_t block) const { return block * block_rows; }
    [[nodiscard]] uint64_t block_end(uint64_t block) const {
        return block + 1 == blocks() ? rows : (block + 1) * block_rows;
    }
    /// Of one block, at most.
    [[nodiscard]] uint64_t block_elements() const { return block_rows * columns; }
};

inline constexpr uint32_t kNoParameter = UINT32_MAX;

/// The places of a layer's tensors in Decoder::parameters.
struct LayerParameters {
    uint32_t input_norm = kNoParameter;
    uint32_t q = kNoParameter, k = kNoParameter, v = kNoParameter, o = kNoParameter;
    uint32_t q_bias = kNoParameter, k_bias = kNoParameter, v_bias = kNoParameter;
    uint32_t q_norm = kNoParameter, k_norm = kNoParameter;
    uint32_t post_norm = kNoParameter;
    uint32_t gate = kNoParameter, up = kNoParameter, down = kNoParameter;

    /// Those that it has, in the order in which they are used.
    [[nodiscard]] std::vector<uint32_t> vectors() const;
};

/// A decoder that can be trained.
struct Decoder {
    DecoderShape shape;
    DecoderSettings settings;
    std::vector<Parameter> parameters;  ///< in the order of a forward pass
    std::vector<LayerParameters> layers;
    uint32_t embedding = 0;
    uint32_t norm = 0;
    uint32_t head = 0;  ///< the embedding once more when it is tied

    [[nodiscard]] uint64_t queries() const { return shape.heads * shape.head_dim; }
    [[nodiscard]] uint64_t keys() const { return shape.kv_heads * shape.head_dim; }
    [[nodiscard]] bool tied() const { return head == embedding; }
    [[nodiscard]] uint64_t elements() const;
    [[nodiscard]] uint64_t largest_elements() const;
    [[nodiscard]] uint64_t largest_block_elements() const;
};

[[nodiscard]] Decoder make_decoder(const HfDecoder& config);

/// Of "tiny": small enough to train in seconds.
[[nodiscard]] HfDecoder tiny_decoder();

/// One or two tensors whose blocks are computed with together, from the first to the last.
struct Use {
    uint32_t first = kNoParameter;
    uint32_t second = kNoParameter;  ///< of the same shape as the first, or none
    bool keep = false;               ///< used again before the unit ends

    [[nodiscard]] bool operator==(const Use&) const = default;
};

/// What is computed as one: the embedding, a layer, or the head; forward or backward.
struct Unit {
    std::vector<Use> uses;
};

/// In which order a pass, forward and backward, uses the tensors of a decoder: embedding, layers, head, head, layers
/// from the last to the first, embedding.
[[nodiscard]] std::vector<Unit> pass_of(const Decoder& decoder);

}  // namespace sky::offload
