#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/offload/plan/hf_config.hpp"

// What is computed with single tokens: plain loops, in fp32 with sums in double. All matrices are in rows without
// gaps, a token a row.
namespace sky::offload {

/// y = x / rms(x) * weight; `inverse` receives 1 / rms(x) of each token.
void rms_norm(uint64_t tokens, uint64_t width, const float* x, const float* weight, float eps, float* y,
              float* inverse);
/// The gradient of x from that of y; added to what is there, or put there.
void rms_norm_backward(uint64_t tokens, uint64_t width, const float* dy, const float* x, const float* weight,
                       const float* inverse, bool add, float* dx);
/// The gradient of the weight's elements `begin` to `end`, over all tokens ascending.
void rms_norm_weight_gradient(uint64_t tokens, uint64_t width, uint64_t begin, uint64_t end, const float* dy,
                              const float* x, const float* inverse, float* out);
/// The sums of the columns `begin` to `end`.
void column_sums(uint64_t tokens, uint64_t width, uint64_t begin, uint64_t end, const float* x, float* out);

/// x += bias in columns `begin` to `end`.
void add_bias(uint64_t tokens, uint64_t width, uint64_t begin, uint64_t end, const float* bias, float* x);
void add(uint64_t count, const float* x, float* to);

/// Cosines and sines of the rotations of a head, by position.
class RopeTable {
   public:
    RopeTable() = default;
    RopeTable(const DecoderSettings& settings, uint64_t head_dim, uint64_t positions);

    /// Turns the heads of `tokens` tokens of a sequence, the first at `position`; backwards for gradients.
    void turn(uint64_t position, uint64_t tokens, uint64_t heads, bool backward, float* x) const;

   private:
    uint64_t half_ = 0;
    std::vector<float> cosine_;
    std::vector<float> sine_;
};

/// silu(gate) * up.
void swiglu(uint64_t count, const float* gate, const float* up, float* out);
/// Of one value: what it gives, and the gradients of both from that of what it gives.
struct SwigluGradient {
    float out, gate, up;
};
[[nodiscard]] SwigluGradient swiglu_backward(float gate, float up, float dout);

/// Sum of squares in double: of a block of at most 65,536 elements, in an order that is fixed. Not finite when an
/// element is not.
[[nodiscard]] double square_sum(std::span<const float> block);

}  // namespace sky::offload
