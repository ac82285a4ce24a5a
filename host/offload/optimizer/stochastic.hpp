#pragma once

#include <bit>
#include <cstdint>

#include "host/memory/random.hpp"
#include "host/offload/optimizer/adamw.hpp"

/// Rounding to bf16 at random: up as often as the number lies above the lower neighbour, so that small updates are
/// not lost in the mean. The random bits are a hash of what is rounded, with no state: the same however a step is
/// shared out, cut into tiles, or done again after a crash.
namespace sky::offload {

/// Which of an element's numbers.
enum class StatePart : uint32_t { kP, kM, kV };

/// Of the numbers of one block of a tensor in one step.
struct StochasticKey {
    uint32_t first = 0;
    uint32_t second = 0;
};

[[nodiscard]] inline StochasticKey stochastic_key(uint64_t seed, uint64_t step, uint64_t tensor, uint64_t block,
                                                  StatePart part) {
    // Odd numbers from the golden ratio on keep what is added apart.
    constexpr uint64_t kApart = 0x9e3779b97f4a7c15;
    uint64_t key = memory::mix64(seed + kApart);
    for (const uint64_t one : {step, tensor, block, static_cast<uint64_t>(part)})
        key = memory::mix64((key ^ one) + kApart);
    return {.first = static_cast<uint32_t>(key), .second = static_cast<uint32_t>(key >> 32)};
}

/// 16 random bits for an element of the block. 32-bit words alone, so that it is done in vectors: twice the mixer
/// "lowbias32" of C. Wellons, Prospecting for Hash Functions (2018), the key before each.
[[nodiscard]] SKY_OFFLOAD_INLINE uint32_t stochastic_bits(StochasticKey key, uint32_t element) {
    uint32_t x = element ^ key.first;
    x = (x ^ x >> 16) * 0x7feb352dU;
    x = (x ^ x >> 15) * 0x846ca68bU;
    x = (x ^ x >> 16) + key.second;
    x = (x ^ x >> 16) * 0x7feb352dU;
    x = (x ^ x >> 15) * 0x846ca68bU;
    return x >> 16;
}

/// `bits`: 0 to 65535, each as likely. Infinities stay, NaNs stay NaNs; what lies above the largest bf16 may become
/// infinite.
[[nodiscard]] SKY_OFFLOAD_INLINE uint16_t round_to_bf16(float number, uint32_t bits) {
    const auto word = std::bit_cast<uint32_t>(number);
    const bool is_nan = (word & 0x7fffffff) > 0x7f800000;
    return static_cast<uint16_t>(is_nan ? word >> 16 | 0x40 : (word + bits) >> 16);
}

[[nodiscard]] SKY_OFFLOAD_INLINE float from_bf16(uint16_t number) {
    return std::bit_cast<float>(static_cast<uint32_t>(number) << 16);
}

/// Where a piece of a tensor stands.
struct Bf16Place {
    uint64_t seed = 0;
    uint64_t tensor = 0;
    uint64_t first_element = 0;
};

/// adamw() over states in bf16: the same operations in fp32, then each of p, m and v rounded at random.
void adamw_bf16(std::span<uint16_t> parameter, std::span<uint16_t> m, std::span<uint16_t> v,
                std::span<const float> gradient, const AdamWStep& step, const Bf16Place& place,
                const AdamWOptions& options = {});

}  // namespace sky::offload
