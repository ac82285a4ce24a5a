#include "host/offload/train/kernels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace sky::offload {

void rms_norm(uint64_t tokens, uint64_t width, const float* x, const float* weight, float eps, float* y,
              float* inverse) {
    for (uint64_t t = 0; t < tokens; ++t, x += width, y += width) {
        const double mean = square_sum({x, width}) / static_cast<double>(width);
        const auto scale = static_cast<float>(1 / std::sqrt(mean + static_cast<double>(eps)));
        inverse[t] = scale;
        for (uint64_t i = 0; i < width; ++i) y[i] = x[i] * scale * weight[i];
    }
}

void rms_norm_backward(uint64_t tokens, uint64_t width, const float* dy, const float* x, const float* weight,
                       const float* inverse, bool add, float* dx) {
    for (uint64_t t = 0; t < tokens; ++t, dy += width, x += width, dx += width) {
        const float scale = inverse[t];
        double along = 0;
        for (uint64_t i = 0; i < width; ++i)
            along += static_cast<double>(dy[i] * weight[i]) * static_cast<double>(x[i] * scale);
        const auto mean = static_cast<float>(along / static_cast<double>(width));
        for (uint64_t i = 0; i < width; ++i) {
            const float gradient = scale * (dy[i] * weight[i] - x[i] * scale * mean);
            dx[i] = add ? dx[i] + gradient : gradient;
        }
    }
}

void rms_norm_weight_gradient(uint64_t tokens, uint64_t width, uint64_t begin, uint64_t end, const float* dy,
                              const float* x, const float* inverse, float* out) {
    std::vector<double> sums(end - begin);
    for (uint64_t t = 0; t < tokens; ++t)
        for (uint64_t i = begin; i < end; ++i)
            sums[i - begin] +=
                static_cast<double>(dy[t * width + i]) * static_cast<double>(x[t * width + i] * inverse[t]);
    for (uint64_t i = begin; i < end; ++i) out[i] = static_cast<float>(sums[i - begin]);
}

void column_sums(uint64_t tokens, uint64_t width, uint64_t begin, uint64_t end, const float* x, float* out) {
    std::vector<double> sums(end - begin);
    for (uint64_t t = 0; t < tokens; ++t)
        for (uint64_t i = begin; i < end; ++i) sums[i - begin] += static_cast<double>(x[t * width + i]);
    for (uint64_t i = begin; i < end; ++i) out[i] = static_cast<float>(sums[i - begin]);
}

void add_bias(uint64_t tokens, uint64_t width, uint64_t begin, uint64_t end, const float* bias, float* x) {
    for (uint64_t t = 0; t < tokens; ++t)
        for (uint64_t i = begin; i < end; ++i) x[t * width + i] += bias[i];
}

void add(uint64_t count, const float* x, float* to) {
    for (uint64_t i = 0; i < count; ++i) to[i] += x[i];
}

namespace {

/// How many radians a pair turns from one position to the next.
double frequency(const DecoderSettings& settings, uint64_t pair, uint64_t head_dim) {
    const double usual =
        1 / std::pow(settings.rope_theta, static_cast<double>(2 * pair) / static_cast<double>(head_dim));
    if (!settings.llama3_rope) return usual;
    // Long waves are stretched by the factor, short ones stay, and those between are blended.
    const Llama3Rope& rope = *settings.llama3_rope;
    const auto positions = static_cast<double>(rope.original_positions);
    const double wave = 2 * std::numbers::pi / usual;
    if (wave > positions / rope.low_frequency_factor) return usual / rope.factor;
    if (wave < positions / rope.high_frequency_factor) return usual;
    const double share =
        (positions / wave - rope.low_frequency_factor) / (rope.high_frequency_factor - rope.low_frequency_factor);
    return (1 - share) * usual / rope.factor + share * usual;
}

}  // namespace

RopeTable::RopeTable(const DecoderSettings& settings, uint64_t head_dim, uint64_t positions)
    : half_(head_dim / 2), cosine_(half_ * positions), sine_(half_ * positions) {
    for (uint64_t pair = 0; pair < half_; ++pair) {
        const double turn = frequency(settings, pair, head_dim);
        for (uint64_t t = 0; t < positions; ++t) {
            const double angle = static_cast<double>(t) * turn;
            cosine_[t * half_ + pair] = static_cast<float>(std::cos(angle));
            sine_[t * half_ + pair] = static_cast<float>(std::sin(angle));
        }
    }
}

void RopeTable::turn(uint64_t position, uint64_t tokens, uint64_t heads, bool backward, float* x) const {
    const float sign = backward ? -1.0F : 1.0F;
    for (uint64_t t = 0; t < tokens; ++t) {
        const float* const cosine = &cosine_[(position + t) * half_];
        const float* const sine = &sine_[(position + t) * half_];
        for (uint64_t head = 0; head < heads; ++head, x += 2 * half_)
            for (uint64_t i = 0; i < half_; ++i) {
                const float low = x[i];
                const float high = x[i + half_];
                x[i] = low * cosine[i] - high * (sign * sine[i]);
                x[i + half_] = high * cosine[i] + low * (sign * sine[i]);
            }
    }
}

void swiglu(uint64_t count, const float* gate, const float* up, float* out) {
    for (uint64_t i = 0; i < count; ++i) out[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
}

SwigluGradient swiglu_backward(float gate, float up, float dout) {
    const float sigmoid = 1 / (1 + std::exp(-gate));
    const float silu = gate * sigmoid;
    return {.out = silu * up, .gate = dout * up * (sigmoid * (1 + gate * (1 - sigmoid))), .up = dout * silu};
}

double square_sum(std::span<const float> block) {
    // A product of two of these is exact in double, so that only the sums round: in lanes that are added at the end.
    constexpr uint64_t kLanes = 16;
    std::array<double, kLanes> lanes{};
    const uint64_t whole = block.size() / kLanes * kLanes;
    for (uint64_t i = 0; i < whole; i += kLanes)
        for (uint64_t lane = 0; lane < kLanes; ++lane) {
            const auto value = static_cast<double>(block[i + lane]);
            lanes[lane] += value * value;
        }
    for (uint64_t i = whole; i < block.size(); ++i) {
        const auto value = static_cast<double>(block[i]);
        lanes[i - whole] += value * value;
    }
    double sum = 0;
    for (const double lane : lanes) sum += lane;
    return sum;
}

}  // namespace sky::offload
