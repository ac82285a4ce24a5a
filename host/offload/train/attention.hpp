#pragma once

#include <cstdint>

namespace sky::offload {

/// Causal attention of sequences of `length` tokens, as many query heads sharing each key head.
struct AttentionShape {
    uint64_t length = 0;
    uint64_t heads = 0;
    uint64_t kv_heads = 0;
    uint64_t head_dim = 0;

    [[nodiscard]] uint64_t group() const { return heads / kv_heads; }
    [[nodiscard]] uint64_t query_stride() const { return heads * head_dim; }
    [[nodiscard]] uint64_t key_stride() const { return kv_heads * head_dim; }
};

/// Queries of a sequence that are computed at once.
inline constexpr uint64_t kAttentionRows = 128;

/// Floats that a worker needs for either direction.
[[nodiscard]] uint64_t attention_scratch(const AttentionShape& shape);

/// The output of one head of one sequence. All pointers are the sequence's, a token a row.
void attention_head(const AttentionShape& shape, uint64_t head, const float* q, const float* k, const float* v,
                    float* out, float* scratch);

/// The gradients of one key head of one sequence, and of the query heads that share it.
struct AttentionGradient {
    const float *q, *k, *v, *dout;
    float *dq, *dk, *dv;
};
void attention_backward(const AttentionShape& shape, uint64_t kv_head, const AttentionGradient& at, float* scratch);

}  // namespace sky::offload
