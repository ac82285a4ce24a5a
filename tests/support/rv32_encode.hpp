#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// Instructions of RV32IMC_Zicsr_Zifencei as bits, written down from the formats of the instruction-set manual and
/// not from anything of the model. Registers by number, offsets in bytes, immediates as they act.
namespace sky::test::rv32 {

// NOLINTBEGIN(readability-identifier-naming): mnemonics

constexpr uint32_t bits_of(int32_t value) { return static_cast<uint32_t>(value); }
/// Bits high to low of an immediate, put at bit `to`.
constexpr uint32_t place(int32_t imm, uint32_t high, uint32_t low, uint32_t to) {
    return ((bits_of(imm) >> low) & ((1U << (high - low + 1)) - 1)) << to;
}

constexpr uint32_t r_type(uint32_t funct7, uint32_t funct3, uint32_t rd, uint32_t rs1, uint32_t rs2) {
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x33;
}
constexpr uint32_t i_type(uint32_t opcode, uint32_t funct3, uint32_t rd, uint32_t rs1, int32_t imm) {
    return place(imm, 11, 0, 20) | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr uint32_t s_type(uint32_t funct3, uint32_t rs2, uint32_t rs1, int32_t imm) {
    return place(imm, 11, 5, 25) | rs2 << 20 | rs1 << 15 | funct3 << 12 | place(imm, 4, 0, 7) | 0x23;
}
constexpr uint32_t b_type(uint32_t funct3, uint32_t rs1, uint32_t rs2, int32_t offset) {
    return place(offset, 12, 12, 31) | place(offset, 10, 5, 25) | rs2 << 20 | rs1 << 15 | funct3 << 12 |
           place(offset, 4, 1, 8) | place(offset, 11, 11, 7) | 0x63;
}

constexpr uint32_t lui(uint32_t rd, uint32_t upper) { return (upper & 0xfffff000) | rd << 7 | 0x37; }
constexpr uint32_t auipc(uint32_t rd, uint32_t upper) { return (upper & 0xfffff000) | rd << 7 | 0x17; }
constexpr uint32_t jal(uint32_t rd, int32_t offset) {
    return place(offset, 20, 20, 31) | place(offset, 10, 1, 21) | place(offset, 11, 11, 20) |
           place(offset, 19, 12, 12) | rd << 7 | 0x6f;
}
constexpr uint32_t jalr(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x67, 0, rd, rs1, imm); }
constexpr uint32_t beq(uint32_t rs1, uint32_t rs2, int32_t offset) { return b_type(0, rs1, rs2, offset); }
constexpr uint32_t bne(uint32_t rs1, uint32_t rs2, int32_t offset) { return b_type(1, rs1, rs2, offset); }
constexpr uint32_t blt(uint32_t rs1, uint32_t rs2, int32_t offset) { return b_type(4, rs1, rs2, offset); }
constexpr uint32_t bge(uint32_t rs1, uint32_t rs2, int32_t offset) { return b_type(5, rs1, rs2, offset); }
constexpr uint32_t bltu(uint32_t rs1, uint32_t rs2, int32_t offset) { return b_type(6, rs1, rs2, offset); }
constexpr uint32_t bgeu(uint32_t rs1, uint32_t rs2, int32_t offset) { return b_type(7, rs1, rs2, offset); }
constexpr uint32_t lb(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x03, 0, rd, rs1, imm); }
constexpr uint32_t lh(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x03, 1, rd, rs1, imm); }
constexpr uint32_t lw(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x03, 2, rd, rs1, imm); }
constexpr uint32_t lbu(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x03, 4, rd, rs1, imm); }
constexpr uint32_t lhu(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x03, 5, rd, rs1, imm); }
constexpr uint32_t sb(uint32_t rs2, uint32_t rs1, int32_t imm) { return s_type(0, rs2, rs1, imm); }
constexpr uint32_t sh(uint32_t rs2, uint32_t rs1, int32_t imm) { return s_type(1, rs2, rs1, imm); }
constexpr uint32_t sw(uint32_t rs2, uint32_t rs1, int32_t imm) { return s_type(2, rs2, rs1, imm); }
constexpr uint32_t addi(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x13, 0, rd, rs1, imm); }
constexpr uint32_t slti(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x13, 2, rd, rs1, imm); }
constexpr uint32_t sltiu(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x13, 3, rd, rs1, imm); }
constexpr uint32_t xori(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x13, 4, rd, rs1, imm); }
constexpr uint32_t ori(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x13, 6, rd, rs1, imm); }
constexpr uint32_t andi(uint32_t rd, uint32_t rs1, int32_t imm) { return i_type(0x13, 7, rd, rs1, imm); }
constexpr uint32_t slli(uint32_t rd, uint32_t rs1, uint32_t shift) {
    return shift << 20 | i_type(0x13, 1, rd, rs1, 0);
}
constexpr uint32_t srli(uint32_t rd, uint32_t rs1, uint32_t shift) {
    return shift << 20 | i_type(0x13, 5, rd, rs1, 0);
}
constexpr uint32_t srai(uint32_t rd, uint32_t rs1, uint32_t shift) { return 1U << 30 | srli(rd, rs1, shift); }
constexpr uint32_t add(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(0, 0, rd, rs1, rs2); }
constexpr uint32_t sub(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(0x20, 0, rd, rs1, rs2); }
constexpr uint32_t sll(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(0, 1, rd, rs1, rs2); }
constexpr uint32_t slt(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(0, 2, rd, rs1, rs2); }
constexpr uint32_t sltu(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(0, 3, rd, rs1, rs2); }
constexpr uint32_t xor_(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(0, 4, rd, rs1, rs2); }
constexpr uint32_t srl(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(0, 5, rd, rs1, rs2); }
constexpr uint32_t sra(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(0x20, 5, rd, rs1, rs2); }
constexpr uint32_t or_(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(0, 6, rd, rs1, rs2); }
constexpr uint32_t and_(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(0, 7, rd, rs1, rs2); }
constexpr uint32_t mul(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(1, 0, rd, rs1, rs2); }
constexpr uint32_t mulh(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(1, 1, rd, rs1, rs2); }
constexpr uint32_t mulhsu(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(1, 2, rd, rs1, rs2); }
constexpr uint32_t mulhu(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(1, 3, rd, rs1, rs2); }
constexpr uint32_t div(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(1, 4, rd, rs1, rs2); }
constexpr uint32_t divu(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(1, 5, rd, rs1, rs2); }
constexpr uint32_t rem(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(1, 6, rd, rs1, rs2); }
constexpr uint32_t remu(uint32_t rd, uint32_t rs1, uint32_t rs2) { return r_type(1, 7, rd, rs1, rs2); }
constexpr uint32_t fence() { return 0x0ff0000f; }
constexpr uint32_t fence_i() { return 0x0000100f; }
constexpr uint32_t ecall() { return 0x00000073; }
constexpr uint32_t ebreak() { return 0x00100073; }
constexpr uint32_t mret() { return 0x30200073; }
constexpr uint32_t wfi() { return 0x10500073; }
constexpr uint32_t csr_type(uint32_t funct3, uint32_t rd, uint32_t number, uint32_t field) {
    return number << 20 | field << 15 | funct3 << 12 | rd << 7 | 0x73;
}
constexpr uint32_t csrrw(uint32_t rd, uint32_t number, uint32_t rs1) { return csr_type(1, rd, number, rs1); }
constexpr uint32_t csrrs(uint32_t rd, uint32_t number, uint32_t rs1) { return csr_type(2, rd, number, rs1); }
constexpr uint32_t csrrc(uint32_t rd, uint32_t number, uint32_t rs1) { return csr_type(3, rd, number, rs1); }
constexpr uint32_t csrrwi(uint32_t rd, uint32_t number, uint32_t imm) { return csr_type(5, rd, number, imm); }
constexpr uint32_t csrrsi(uint32_t rd, uint32_t number, uint32_t imm) { return csr_type(6, rd, number, imm); }
constexpr uint32_t csrrci(uint32_t rd, uint32_t number, uint32_t imm) { return csr_type(7, rd, number, imm); }

