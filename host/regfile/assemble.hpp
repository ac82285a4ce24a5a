#pragma once

#include <cstdint>
#include <vector>

/// The few instructions of RV32I_Zicsr that are put into programs. Registers by number, immediates as they act.
namespace sky::regfile::assemble {

[[nodiscard]] constexpr uint32_t immediate12(int32_t value) { return (static_cast<uint32_t>(value) & 0xfff) << 20; }

[[nodiscard]] constexpr uint32_t lui(uint32_t rd, uint32_t value) { return (value & 0xfffff000) | rd << 7 | 0x37; }
[[nodiscard]] constexpr uint32_t addi(uint32_t rd, uint32_t rs1, int32_t value) {
    return immediate12(value) | rs1 << 15 | rd << 7 | 0x13;
}
[[nodiscard]] constexpr uint32_t lw(uint32_t rd, uint32_t rs1, int32_t offset) {
    return immediate12(offset) | rs1 << 15 | 2 << 12 | rd << 7 | 0x03;
}
[[nodiscard]] constexpr uint32_t sw(uint32_t rs2, uint32_t rs1, int32_t offset) {
    const auto bits = static_cast<uint32_t>(offset);
    return (bits >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | 2 << 12 | (bits & 0x1f) << 7 | 0x23;
}
[[nodiscard]] constexpr uint32_t jal(uint32_t rd, int32_t offset) {
    const auto bits = static_cast<uint32_t>(offset);
    return (bits >> 20 & 1) << 31 | (bits >> 1 & 0x3ff) << 21 | (bits >> 11 & 1) << 20 | (bits >> 12 & 0xff) << 12 |
           rd << 7 | 0x6f;
}
[[nodiscard]] constexpr uint32_t jalr(uint32_t rd, uint32_t rs1, int32_t offset) {
    return immediate12(offset) | rs1 << 15 | rd << 7 | 0x67;
}
[[nodiscard]] constexpr uint32_t csrw(uint32_t csr, uint32_t rs1) { return csr << 20 | rs1 << 15 | 1 << 12 | 0x73; }
[[nodiscard]] constexpr uint32_t csrwi(uint32_t csr, uint32_t value) {
    return csr << 20 | value << 15 | 5 << 12 | 0x73;
}
[[nodiscard]] constexpr uint32_t csrsi(uint32_t csr, uint32_t value) {
    return csr << 20 | value << 15 | 6 << 12 | 0x73;
}
[[nodiscard]] constexpr uint32_t csrr(uint32_t rd, uint32_t csr) { return csr << 20 | 2 << 12 | rd << 7 | 0x73; }
[[nodiscard]] constexpr uint32_t csrs(uint32_t csr, uint32_t rs1) { return csr << 20 | rs1 << 15 | 2 << 12 | 0x73; }
/// Of any condition: `funct3` as in the instruction.
[[nodiscard]] constexpr uint32_t branch(uint32_t funct3, uint32_t rs1, uint32_t rs2, int32_t offset) {
    const auto bits = static_cast<uint32_t>(offset);
    return (bits >> 12 & 1) << 31 | (bits >> 5 & 0x3f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 |
           (bits >> 1 & 0xf) << 8 | (bits >> 11 & 1) << 7 | 0x63;
}
[[nodiscard]] constexpr uint32_t beq(uint32_t rs1, uint32_t rs2, int32_t offset) {
    return branch(0, rs1, rs2, offset);
}
[[nodiscard]] constexpr uint32_t bne(uint32_t rs1, uint32_t rs2, int32_t offset) {
    return branch(1, rs1, rs2, offset);
}
[[nodiscard]] constexpr uint32_t bltu(uint32_t rs1, uint32_t rs2, int32_t offset) {
    return branch(6, rs1, rs2, offset);
}
/// Recommends a mode: slti x0, x0, 0x7c0 + mode.
[[nodiscard]] constexpr uint32_t hint(uint32_t mode) { return (0x7c0 + mode) << 20 | 2 << 12 | 0x13; }
inline constexpr uint32_t kMret = 0x30200073;

/// rd = value, whatever it is.
inline void load_constant(std::vector<uint32_t>& code, uint32_t rd, uint32_t value) {
    code.push_back(lui(rd, value + 0x800));
    code.push_back(addi(rd, rd, static_cast<int32_t>(value << 20) >> 20));
}
/// Goes to `target`; `scratch` holds anything then.
inline void jump(std::vector<uint32_t>& code, uint32_t scratch, uint32_t target) {
    code.push_back(lui(scratch, target + 0x800));
    code.push_back(jalr(0, scratch, static_cast<int32_t>(target << 20) >> 20));
}

}  // namespace sky::regfile::assemble
