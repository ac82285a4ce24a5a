#include "sysc/model/rv32/decode.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace sky::model::rv32 {

namespace {

constexpr uint32_t kOpcode = 0x7f;
constexpr uint32_t kFunct3 = 0x707f;
constexpr uint32_t kFunct7 = 0xfe00707f;
constexpr uint32_t kAll = 0xffffffff;

constexpr auto kEncodings = std::to_array<Encoding>({
    {"lui", kOpcode, 0x37, Format::kU, Op::kLui},
    {"auipc", kOpcode, 0x17, Format::kU, Op::kAuipc},
    {"jal", kOpcode, 0x6f, Format::kJ, Op::kJal},
    {"jalr", kFunct3, 0x67, Format::kI, Op::kJalr},
    {"beq", kFunct3, 0x0063, Format::kB, Op::kBeq},
    {"bne", kFunct3, 0x1063, Format::kB, Op::kBne},
    {"blt", kFunct3, 0x4063, Format::kB, Op::kBlt},
    {"bge", kFunct3, 0x5063, Format::kB, Op::kBge},
    {"bltu", kFunct3, 0x6063, Format::kB, Op::kBltu},
    {"bgeu", kFunct3, 0x7063, Format::kB, Op::kBgeu},
    {"lb", kFunct3, 0x0003, Format::kI, Op::kLb},
    {"lh", kFunct3, 0x1003, Format::kI, Op::kLh},
    {"lw", kFunct3, 0x2003, Format::kI, Op::kLw},
    {"lbu", kFunct3, 0x4003, Format::kI, Op::kLbu},
    {"lhu", kFunct3, 0x5003, Format::kI, Op::kLhu},
    {"sb", kFunct3, 0x0023, Format::kS, Op::kSb},
    {"sh", kFunct3, 0x1023, Format::kS, Op::kSh},
    {"sw", kFunct3, 0x2023, Format::kS, Op::kSw},
    {"addi", kFunct3, 0x0013, Format::kI, Op::kAddi},
    {"slti", kFunct3, 0x2013, Format::kI, Op::kSlti},
    {"sltiu", kFunct3, 0x3013, Format::kI, Op::kSltiu},
    {"xori", kFunct3, 0x4013, Format::kI, Op::kXori},
    {"ori", kFunct3, 0x6013, Format::kI, Op::kOri},
    {"andi", kFunct3, 0x7013, Format::kI, Op::kAndi},
    {"slli", kFunct7, 0x00001013, Format::kShift, Op::kSlli},
    {"srli", kFunct7, 0x00005013, Format::kShift, Op::kSrli},
    {"srai", kFunct7, 0x40005013, Format::kShift, Op::kSrai},
    {"add", kFunct7, 0x00000033, Format::kR, Op::kAdd},
    {"sub", kFunct7, 0x40000033, Format::kR, Op::kSub},
    {"sll", kFunct7, 0x00001033, Format::kR, Op::kSll},
    {"slt", kFunct7, 0x00002033, Format::kR, Op::kSlt},
    {"sltu", kFunct7, 0x00003033, Format::kR, Op::kSltu},
    {"xor", kFunct7, 0x00004033, Format::kR, Op::kXor},
    {"srl", kFunct7, 0x00005033, Format::kR, Op::kSrl},
    {"sra", kFunct7, 0x40005033, Format::kR, Op::kSra},
    {"or", kFunct7, 0x00006033, Format::kR, Op::kOr},
    {"and", kFunct7, 0x00007033, Format::kR, Op::kAnd},
    {"mul", kFunct7, 0x02000033, Format::kR, Op::kMul},
    {"mulh", kFunct7, 0x02001033, Format::kR, Op::kMulh},
    {"mulhsu", kFunct7, 0x02002033, Format::kR, Op::kMulhsu},
    {"mulhu", kFunct7, 0x02003033, Format::kR, Op::kMulhu},
    {"div", kFunct7, 0x02004033, Format::kR, Op::kDiv},
    {"divu", kFunct7, 0x02005033, Format::kR, Op::kDivu},
    {"rem", kFunct7, 0x02006033, Format::kR, Op::kRem},
    {"remu", kFunct7, 0x02007033, Format::kR, Op::kRemu},
    {"fence", kFunct3, 0x0000000f, Format::kNone, Op::kFence},
    {"fence.i", kFunct3, 0x0000100f, Format::kNone, Op::kFenceI},
    {"ecall", kAll, 0x00000073, Format::kNone, Op::kEcall},
    {"ebreak", kAll, 0x00100073, Format::kNone, Op::kEbreak},
    {"mret", kAll, 0x30200073, Format::kNone, Op::kMret},
    {"wfi", kAll, 0x10500073, Format::kNone, Op::kWfi},
    {"csrrw", kFunct3, 0x1073, Format::kCsr, Op::kCsrrw},
    {"csrrs", kFunct3, 0x2073, Format::kCsr, Op::kCsrrs},
    {"csrrc", kFunct3, 0x3073, Format::kCsr, Op::kCsrrc},
    {"csrrwi", kFunct3, 0x5073, Format::kCsrImmediate, Op::kCsrrwi},
    {"csrrsi", kFunct3, 0x6073, Format::kCsrImmediate, Op::kCsrrsi},
    {"csrrci", kFunct3, 0x7073, Format::kCsrImmediate, Op::kCsrrci},

    {"c.addi4spn", 0xe003, 0x0000, Format::kCAddi4spn, Op::kAddi},
    {"c.lw", 0xe003, 0x4000, Format::kCLw, Op::kLw},
    {"c.sw", 0xe003, 0xc000, Format::kCSw, Op::kSw},
    {"c.nop", 0xef83, 0x0001, Format::kCAddi, Op::kAddi},
    {"c.addi", 0xe003, 0x0001, Format::kCAddi, Op::kAddi},
    {"c.jal", 0xe003, 0x2001, Format::kCJal, Op::kJal},
    {"c.li", 0xe003, 0x4001, Format::kCLi, Op::kAddi},
    {"c.addi16sp", 0xef83, 0x6101, Format::kCAddi16sp, Op::kAddi},
    {"c.lui", 0xe003, 0x6001, Format::kCLui, Op::kLui},
    {"c.srli", 0xfc03, 0x8001, Format::kCShift, Op::kSrli},
    {"c.srai", 0xfc03, 0x8401, Format::kCShift, Op::kSrai},
    {"c.andi", 0xec03, 0x8801, Format::kCAndi, Op::kAndi},
    {"c.sub", 0xfc63, 0x8c01, Format::kCAlu, Op::kSub},
    {"c.xor", 0xfc63, 0x8c21, Format::kCAlu, Op::kXor},
    {"c.or", 0xfc63, 0x8c41, Format::kCAlu, Op::kOr},
    {"c.and", 0xfc63, 0x8c61, Format::kCAlu, Op::kAnd},
    {"c.j", 0xe003, 0xa001, Format::kCJ, Op::kJal},
    {"c.beqz", 0xe003, 0xc001, Format::kCBranch, Op::kBeq},
    {"c.bnez", 0xe003, 0xe001, Format::kCBranch, Op::kBne},
    {"c.slli", 0xf003, 0x0002, Format::kCSlli, Op::kSlli},
    {"c.lwsp", 0xe003, 0x4002, Format::kCLwsp, Op::kLw},
    {"c.jr", 0xf07f, 0x8002, Format::kCJr, Op::kJalr},
    {"c.mv", 0xf003, 0x8002, Format::kCMv, Op::kAdd},
    {"c.ebreak", 0xffff, 0x9002, Format::kNone, Op::kEbreak},
    {"c.jalr", 0xf07f, 0x9002, Format::kCJalr, Op::kJalr},
    {"c.add", 0xf003, 0x9002, Format::kCAdd, Op::kAdd},
    {"c.swsp", 0xe003, 0xc002, Format::kCSwsp, Op::kSw},
});

/// Bits high to low of `bits`, moved to bit `to`.
constexpr uint32_t field(uint32_t bits, uint32_t high, uint32_t low, uint32_t to = 0) {
    return ((bits >> low) & ((1U << (high - low + 1)) - 1)) << to;
}
constexpr uint8_t reg(uint32_t bits, uint32_t low) { return static_cast<uint8_t>(field(bits, low + 4, low)); }
/// One of x8 to x15.
constexpr uint8_t short_reg(uint32_t bits, uint32_t low) {
    return static_cast<uint8_t>(8 + field(bits, low + 2, low));
}
constexpr int32_t sign_extended(uint32_t value, uint32_t width) {
    return static_cast<int32_t>(value << (32 - width)) >> (32 - width);
}

constexpr int32_t i_immediate(uint32_t b) { return static_cast<int32_t>(b) >> 20; }
constexpr int32_t s_immediate(uint32_t b) { return sign_extended(field(b, 31, 25, 5) | field(b, 11, 7), 12); }
constexpr int32_t b_immediate(uint32_t b) {
    return sign_extended(field(b, 31, 31, 12) | field(b, 7, 7, 11) | field(b, 30, 25, 5) | field(b, 11, 8, 1), 13);
}
constexpr int32_t j_immediate(uint32_t b) {
    return sign_extended(field(b, 31, 31, 20) | field(b, 19, 12, 12) | field(b, 20, 20, 11) | field(b, 30, 21, 1),
                         21);
}
constexpr int32_t c_immediate(uint32_t b) { return sign_extended(field(b, 12, 12, 5) | field(b, 6, 2), 6); }
constexpr int32_t c_word_offset(uint32_t b) {
    return static_cast<int32_t>(field(b, 12, 10, 3) | field(b, 6, 6, 2) | field(b, 5, 5, 6));
}
constexpr int32_t c_jump_offset(uint32_t b) {
    return sign_extended(field(b, 12, 12, 11) | field(b, 11, 11, 4) | field(b, 10, 9, 8) | field(b, 8, 8, 10) |
                             field(b, 7, 7, 6) | field(b, 6, 6, 7) | field(b, 5, 3, 1) | field(b, 2, 2, 5),
                         12);
}
constexpr int32_t c_branch_offset(uint32_t b) {
    return sign_extended(
        field(b, 12, 12, 8) | field(b, 11, 10, 3) | field(b, 6, 5, 6) | field(b, 4, 3, 1) | field(b, 2, 2, 5), 9);
}
constexpr int32_t c_sp_immediate(uint32_t b) {
    return sign_extended(
        field(b, 12, 12, 9) | field(b, 6, 6, 4) | field(b, 5, 5, 6) | field(b, 4, 3, 7) | field(b, 2, 2, 5), 10);
}
constexpr int32_t c_addi4spn_immediate(uint32_t b) {
    return static_cast<int32_t>(field(b, 12, 11, 4) | field(b, 10, 7, 6) | field(b, 6, 6, 2) | field(b, 5, 5, 3));
}
constexpr int32_t c_lwsp_offset(uint32_t b) {
    return static_cast<int32_t>(field(b, 12, 12, 5) | field(b, 6, 4, 2) | field(b, 3, 2, 6));
}
constexpr int32_t c_swsp_offset(uint32_t b) { return static_cast<int32_t>(field(b, 12, 9, 2) | field(b, 8, 7, 6)); }

struct Operands {
    uint8_t rd = 0;
    uint8_t rs1 = 0;
    uint8_t rs2 = 0;
    int32_t imm = 0;
    bool reserved = false;
};

Operands wide_operands(Format format, uint32_t b) {
    const uint8_t rd = reg(b, 7);
    const uint8_t rs1 = reg(b, 15);
    const uint8_t rs2 = reg(b, 20);
    switch (format) {
        case Format::kR: return {.rd = rd, .rs1 = rs1, .rs2 = rs2};
        case Format::kI: return {.rd = rd, .rs1 = rs1, .imm = i_immediate(b)};
        case Format::kShift: return {.rd = rd, .rs1 = rs1, .imm = rs2};
        case Format::kS: return {.rs1 = rs1, .rs2 = rs2, .imm = s_immediate(b)};
        case Format::kB: return {.rs1 = rs1, .rs2 = rs2, .imm = b_immediate(b)};
        case Format::kU: return {.rd = rd, .imm = static_cast<int32_t>(b & 0xfffff000)};
        case Format::kJ: return {.rd = rd, .imm = j_immediate(b)};
        case Format::kCsr: return {.rd = rd, .rs1 = rs1, .imm = static_cast<int32_t>(b >> 20)};
        case Format::kCsrImmediate: return {.rd = rd, .imm = static_cast<int32_t>(b >> 20)};
        default: return {};
    }
}

Operands compressed_operands(Format format, uint32_t b) {
    constexpr uint8_t kLink = 1;
    constexpr uint8_t kStack = 2;
    const uint8_t rd = reg(b, 7);
    const uint8_t rs2 = reg(b, 2);
    const uint8_t low = short_reg(b, 2);
    const uint8_t high = short_reg(b, 7);
    switch (format) {
        case Format::kCAddi4spn: {
            const int32_t imm = c_addi4spn_immediate(b);
            return {.rd = low, .rs1 = kStack, .imm = imm, .reserved = imm == 0};
        }
        case Format::kCLw: return {.rd = low, .rs1 = high, .imm = c_word_offset(b)};
        case Format::kCSw: return {.rs1 = high, .rs2 = low, .imm = c_word_offset(b)};
        case Format::kCAddi: return {.rd = rd, .rs1 = rd, .imm = c_immediate(b)};
        case Format::kCJal: return {.rd = kLink, .imm = c_jump_offset(b)};
        case Format::kCLi: return {.rd = rd, .imm = c_immediate(b)};
        case Format::kCAddi16sp: {
            const int32_t imm = c_sp_immediate(b);
            return {.rd = kStack, .rs1 = kStack, .imm = imm, .reserved = imm == 0};
        }
        case Format::kCLui: {
            const int32_t imm = c_immediate(b);
            return {.rd = rd, .imm = imm * 4096, .reserved = imm == 0};
        }
        case Format::kCShift: return {.rd = high, .rs1 = high, .imm = rs2};
        case Format::kCAndi: return {.rd = high, .rs1 = high, .imm = c_immediate(b)};
        case Format::kCAlu: return {.rd = high, .rs1 = high, .rs2 = low};
        case Format::kCJ: return {.imm = c_jump_offset(b)};
        case Format::kCBranch: return {.rs1 = high, .imm = c_branch_offset(b)};
        case Format::kCSlli: return {.rd = rd, .rs1 = rd, .imm = rs2};
        case Format::kCLwsp: return {.rd = rd, .rs1 = kStack, .imm = c_lwsp_offset(b), .reserved = rd == 0};
        case Format::kCJr: return {.rs1 = rd, .reserved = rd == 0};
        case Format::kCMv: return {.rd = rd, .rs2 = rs2};
        case Format::kCJalr: return {.rd = kLink, .rs1 = rd};
        case Format::kCAdd: return {.rd = rd, .rs1 = rd, .rs2 = rs2};
        case Format::kCSwsp: return {.rs1 = kStack, .rs2 = rs2, .imm = c_swsp_offset(b)};
        default: return {};
    }
}

}  // namespace

