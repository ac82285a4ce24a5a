#include "sysc/model/rv32/core_timing.hpp"

#include <algorithm>

namespace sky::model::rv32 {

namespace {

constexpr uint64_t kFetchCycles = 2;  // from a redirect to its first word

/// What the register file hears of in a cycle without a request: X's write, R's reads.
rf::Hints waiting_hints(const Insn& x, const Insn& r) {
    return {.write = x.rd != 0, .read1 = r.rs1 != 0, .read2 = r.rs2 != 0, .rd = x.rd, .rs1 = r.rs1, .rs2 = r.rs2};
}

}  // namespace

void CoreTiming::reset(uint32_t pc) {
    now_ = 0;
    operands_ = {};
    first_word_cycle_ = kFetchCycles - 1;  // as if redirected in the last cycle of the reset
    first_word_ = pc >> 2;
}

bool CoreTiming::arrived(uint32_t last_byte) const {
    return now_ >= first_word_cycle_ + ((last_byte >> 2) - first_word_);
}

rf::Hints CoreTiming::hints_beyond(const Insn& r, const Insn& after, uint32_t after_pc) const {
    rf::Hints hints{.write = r.rd != 0, .rd = r.rd};
    if (after.reads != 0 && arrived(after_pc + after.length - 1)) {
        hints.read1 = after.rs1 != 0;
        hints.read2 = after.rs2 != 0;
        hints.rs1 = after.rs1;
        hints.rs2 = after.rs2;
    }
    return hints;
}

void CoreTiming::wait(uint64_t cycles, const Insn& x, const Insn& r) {
    if (cycles == 0) return;
    registers_.idle(cycles, waiting_hints(x, r));
    now_ += cycles;
}

void CoreTiming::switch_mode(rf::Mode mode, const Insn& x, const Insn& r) {
    now_ += registers_.switch_mode(mode, waiting_hints(x, r));
}

uint64_t CoreTiming::advance(const Insn& x, uint32_t value, const Insn& r, const Insn& after, uint32_t after_pc) {
    if (x.rd == 0 && r.reads == 0) {
        registers_.idle(1, {});
        operands_ = {};
        return now_++;
    }
    const rf::Answer answer = registers_.access({.write = x.rd != 0,
                                                 .read1 = r.rs1 != 0,
                                                 .read2 = r.rs2 != 0,
                                                 .rd = x.rd,
                                                 .rs1 = r.rs1,
                                                 .rs2 = r.rs2,
                                                 .data = value},
                                                hints_beyond(r, after, after_pc));
    read_from(answer);
    now_ += answer.cycles;
    return now_ - 1;
}

uint64_t CoreTiming::redirect(const Insn& x, uint32_t value, uint32_t target) {
    first_word_cycle_ = now_ + kFetchCycles;
    first_word_ = target >> 2;
    return write(x, value);
}

uint64_t CoreTiming::write(const Insn& x, uint32_t value) {
    if (x.rd == 0) {
        registers_.idle(1, {});
        return now_++;
    }
    now_ += registers_.access({.write = true, .rd = x.rd, .data = value}, {}).cycles;
    return now_ - 1;
}

uint64_t CoreTiming::abandon(uint32_t target) {
    first_word_cycle_ = now_ + kFetchCycles;
    first_word_ = target >> 2;
    registers_.idle(1, {});
    return now_++;
}

void CoreTiming::enter(const Insn& r, uint32_t pc, const Insn& after) {
    const uint64_t there = first_word_cycle_ + (((pc + r.length - 1) >> 2) - first_word_);
    if (there > now_) {
        registers_.idle(there - now_, {});
        now_ = there;
    }
    if (r.reads == 0) {
        registers_.idle(1, {});
        operands_ = {};
        ++now_;
        return;
    }
    const rf::Answer answer =
        registers_.access({.read1 = r.rs1 != 0, .read2 = r.rs2 != 0, .rs1 = r.rs1, .rs2 = r.rs2},
                          hints_beyond(r, after, pc + r.length));
    read_from(answer);
    now_ += answer.cycles;
}

}  // namespace sky::model::rv32
