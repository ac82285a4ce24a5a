#include "sysc/model/rv32/hart.hpp"

#include <algorithm>

namespace sky::model::rv32 {

namespace {

Outcome trapped(Cause cause, uint32_t value) {
    Outcome outcome;
    outcome.trap = Trap{cause, value};
    return outcome;
}

/// What a csr instruction writes, if it does.
std::optional<uint32_t> csr_operand(const Insn& in, uint32_t a, uint32_t old) {
    const uint32_t field = (in.bits >> 15) & 31;  // a register's number, or the operand
    switch (in.op) {
        case Op::kCsrrw: return a;
        case Op::kCsrrwi: return field;
        default: break;
    }
    if (field == 0) return std::nullopt;
    switch (in.op) {
        case Op::kCsrrs: return old | a;
        case Op::kCsrrc: return old & ~a;
        case Op::kCsrrsi: return old | field;
        default: return old & ~field;
    }
}

}  // namespace

uint32_t Hart::pending(uint32_t pc, const Insn& insn, uint64_t cycle) {
    const std::optional<MatchUnit::Match> match = match_now(pc, insn);
    const bool differs = match && (match->outside || !dual_);
    return (memory_.timer.software_interrupt() ? kSoftwareBit : 0) | (memory_.timer.expired(cycle) ? kTimerBit : 0) |
           (external.level(cycle) ? kExternalBit : 0) | (differs ? kModeBit : 0);
}

std::optional<Cause> Hart::highest(uint32_t active) {
    if ((active & kExternalBit) != 0) return Cause::kExternalInterrupt;
    if ((active & kSoftwareBit) != 0) return Cause::kSoftwareInterrupt;
    if ((active & kTimerBit) != 0) return Cause::kTimerInterrupt;
    if ((active & kModeBit) != 0) return Cause::kModeInterrupt;
    return std::nullopt;
}

std::optional<MatchUnit::Match> Hart::remembered_match(uint32_t pc, const Insn& insn) {
    const std::optional<MatchUnit::Match> match = match_now(pc, insn);
    if (match) csrs.match_unit.remember(*match);
    return match;
}

CsrView Hart::view(const Insn& in, uint32_t pc, const Moment& now) {
    return {.cycle = now.cycle,
            .instructions = now.instructions,
            .time = memory_.timer.time(now.cycle),
            .pending = pending(pc, in, now.cycle),
            .mode = mode(),
            .busy = registers_ != nullptr && registers_->busy(),
            .counters = registers_ != nullptr ? &registers_->counters() : nullptr};
}

Outcome Hart::load(const Insn& in, uint32_t address, uint64_t cycle) {
    const uint32_t bytes = access_bytes(in.op);
    if (address % bytes != 0) return trapped(Cause::kLoadMisaligned, address);
    const MemoryMap::Reply reply = memory_.load(address, bytes, cycle);
    Outcome outcome;
    outcome.wait_cycles = reply.wait_cycles;
    if (reply.fault) outcome.trap = Trap{Cause::kLoadFault, address};
    switch (in.op) {
        case Op::kLb: outcome.value = alu::as_bits(static_cast<int8_t>(reply.data)); break;
        case Op::kLh: outcome.value = alu::as_bits(static_cast<int16_t>(reply.data)); break;
        default: outcome.value = reply.data; break;
    }
    return outcome;
}

Outcome Hart::store(const Insn& in, uint32_t address, uint32_t data, uint64_t cycle) {
    const uint32_t bytes = access_bytes(in.op);
    if (address % bytes != 0) return trapped(Cause::kStoreMisaligned, address);
    const MemoryMap::Reply reply = memory_.store(address, bytes, data, cycle);
    Outcome outcome;
    outcome.wait_cycles = reply.wait_cycles;
    if (reply.fault) outcome.trap = Trap{Cause::kStoreFault, address};
    return outcome;
}

Outcome Hart::access_csr(const Insn& in, uint32_t pc, uint32_t a, const Moment& now) {
    const auto number = static_cast<uint32_t>(in.imm);
    const CsrView state = view(in, pc, now);
    const std::optional<uint32_t> old = csrs.read(number, state);
    if (!old) return trapped(Cause::kIllegal, in.bits);
    Outcome outcome;
    outcome.value = *old;
    const std::optional<uint32_t> written = csr_operand(in, a, *old);
    if (!written) return outcome;
    if (!CsrFile::writable(number)) return trapped(Cause::kIllegal, in.bits);
    if (number == csr::kRfmode) {
        outcome.mode = static_cast<rf::Mode>(*written & 1);
    } else if (number == csr::kRfplace) {
        outcome.placement = Outcome::Placement{*written & 31, (*written >> 8) & 31};
        outcome.wait_cycles = 1;
    } else {
        csrs.write(number, *written, state);
    }
    return outcome;
}

uint64_t Hart::sleep_cycles(const Insn& in, uint32_t pc, uint64_t cycle) {
    if ((pending(pc, in, cycle) & csrs.enabled()) != 0) return 0;
    uint64_t wake = kForever;
    if ((csrs.enabled() & kTimerBit) != 0) wake = memory_.timer.cycles_left(cycle);
    const uint64_t high = external.next_high(cycle);
    if ((csrs.enabled() & kExternalBit) != 0 && high != kForever) wake = std::min(wake, high - cycle);
    return wake;
}

Outcome Hart::execute(const Insn& in, uint32_t pc, uint32_t a, uint32_t b, const Moment& now) {
    Outcome outcome;
    if (is_load(in.op)) {
        outcome = load(in, a + static_cast<uint32_t>(in.imm), now.cycle);
    } else if (is_store(in.op)) {
        outcome = store(in, a + static_cast<uint32_t>(in.imm), b, now.cycle);
    } else if (is_csr(in.op)) {
        outcome = access_csr(in, pc, a, now);
    }
    outcome.next_pc = pc + in.length;
    switch (in.op) {
        case Op::kFetchFault: outcome.trap = Trap{Cause::kFetchFault, pc + static_cast<uint32_t>(in.imm)}; break;
        case Op::kIllegal: outcome.trap = Trap{Cause::kIllegal, in.bits}; break;
        case Op::kEcall: outcome.trap = Trap{Cause::kEcall, 0}; break;
        case Op::kEbreak: outcome.trap = Trap{Cause::kBreakpoint, pc}; break;
        case Op::kMret:
            outcome.next_pc = csrs.leave_trap();
            outcome.redirect = true;
            break;
        case Op::kFenceI: outcome.redirect = true; break;
        case Op::kWfi: outcome.wait_cycles = sleep_cycles(in, pc, now.cycle); break;
        default: break;
    }
    return outcome;
}

}  // namespace sky::model::rv32