/// Recommends a mode of the register file; a no-op anywhere else.
constexpr uint32_t rf_hint(uint32_t mode) { return slti(0, 0, static_cast<int32_t>(0x7c0 + mode)); }

// Of 16 bits. `p` is a register from x8 to x15.
constexpr uint32_t c_six(int32_t imm) { return place(imm, 5, 5, 12) | place(imm, 4, 0, 2); }
constexpr uint32_t c_word(int32_t imm) { return place(imm, 5, 3, 10) | place(imm, 2, 2, 6) | place(imm, 6, 6, 5); }
constexpr uint32_t c_jump(int32_t offset) {
    return place(offset, 11, 11, 12) | place(offset, 4, 4, 11) | place(offset, 9, 8, 9) | place(offset, 10, 10, 8) |
           place(offset, 6, 6, 7) | place(offset, 7, 7, 6) | place(offset, 3, 1, 3) | place(offset, 5, 5, 2);
}
constexpr uint32_t c_branch(int32_t offset) {
    return place(offset, 8, 8, 12) | place(offset, 4, 3, 10) | place(offset, 7, 6, 5) | place(offset, 2, 1, 3) |
           place(offset, 5, 5, 2);
}
constexpr uint32_t c_addi4spn(uint32_t p, int32_t imm) {
    return place(imm, 5, 4, 11) | place(imm, 9, 6, 7) | place(imm, 2, 2, 6) | place(imm, 3, 3, 5) | (p - 8) << 2;
}
constexpr uint32_t c_lw(uint32_t p, uint32_t base, int32_t imm) {
    return 0x4000 | c_word(imm) | (base - 8) << 7 | (p - 8) << 2;
}
constexpr uint32_t c_sw(uint32_t p, uint32_t base, int32_t imm) {
    return 0xc000 | c_word(imm) | (base - 8) << 7 | (p - 8) << 2;
}
constexpr uint32_t c_nop() { return 0x0001; }
constexpr uint32_t c_addi(uint32_t rd, int32_t imm) { return 0x0001 | rd << 7 | c_six(imm); }
constexpr uint32_t c_jal(int32_t offset) { return 0x2001 | c_jump(offset); }
constexpr uint32_t c_li(uint32_t rd, int32_t imm) { return 0x4001 | rd << 7 | c_six(imm); }
constexpr uint32_t c_addi16sp(int32_t imm) {
    return 0x6101 | place(imm, 9, 9, 12) | place(imm, 4, 4, 6) | place(imm, 6, 6, 5) | place(imm, 8, 7, 3) |
           place(imm, 5, 5, 2);
}
/// `imm` are bits 17 to 12 of the value.
constexpr uint32_t c_lui(uint32_t rd, int32_t imm) { return 0x6001 | rd << 7 | c_six(imm); }
constexpr uint32_t c_srli(uint32_t p, int32_t shift) { return 0x8001 | (p - 8) << 7 | c_six(shift); }
constexpr uint32_t c_srai(uint32_t p, int32_t shift) { return 0x8401 | (p - 8) << 7 | c_six(shift); }
constexpr uint32_t c_andi(uint32_t p, int32_t imm) { return 0x8801 | (p - 8) << 7 | c_six(imm); }
constexpr uint32_t c_sub(uint32_t p, uint32_t q) { return 0x8c01 | (p - 8) << 7 | (q - 8) << 2; }
constexpr uint32_t c_xor(uint32_t p, uint32_t q) { return 0x8c21 | (p - 8) << 7 | (q - 8) << 2; }
constexpr uint32_t c_or(uint32_t p, uint32_t q) { return 0x8c41 | (p - 8) << 7 | (q - 8) << 2; }
constexpr uint32_t c_and(uint32_t p, uint32_t q) { return 0x8c61 | (p - 8) << 7 | (q - 8) << 2; }
constexpr uint32_t c_j(int32_t offset) { return 0xa001 | c_jump(offset); }
constexpr uint32_t c_beqz(uint32_t p, int32_t offset) { return 0xc001 | (p - 8) << 7 | c_branch(offset); }
constexpr uint32_t c_bnez(uint32_t p, int32_t offset) { return 0xe001 | (p - 8) << 7 | c_branch(offset); }
constexpr uint32_t c_slli(uint32_t rd, int32_t shift) { return 0x0002 | rd << 7 | c_six(shift); }
constexpr uint32_t c_lwsp(uint32_t rd, int32_t imm) {
    return 0x4002 | rd << 7 | place(imm, 5, 5, 12) | place(imm, 4, 2, 4) | place(imm, 7, 6, 2);
}
constexpr uint32_t c_jr(uint32_t rs1) { return 0x8002 | rs1 << 7; }
constexpr uint32_t c_mv(uint32_t rd, uint32_t rs2) { return 0x8002 | rd << 7 | rs2 << 2; }
constexpr uint32_t c_ebreak() { return 0x9002; }
constexpr uint32_t c_jalr(uint32_t rs1) { return 0x9002 | rs1 << 7; }
constexpr uint32_t c_add(uint32_t rd, uint32_t rs2) { return 0x9002 | rd << 7 | rs2 << 2; }
constexpr uint32_t c_swsp(uint32_t rs2, int32_t imm) {
    return 0xc002 | place(imm, 5, 2, 9) | place(imm, 7, 6, 7) | rs2 << 2;
}

