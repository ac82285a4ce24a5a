#pragma once

#include <cstdint>

#include "sysc/model/rv32/alu.hpp"
#include "sysc/model/rv32/isa.hpp"
#include "sysc/model/rv32/ram.hpp"

namespace sky::model::rv32 {

/// What an instruction without a trap leads to.
struct Step {
    uint32_t value = 0;  ///< for rd, if it has one
    uint32_t next_pc = 0;
    bool redirect = false;  ///< the instruction after this one is not the next in memory, or is fetched again
};

/// Computes and branches, and loads and stores that RAM answers plainly. False: the instruction has done nothing and
/// needs Hart::execute. Part of the innermost loop of every way to run.
[[gnu::always_inline]] inline bool execute(const Insn& in, uint32_t pc, uint32_t a, uint32_t b, Ram& ram,
                                           Step& step) {
    const auto imm = static_cast<uint32_t>(in.imm);
    step.next_pc = pc + in.length;
    const auto result = [&step](uint32_t value) __attribute__((always_inline)) {
        step.value = value;
        return true;
    };
    const auto jump = [&step](uint32_t target) __attribute__((always_inline)) {
        step.next_pc = target;
        step.redirect = true;
        return true;
    };
    const auto branch = [&](bool taken) __attribute__((always_inline)) { return taken ? jump(pc + imm) : true; };
    const auto load = [&]<typename Word, typename Extended>(Word, Extended) __attribute__((always_inline)) {
        const uint32_t offset = a + imm - Ram::kBase;
        if (offset >= ram.size() || offset % sizeof(Word) != 0) return false;
        return result(static_cast<uint32_t>(static_cast<Extended>(ram.load<Word>(offset))));
    };
    const auto store = [&]<typename Word>(Word word) __attribute__((always_inline)) {
        const uint32_t offset = a + imm - Ram::kBase;
        if (offset >= ram.size() || offset % sizeof(Word) != 0 || !ram.plain(offset)) return false;
        ram.store<Word>(offset, word);
        return true;
    };

    switch (in.op) {
        case Op::kLui: return result(imm);
        case Op::kAuipc: return result(pc + imm);
        case Op::kJal: step.value = step.next_pc; return jump(pc + imm);
        case Op::kJalr: step.value = step.next_pc; return jump((a + imm) & ~1U);
        case Op::kBeq: return branch(a == b);
        case Op::kBne: return branch(a != b);
        case Op::kBlt: return branch(alu::as_signed(a) < alu::as_signed(b));
        case Op::kBge: return branch(alu::as_signed(a) >= alu::as_signed(b));
        case Op::kBltu: return branch(a < b);
        case Op::kBgeu: return branch(a >= b);
        case Op::kLb: return load(uint8_t{}, int8_t{});
        case Op::kLh: return load(uint16_t{}, int16_t{});
        case Op::kLw: return load(uint32_t{}, uint32_t{});
        case Op::kLbu: return load(uint8_t{}, uint8_t{});
        case Op::kLhu: return load(uint16_t{}, uint16_t{});
        case Op::kSb: return store(static_cast<uint8_t>(b));
        case Op::kSh: return store(static_cast<uint16_t>(b));
        case Op::kSw: return store(b);
        case Op::kAddi: return result(a + imm);
        case Op::kSlti: return result(alu::less(a, imm));
        case Op::kSltiu: return result(alu::less_unsigned(a, imm));
        case Op::kXori: return result(a ^ imm);
        case Op::kOri: return result(a | imm);
        case Op::kAndi: return result(a & imm);
        case Op::kSlli: return result(a << (imm & 31));
        case Op::kSrli: return result(a >> (imm & 31));
        case Op::kSrai: return result(alu::sra(a, imm));
        case Op::kAdd: return result(a + b);
        case Op::kSub: return result(a - b);
        case Op::kSll: return result(a << (b & 31));
        case Op::kSlt: return result(alu::less(a, b));
        case Op::kSltu: return result(alu::less_unsigned(a, b));
        case Op::kXor: return result(a ^ b);
        case Op::kSrl: return result(a >> (b & 31));
        case Op::kSra: return result(alu::sra(a, b));
        case Op::kOr: return result(a | b);
        case Op::kAnd: return result(a & b);
        case Op::kMul: return result(a * b);
        case Op::kMulh: return result(alu::mulh(a, b));
        case Op::kMulhsu: return result(alu::mulhsu(a, b));
        case Op::kMulhu: return result(alu::mulhu(a, b));
        case Op::kDiv: return result(alu::div(a, b));
        case Op::kDivu: return result(alu::divu(a, b));
        case Op::kRem: return result(alu::rem(a, b));
        case Op::kRemu: return result(alu::remu(a, b));
        case Op::kFence: return true;
        default: return false;
    }
}

}  // namespace sky::model::rv32
