#pragma once

#include <cstdint>

#include "host/offload/optimizer/adamw.hpp"
#include "host/offload/optimizer/stochastic.hpp"

namespace sky::offload {

/// What the operations of a step multiply with and add, each rounded to fp32 once.
struct AdamWConstants {
    float gradient_scale;
    float gain1;  ///< 1 - beta1
    float keep2;  ///< beta2
    float gain2;  ///< 1 - beta2
    float decay;  ///< 1 - lr * weight_decay
    float step_size;
    float root_scale;
    float eps;
};
[[nodiscard]] AdamWConstants adamw_constants(const AdamWStep& step);

struct AdamWPiece {
    float* parameter;
    float* m;
    float* v;
    const float* gradient;
    uint64_t count;
};
using AdamWKernel = void (*)(const AdamWPiece& piece, const AdamWConstants& constants);
/// `path` must be an available one.
[[nodiscard]] AdamWKernel adamw_kernel(VectorPath path);

/// Of one block.
struct Bf16Piece {
    uint16_t* parameter;
    uint16_t* m;
    uint16_t* v;
    const float* gradient;
    uint64_t count;
    uint32_t first;  ///< the place of its first element in the block
    StochasticKey of_p, of_m, of_v;
};
using Bf16Kernel = void (*)(const Bf16Piece& piece, const AdamWConstants& constants);
[[nodiscard]] Bf16Kernel bf16_kernel(VectorPath path);

}  // namespace sky::offload
