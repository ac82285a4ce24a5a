#include "host/offload/train/attention.hpp"

#include <algorithm>
#include <cmath>

#include "host/offload/train/blas.hpp"

namespace sky::offload {

namespace {

/// Queries `begin` to `end` of one head: they see the keys up to their own.
struct Rows {
    uint64_t begin;
    uint64_t end;
    [[nodiscard]] uint64_t count() const { return end - begin; }
};

/// The probabilities of the rows, `length` elements from one to the next.
void probabilities(const AttentionShape& shape, Rows rows, const float* q, const float* k, float* out) {
    multiply(rows.count(), rows.end, shape.head_dim, 1.0F,
             {q + rows.begin * shape.query_stride(), shape.query_stride()}, {k, shape.key_stride(), true}, false,
             {out, shape.length});
    const float root = std::sqrt(static_cast<float>(shape.head_dim));
    for (uint64_t row = rows.begin; row < rows.end; ++row, out += shape.length) {
        const uint64_t seen = row + 1;
        float most = -INFINITY;
        for (uint64_t j = 0; j < seen; ++j) {
            out[j] /= root;
            most = std::max(most, out[j]);
        }
        double sum = 0;
        for (uint64_t j = 0; j < seen; ++j) {
            out[j] = std::exp(out[j] - most);
            sum += static_cast<double>(out[j]);
        }
        const auto scale = static_cast<float>(1 / sum);
        for (uint64_t j = 0; j < seen; ++j) out[j] *= scale;
        std::fill(out + seen, out + rows.end, 0.0F);
    }
}

template <typename Use>
void for_rows(uint64_t length, const Use& use) {
    for (uint64_t begin = 0; begin < length; begin += kAttentionRows)
        use(Rows{begin, std::min(begin + kAttentionRows, length)});
}

}  // namespace

uint64_t attention_scratch(const AttentionShape& shape) {
    return 2 * std::min(kAttentionRows, shape.length) * shape.length;
}

void attention_head(const AttentionShape& shape, uint64_t head, const float* q, const float* k, const float* v,
                    float* out, float* scratch) {
    q += head * shape.head_dim;
    out += head * shape.head_dim;
    k += head / shape.group() * shape.head_dim;
    v += head / shape.group() * shape.head_dim;
    for_rows(shape.length, [&](Rows rows) {
        probabilities(shape, rows, q, k, scratch);
        multiply(rows.count(), shape.head_dim, rows.end, 1.0F, {scratch, shape.length}, {v, shape.key_stride()},
                 false, {out + rows.begin * shape.query_stride(), shape.query_stride()});
    });
}

void attention_backward(const AttentionShape& shape, uint64_t kv_head, const AttentionGradient& at, float* scratch) {
    const uint64_t width = shape.head_dim;
    const uint64_t q_stride = shape.query_stride();
    const uint64_t k_stride = shape.key_stride();
    const float* const k = at.k + kv_head * width;
    const float* const v = at.v + kv_head * width;
    float* const dk = at.dk + kv_head * width;
    float* const dv = at.dv + kv_head * width;
    for (uint64_t t = 0; t < shape.length; ++t) {
        std::fill_n(dk + t * k_stride, width, 0.0F);
        std::fill_n(dv + t * k_stride, width, 0.0F);
    }
    float* const p = scratch;
    float* const dp = scratch + std::min(kAttentionRows, shape.length) * shape.length;
    const float root = std::sqrt(static_cast<float>(shape.head_dim));
    for (uint64_t head = kv_head * shape.group(); head < (kv_head + 1) * shape.group(); ++head) {
        const float* const q = at.q + head * width;
        for_rows(shape.length, [&](Rows rows) {
            const ConstMatrix dout{at.dout + rows.begin * q_stride + head * width, q_stride};
            probabilities(shape, rows, q, k, p);
            multiply(rows.count(), rows.end, width, 1.0F, dout, {v, k_stride, true}, false, {dp, shape.length});
            multiply(rows.end, width, rows.count(), 1.0F, {p, shape.length, true}, dout, true, {dv, k_stride});
            for (uint64_t row = 0; row < rows.count(); ++row) {
                float* const d = dp + row * shape.length;
                const float* const probability = p + row * shape.length;
                double along = 0;
                for (uint64_t j = 0; j < rows.end; ++j)
                    along += static_cast<double>(d[j]) * static_cast<double>(probability[j]);
                const auto mean = static_cast<float>(along);
                for (uint64_t j = 0; j < rows.end; ++j) d[j] = probability[j] * (d[j] - mean) / root;
            }
            multiply(rows.count(), width, rows.end, 1.0F, {dp, shape.length}, {k, k_stride}, false,
                     {at.dq + rows.begin * q_stride + head * width, q_stride});
            multiply(rows.end, width, rows.count(), 1.0F, {dp, shape.length, true},
                     {q + rows.begin * q_stride, q_stride}, true, {dk, k_stride});
        });
    }
}

}  // namespace sky::offload
