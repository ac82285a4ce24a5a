#include "host/offload/optimizer/adamw_kernels.hpp"

#include <cmath>

// One loop, compiled for each path. Its bits are the same everywhere because every operation in it is one that IEEE
// 754 rounds correctly, and the compiler may neither fuse nor split any (-ffp-contract=off, no -ffast-math): fma() is
// one instruction where there is one, else a call that gives the same.

#if defined(__x86_64__)
#define SKY_OFFLOAD_AVX2 __attribute__((target("avx2,fma")))
#if defined(__clang__)
#define SKY_OFFLOAD_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#else  // which takes half of a vector unless it is told
#define SKY_OFFLOAD_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,prefer-vector-width=512")))
#endif
#else
#define SKY_OFFLOAD_AVX2
#define SKY_OFFLOAD_AVX512
#endif

namespace sky::offload {

namespace {

struct Element {
    float parameter, m, v;
};

SKY_OFFLOAD_INLINE Element updated(const Element& old, float gradient, const AdamWConstants& c) {
    const float g = gradient * c.gradient_scale;
    const float m = __builtin_fmaf(c.gain1, g - old.m, old.m);
    const float v = __builtin_fmaf(c.gain2, g * g, c.keep2 * old.v);
    const float root = __builtin_fmaf(__builtin_sqrtf(v), c.root_scale, c.eps);
    return {.parameter = __builtin_fmaf(-c.step_size, m / root, old.parameter * c.decay), .m = m, .v = v};
}

SKY_OFFLOAD_INLINE void loop(const AdamWPiece& piece, const AdamWConstants& constants) {
    float* const __restrict parameter = piece.parameter;
    float* const __restrict mean = piece.m;
    float* const __restrict square = piece.v;
    const float* const __restrict gradient = piece.gradient;
    const AdamWConstants c = constants;
    for (uint64_t i = 0; i < piece.count; ++i) {
        const Element now = updated({.parameter = parameter[i], .m = mean[i], .v = square[i]}, gradient[i], c);
        parameter[i] = now.parameter;
        mean[i] = now.m;
        square[i] = now.v;
    }
}

SKY_OFFLOAD_INLINE void loop(const Bf16Piece& piece, const AdamWConstants& constants) {
    uint16_t* const __restrict parameter = piece.parameter;
    uint16_t* const __restrict mean = piece.m;
    uint16_t* const __restrict square = piece.v;
    const float* const __restrict gradient = piece.gradient;
    const AdamWConstants c = constants;
    const StochasticKey of_p = piece.of_p;
    const StochasticKey of_m = piece.of_m;
    const StochasticKey of_v = piece.of_v;
    const auto count = static_cast<uint32_t>(piece.count);
    for (uint32_t i = 0; i < count; ++i) {
        const Element old{.parameter = from_bf16(parameter[i]), .m = from_bf16(mean[i]), .v = from_bf16(square[i])};
        const Element now = updated(old, gradient[i], c);
        const uint32_t element = piece.first + i;
        parameter[i] = round_to_bf16(now.parameter, stochastic_bits(of_p, element));
        mean[i] = round_to_bf16(now.m, stochastic_bits(of_m, element));
        square[i] = round_to_bf16(now.v, stochastic_bits(of_v, element));
    }
}

template <typename Piece>
void adamw_scalar(const Piece& piece, const AdamWConstants& constants) {
    loop(piece, constants);
}
template <typename Piece>
SKY_OFFLOAD_AVX2 void adamw_avx2(const Piece& piece, const AdamWConstants& constants) {
    loop(piece, constants);
}
template <typename Piece>
SKY_OFFLOAD_AVX512 void adamw_avx512(const Piece& piece, const AdamWConstants& constants) {
    loop(piece, constants);
}

template <typename Piece>
auto kernel_for(VectorPath path) -> void (*)(const Piece&, const AdamWConstants&) {
    switch (path) {
        case VectorPath::kAvx512: return adamw_avx512<Piece>;
        case VectorPath::kAvx2: return adamw_avx2<Piece>;
        case VectorPath::kScalar: break;
    }
    return adamw_scalar<Piece>;
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

AdamWKernel adamw_kernel(VectorPath path) { return kernel_for<AdamWPiece>(path); }

Bf16Kernel bf16_kernel(VectorPath path) { return kernel_for<Bf16Piece>(path); }

}  // namespace sky::offload
