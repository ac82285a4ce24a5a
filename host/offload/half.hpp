#pragma once

#include <bit>
#include <cstdint>

// The two 16-bit floating-point numbers, as fp32.
namespace sky::offload {

[[nodiscard]] constexpr float bf16_to_fp32(uint16_t bits) {
    return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16U);
}

/// IEEE 754 binary16.
[[nodiscard]] constexpr float fp16_to_fp32(uint16_t bits) {
    const uint32_t sign = static_cast<uint32_t>(bits & 0x8000U) << 16U;
    const uint32_t exponent = (bits >> 10U) & 0x1FU;
    const uint32_t fraction = bits & 0x3FFU;
    if (exponent == 0x1FU) return std::bit_cast<float>(sign | 0x7F800000U | (fraction << 13U));
    if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112U) << 23U) | (fraction << 13U));
    // Subnormal: so many times 2^-24.
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
}

}  // namespace sky::offload
