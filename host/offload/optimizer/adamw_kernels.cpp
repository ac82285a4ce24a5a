#include "host/offload/optimizer/adamw_kernels.hpp"

#include <cmath>

// One loop, compiled for each path. Its bits are the same everywhere because every operation in it is one that IEEE
// 754 rounds correctly, and the compiler may neither fuse nor split any (-ffp-contract=off, no -ffast-math): fma() is
// one instruction where there is one, else a call that gives the same.

#if defined(__x86_64__)
#define SKY_OFFLOAD_AVX2 __attribute__((target("avx2,fma")))
#define SKY_OFFLOAD_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,prefer-vector-width=512")))
#else
#define SKY_OFFLOAD_AVX2
#define SKY_OFFLOAD_AVX512
#endif

namespace sky::offload {

namespace {

SKY_OFFLOAD_INLINE void loop(const AdamWPiece& piece, const AdamWConstants& constants) {
    float* const __restrict parameter = piece.parameter;
    float* const __restrict mean = piece.m;
    float* const __restrict square = piece.v;
    const float* const __restrict gradient = piece.gradient;
    const AdamWConstants c = constants;
    for (uint64_t i = 0; i < piece.count; ++i) {
        const float g = gradient[i] * c.gradient_scale;
        const float m = __builtin_fmaf(c.gain1, g - mean[i], mean[i]);
        const float v = __builtin_fmaf(c.gain2, g * g, c.keep2 * square[i]);
        const float root = __builtin_fmaf(__builtin_sqrtf(v), c.root_scale, c.eps);
        parameter[i] = __builtin_fmaf(-c.step_size, m / root, parameter[i] * c.decay);
        mean[i] = m;
        square[i] = v;
    }
}

void adamw_scalar(const AdamWPiece& piece, const AdamWConstants& constants) { loop(piece, constants); }
SKY_OFFLOAD_AVX2 void adamw_avx2(const AdamWPiece& piece, const AdamWConstants& constants) { loop(piece, constants); }
SKY_OFFLOAD_AVX512 void adamw_avx512(const AdamWPiece& piece, const AdamWConstants& constants) {
    loop(piece, constants);
}

}  // namespace

AdamWConstants adamw_constants(const AdamWStep& step) {
    const auto steps = static_cast<double>(step.step);
    return {.gradient_scale = static_cast<float>(step.gradient_scale),
            .gain1 = static_cast<float>(1 - step.beta1),
            .keep2 = static_cast<float>(step.beta2),
            .gain2 = static_cast<float>(1 - step.beta2),
            .decay = static_cast<float>(1 - step.lr * step.weight_decay),
            .step_size = static_cast<float>(step.lr / (1 - std::pow(step.beta1, steps))),
            .root_scale = static_cast<float>(1 / std::sqrt(1 - std::pow(step.beta2, steps))),
            .eps = static_cast<float>(step.eps)};
}

AdamWKernel adamw_kernel(VectorPath path) {
    switch (path) {
        case VectorPath::kAvx512: return adamw_avx512;
        case VectorPath::kAvx2: return adamw_avx2;
        case VectorPath::kScalar: break;
    }
    return adamw_scalar;
}

}  // namespace sky::offload
