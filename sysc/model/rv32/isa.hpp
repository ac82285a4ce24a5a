#pragma once

#include <cstdint>

namespace sky::model::rv32 {

/// What an instruction does, whether it came in 16 or in 32 bits.
enum class Op : uint8_t {
    kUndecoded,   ///< of the code cache: look at the memory first
    kFetchFault,  ///< the bytes cannot be fetched
    kIllegal,
    kLui,
    kAuipc,
    kJal,
    kJalr,
    kBeq,
    kBne,
    kBlt,
    kBge,
    kBltu,
    kBgeu,
    kLb,
    kLh,
    kLw,
    kLbu,
    kLhu,
    kSb,
    kSh,
    kSw,
    kAddi,
    kSlti,
    kSltiu,
    kXori,
    kOri,
    kAndi,
    kSlli,
    kSrli,
    kSrai,
    kAdd,
    kSub,
    kSll,
    kSlt,
    kSltu,
    kXor,
    kSrl,
    kSra,
    kOr,
    kAnd,
    kMul,
    kMulh,
    kMulhsu,
    kMulhu,
    kDiv,
    kDivu,
    kRem,
    kRemu,
    kFence,
    kFenceI,
    kEcall,
    kEbreak,
    kMret,
    kWfi,
    kCsrrw,
    kCsrrs,
    kCsrrc,
    kCsrrwi,
    kCsrrsi,
    kCsrrci,
};
inline constexpr uint32_t kOps = static_cast<uint32_t>(Op::kCsrrci) + 1;

/// Where x0 is written to, so that nobody has to ask.
inline constexpr uint8_t kNowhere = 32;

/// An instruction, decoded. A register that is not read or written is 0, as is x0: neither is an access.
struct Insn {
    Op op = Op::kUndecoded;
    uint8_t rd = 0;
    uint8_t rs1 = 0;
    uint8_t rs2 = 0;
    /// Of csr instructions the number; of a fetch fault the offset of the half that failed.
    int32_t imm = 0;
    uint32_t bits = 0;  ///< as fetched; a compressed one in the low half
    uint8_t length = 2;
    uint8_t destination = kNowhere;  ///< rd, or kNowhere
    uint8_t reads = 0;               ///< registers read, each counted once
    uint8_t encoding = 0;            ///< its row in encodings(); not of what is illegal

    bool operator==(const Insn&) const = default;
};

[[nodiscard]] constexpr bool is_load(Op op) { return op >= Op::kLb && op <= Op::kLhu; }
[[nodiscard]] constexpr bool is_store(Op op) { return op >= Op::kSb && op <= Op::kSw; }
[[nodiscard]] constexpr bool is_branch(Op op) { return op >= Op::kBeq && op <= Op::kBgeu; }
[[nodiscard]] constexpr bool is_multiply(Op op) { return op >= Op::kMul && op <= Op::kMulhu; }
[[nodiscard]] constexpr bool is_divide(Op op) { return op >= Op::kDiv && op <= Op::kRemu; }
[[nodiscard]] constexpr bool is_csr(Op op) { return op >= Op::kCsrrw && op <= Op::kCsrrci; }

/// Bytes that a load or store moves.
[[nodiscard]] constexpr uint32_t access_bytes(Op op) {
    switch (op) {
        case Op::kLb:
        case Op::kLbu:
        case Op::kSb: return 1;
        case Op::kLh:
        case Op::kLhu:
        case Op::kSh: return 2;
        default: return 4;
    }
}

/// Causes of traps, as mcause holds them.
enum class Cause : uint32_t {
    kFetchFault = 1,
    kIllegal = 2,
    kBreakpoint = 3,
    kLoadMisaligned = 4,
    kLoadFault = 5,
    kStoreMisaligned = 6,
    kStoreFault = 7,
    kEcall = 11,
    kMachineCheck = 24,
    kSoftwareInterrupt = 0x80000003,
    kTimerInterrupt = 0x80000007,
    kExternalInterrupt = 0x8000000b,
    kModeInterrupt = 0x80000010,  ///< local: a recommendation differs from the register file's mode
};

}  // namespace sky::model::rv32