std::span<const Encoding> encodings() { return kEncodings; }

Insn decode(uint32_t bits) {
    const bool compressed = (bits & 3) != 3;
    if (compressed) bits &= 0xffff;
    Insn insn{.op = Op::kIllegal, .bits = bits, .length = static_cast<uint8_t>(compressed ? 2 : 4)};
    const auto* const row = std::find_if(kEncodings.begin(), kEncodings.end(),
                                         [bits](const Encoding& e) { return (bits & e.mask) == e.match; });
    if (row == kEncodings.end()) return insn;
    const Operands operands = compressed ? compressed_operands(row->format, bits) : wide_operands(row->format, bits);
    if (operands.reserved) return insn;
    insn.op = row->op;
    insn.rd = operands.rd;
    insn.rs1 = operands.rs1;
    insn.rs2 = operands.rs2;
    insn.imm = operands.imm;
    insn.destination = operands.rd != 0 ? operands.rd : kNowhere;
    insn.reads = static_cast<uint8_t>((insn.rs1 != 0 ? 1 : 0) + (insn.rs2 != 0 && insn.rs2 != insn.rs1 ? 1 : 0));
    insn.encoding = static_cast<uint8_t>(std::distance(kEncodings.begin(), row));
    return insn;
}

std::string_view mnemonic(const Insn& insn) {
    switch (insn.op) {
        case Op::kUndecoded:
        case Op::kIllegal: return "illegal";
        case Op::kFetchFault: return "fetch fault";
        default: return kEncodings[insn.encoding].name;
    }
}

}  // namespace sky::model::rv32
