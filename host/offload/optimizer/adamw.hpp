#pragma once

#include <cstdint>
#include <span>

#include "host/offload/vector_path.hpp"

/// AdamW, as PyTorch has it: decoupled weight decay, eps added to the square root after its correction for the bias.
namespace sky::offload {

/// Elements that threads share out: a block is never cut.
inline constexpr uint64_t kOptimizerBlock = uint64_t{64} << 10;

/// One step, for all of its tensors. What an element becomes depends on nothing but its own four numbers and these.
struct AdamWStep {
    double lr = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double weight_decay = 0;
    uint64_t step = 1;          ///< counts from 1: corrects m and v, which begin as 0
    double gradient_scale = 1;  ///< gradients are multiplied with it first: clipping, loss scale, accumulation
};

struct AdamWOptions {
    int threads = 1;
    VectorPath path = fastest_path();
};

/// One step over a tensor or a piece of one, in place. All spans have one size and do not overlap. Computed in fp32:
///
///     g = gradient * gradient_scale
///     m = fma(1 - beta1, g - m, m)          v = fma(1 - beta2, g * g, beta2 * v)
///     p = p * (1 - lr * weight_decay)
///     p = fma(-lr / (1 - beta1^step), m / fma(sqrt(v), 1 / sqrt(1 - beta2^step), eps), p)
///
/// with these operations and no others on every path: the same bits with any vectors, threads or pieces.
void adamw(std::span<float> parameter, std::span<float> m, std::span<float> v, std::span<const float> gradient,
           const AdamWStep& step, const AdamWOptions& options = {});

}  // namespace sky::offload
