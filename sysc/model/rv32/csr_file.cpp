#include "sysc/model/rv32/csr_file.hpp"

namespace sky::model::rv32 {

namespace {

constexpr uint32_t kMstatusMpp = 3U << 11;  // machine mode is all there is
constexpr uint32_t kMstatusMask = csr::kMstatusMie | csr::kMstatusMpie;
constexpr uint32_t kMieMask = kSoftwareBit | kTimerBit | kExternalBit | kModeBit;
constexpr uint32_t kInterrupt = 1U << 31;

constexpr uint32_t low(uint64_t value) { return static_cast<uint32_t>(value); }
constexpr uint32_t high(uint64_t value) { return static_cast<uint32_t>(value >> 32); }
constexpr uint64_t with_low(uint64_t old, uint32_t value) { return (old & ~uint64_t{0xffffffff}) | value; }
constexpr uint64_t with_high(uint64_t old, uint32_t value) { return (uint64_t{value} << 32) | low(old); }

}  // namespace

std::optional<uint32_t> CsrFile::read(uint32_t number, const CsrView& view) const {
    switch (number) {
        case csr::kMstatus: return mstatus_ | kMstatusMpp;
        case csr::kMisa: return csr::kMisaValue;
        case csr::kMie: return mie_;
        case csr::kMtvec: return mtvec_;
        case csr::kMstatush:
        case csr::kMcountinhibit:
        case csr::kMvendorid:
        case csr::kMarchid:
        case csr::kMimpid:
        case csr::kMhartid: return 0;
        case csr::kMscratch: return mscratch_;
        case csr::kMepc: return mepc_;
        case csr::kMcause: return mcause_;
        case csr::kMtval: return mtval_;
        case csr::kMip: return view.pending;
        case csr::kMcycle:
        case csr::kCycle: return low(view.cycle + cycle_offset_);
        case csr::kMcycleh:
        case csr::kCycleh: return high(view.cycle + cycle_offset_);
        case csr::kTime: return low(view.time);
        case csr::kTimeh: return high(view.time);
        case csr::kMinstret:
        case csr::kInstret: return low(view.instructions + instruction_offset_);
        case csr::kMinstreth:
        case csr::kInstreth: return high(view.instructions + instruction_offset_);
        default: return read_register_file(number, view);
    }
}

std::optional<uint32_t> CsrFile::read_register_file(uint32_t number, const CsrView& view) const {
    const MatchUnit::Entry& entry = match_unit.entries[match_unit.selected];
    switch (number) {
        case csr::kRfmode: return static_cast<uint32_t>(view.mode);
        case csr::kRfctl: return match_unit.automatic ? 1 : 0;
        case csr::kRfwant: return match_unit.wanted;
        case csr::kRfmask: return match_unit.live_mask;
        case csr::kRftable: return rftable_;
        case csr::kRflength: return rflength_;
        case csr::kRfentry: return match_unit.selected;
        case csr::kRfentryPc: return entry.pc;
        case csr::kRfentryMode: return static_cast<uint32_t>(entry.mode);
        case csr::kRfentryMask: return entry.live_mask;
        case csr::kRfplace: return 0;
        case csr::kRflow: return match_unit.low;
        case csr::kRfhigh: return match_unit.high;
        case csr::kRfmiss: return match_unit.miss;
        case csr::kRfbusy: return view.busy ? 1 : 0;
        default: break;
    }
    const auto counter = [&view](uint32_t index) { return view.counters != nullptr ? (*view.counters)[index] : 0; };
    if (number >= csr::kRfcounter && number < csr::kRfcounter + rf::kCounters)
        return low(counter(number - csr::kRfcounter));
    if (number >= csr::kRfcounterh && number < csr::kRfcounterh + rf::kCounters)
        return high(counter(number - csr::kRfcounterh));
    return std::nullopt;
}

void CsrFile::write(uint32_t number, uint32_t value, const CsrView& view) {
    // A counter that is written holds the value in the next cycle, or for the next instruction.
    const uint64_t cycle = view.cycle + cycle_offset_;
    const uint64_t instructions = view.instructions + instruction_offset_;
    switch (number) {
        case csr::kMstatus: mstatus_ = value & kMstatusMask; break;
        case csr::kMie: mie_ = value & kMieMask; break;
        case csr::kMtvec: mtvec_ = value & ~2U; break;
        case csr::kMscratch: mscratch_ = value; break;
        case csr::kMepc: mepc_ = value & ~1U; break;
        case csr::kMcause: mcause_ = value; break;
        case csr::kMtval: mtval_ = value; break;
        case csr::kMcycle: cycle_offset_ = with_low(cycle, value) - (view.cycle + 1); break;
        case csr::kMcycleh: cycle_offset_ = with_high(cycle, value) - (view.cycle + 1); break;
        case csr::kMinstret: instruction_offset_ = with_low(instructions, value) - (view.instructions + 1); break;
        case csr::kMinstreth: instruction_offset_ = with_high(instructions, value) - (view.instructions + 1); break;
        case csr::kRftable: rftable_ = value; break;
        case csr::kRflength: rflength_ = value; break;
        default: write_match_unit(number, value); break;
    }
}

void CsrFile::write_match_unit(uint32_t number, uint32_t value) {
    MatchUnit::Entry& entry = match_unit.entries[match_unit.selected];
    switch (number) {
        case csr::kRfctl: match_unit.automatic = (value & 1) != 0; break;
        case csr::kRfwant: match_unit.wanted = value & 1; break;
        case csr::kRfmask: match_unit.live_mask = value; break;
        case csr::kRfentry: match_unit.selected = value % MatchUnit::kEntries; break;
        case csr::kRfentryPc: entry.pc = value; break;
        case csr::kRfentryMode: entry.mode = static_cast<rf::Mode>(value & 1); break;
        case csr::kRfentryMask: entry.live_mask = value; break;
        case csr::kRflow: match_unit.low = value; break;
        case csr::kRfhigh: match_unit.high = value; break;
        case csr::kRfmiss: match_unit.miss = value; break;
        default: break;  // read-only in effect: misa, mip, mstatush, mcountinhibit
    }
}

uint32_t CsrFile::handler(uint32_t cause) const {
    const uint32_t base = mtvec_ & ~3U;
    const bool vectored = (mtvec_ & 1) != 0 && (cause & kInterrupt) != 0;
    return vectored ? base + 4 * (cause & ~kInterrupt) : base;
}

uint32_t CsrFile::trap(uint32_t cause, uint32_t pc, uint32_t value) {
    mepc_ = pc;
    mcause_ = cause;
    mtval_ = value;
    mstatus_ = interrupts_enabled() ? csr::kMstatusMpie : 0;
    return handler(cause);
}

uint32_t CsrFile::leave_trap() {
    mstatus_ = csr::kMstatusMpie | ((mstatus_ & csr::kMstatusMpie) != 0 ? csr::kMstatusMie : 0);
    return mepc_;
}

}  // namespace sky::model::rv32
