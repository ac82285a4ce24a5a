#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace sky::model::rv32::alu {

constexpr int32_t as_signed(uint32_t a) { return std::bit_cast<int32_t>(a); }
constexpr uint32_t as_bits(int32_t a) { return std::bit_cast<uint32_t>(a); }

constexpr uint32_t sra(uint32_t a, uint32_t shift) { return as_bits(as_signed(a) >> (shift & 31)); }
constexpr uint32_t less(uint32_t a, uint32_t b) { return as_signed(a) < as_signed(b) ? 1 : 0; }
constexpr uint32_t less_unsigned(uint32_t a, uint32_t b) { return a < b ? 1 : 0; }

constexpr uint32_t mulh(uint32_t a, uint32_t b) {
    return static_cast<uint32_t>((int64_t{as_signed(a)} * int64_t{as_signed(b)}) >> 32);
}
constexpr uint32_t mulhsu(uint32_t a, uint32_t b) {
    return static_cast<uint32_t>((int64_t{as_signed(a)} * static_cast<int64_t>(b)) >> 32);
}
constexpr uint32_t mulhu(uint32_t a, uint32_t b) { return static_cast<uint32_t>((uint64_t{a} * uint64_t{b}) >> 32); }

constexpr bool overflows(uint32_t a, uint32_t b) {
    return as_signed(a) == std::numeric_limits<int32_t>::min() && as_signed(b) == -1;
}
/// By zero: all ones; what overflows: the dividend.
constexpr uint32_t div(uint32_t a, uint32_t b) {
    if (b == 0) return ~0U;
    if (overflows(a, b)) return a;
    return as_bits(as_signed(a) / as_signed(b));
}
constexpr uint32_t divu(uint32_t a, uint32_t b) { return b == 0 ? ~0U : a / b; }
/// By zero: the dividend; of what overflows: 0.
constexpr uint32_t rem(uint32_t a, uint32_t b) {
    if (b == 0) return a;
    if (overflows(a, b)) return 0;
    return as_bits(as_signed(a) % as_signed(b));
}
constexpr uint32_t remu(uint32_t a, uint32_t b) { return b == 0 ? a : a % b; }

}  // namespace sky::model::rv32::alu
