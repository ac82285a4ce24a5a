#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "sysc/model/rv32/isa.hpp"

namespace sky::model::rv32 {

/// How the fields of an instruction lie in its bits, and which of them may not be what.
enum class Format : uint8_t {
    kNone,  ///< no operands
    kR,
    kI,
    kShift,
    kS,
    kB,
    kU,
    kJ,
    kCsr,
    kCsrImmediate,
    // Of 16 bits, named by their instructions.
    kCAddi4spn,
    kCLw,
    kCSw,
    kCAddi,
    kCJal,
    kCLi,
    kCAddi16sp,
    kCLui,
    kCShift,
    kCAndi,
    kCAlu,
    kCJ,
    kCBranch,
    kCSlli,
    kCLwsp,
    kCJr,
    kCMv,
    kCJalr,
    kCAdd,
    kCSwsp,
};

/// One instruction of RV32IMC_Zicsr_Zifencei: bits & mask == match. The first row that fits counts.
struct Encoding {
    std::string_view name;
    uint32_t mask;
    uint32_t match;
    Format format;
    Op op;

    [[nodiscard]] constexpr bool compressed() const { return (match & 3) != 3; }
};

[[nodiscard]] std::span<const Encoding> encodings();

/// The instruction in the low bits; 16 of them count unless the lowest two are 11. What is reserved is kIllegal.
[[nodiscard]] Insn decode(uint32_t bits);

/// Its mnemonic; "illegal" or "fetch fault" when it is none.
[[nodiscard]] std::string_view mnemonic(const Insn& insn);

}  // namespace sky::model::rv32