// NOLINTEND(readability-identifier-naming)

/// A program that grows; offsets from its first byte.
class Code {
   public:
    [[nodiscard]] uint32_t here() const { return static_cast<uint32_t>(bytes_.size()); }
    /// One instruction; of 16 bits unless the lowest two say otherwise. Returns its offset.
    uint32_t emit(uint32_t insn) {
        const uint32_t at = here();
        bytes_.resize(bytes_.size() + ((insn & 3) == 3 ? 4 : 2));
        patch(at, insn);
        return at;
    }
    void patch(uint32_t at, uint32_t insn) {
        const uint32_t count = (insn & 3) == 3 ? 4 : 2;
        for (uint32_t i = 0; i < count; ++i) bytes_[at + i] = static_cast<uint8_t>(insn >> (8 * i));
    }
    /// lui and addi: any value into a register.
    void load_immediate(uint32_t rd, uint32_t value) {
        emit(lui(rd, value + 0x800));
        emit(addi(rd, rd, static_cast<int32_t>(value << 20) >> 20));
    }
    /// Fills up to a multiple of 4 with c.nop.
    void align() {
        if (here() % 4 != 0) emit(c_nop());
    }
    [[nodiscard]] const std::vector<uint8_t>& bytes() const { return bytes_; }

   private:
    std::vector<uint8_t> bytes_;
};

}  // namespace sky::test::rv32
