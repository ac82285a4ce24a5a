// Machine without a register file: nothing but results, as fast as that goes.
#include <algorithm>

#include "sysc/model/rv32/machine.hpp"

namespace sky::model::rv32 {

/// Cycles for which no interrupt can come up by itself. What instructions do about interrupts ends a batch.
uint64_t Machine::quiet_cycles() {
    if (hart_.csrs.match_unit.automatic) return 1;
    if (!hart_.csrs.interrupts_enabled()) return kForever;
    uint64_t cycles = hart_.external.next_change(cycle_) - cycle_;
    if ((hart_.csrs.enabled() & kTimerBit) != 0) {
        const uint64_t left = memory_.timer.cycles_left(cycle_);
        if (left != 0) cycles = std::min(cycles, left);
    }
    return cycles;
}

void Machine::functional_boundary() {
    while (!asleep_) {
        const Insn& insn = memory_.ram.fetch(pc_);
        const std::optional<MatchUnit::Match> match = hart_.match(pc_, insn);
        if (const std::optional<Cause> cause = hart_.interrupt(pc_, insn, cycle_)) {
            take_interrupt(*cause);
            continue;
        }
        if (match && !match->outside && hart_.dual()) hart_.set_mode(match->mode);
        return;
    }
}

/// Instructions that compute, branch, load and store in RAM, at most `budget`; leaves pc_ at the first that does
/// more.
template <Machine::Watch kWatch>
void Machine::run_batch(uint64_t budget) {
    Ram& ram = memory_.ram;
    const Insn* const code = ram.code();
    const uint32_t size = ram.size();
    std::array<uint32_t, kNowhere + 1> x = x_;
    uint32_t pc = pc_;
    uint64_t left = pc - Ram::kBase < size ? budget : 0;
    const uint64_t begin = left;
    while (left != 0) {
        const Insn& in = code[(pc - Ram::kBase) >> 1];
        Step step;
        if (!execute(in, pc, x[in.rs1], x[in.rs2], ram, step)) {
            if (in.op != Op::kUndecoded) break;
            (void)ram.fetch(pc);
            continue;
        }
        if constexpr (kWatch != Watch::kNothing) counts_.retire(in, step.redirect);
        if constexpr (kWatch == Watch::kFlow)
            if (step.redirect) config_.flow->departs(Departure::kJump, pc, step.next_pc);
        x[in.destination] = step.value;
        pc = step.next_pc;
        --left;
        if (step.redirect && pc - Ram::kBase >= size) break;
    }
    x_ = x;
    pc_ = pc;
    cycle_ += begin - left;
    instructions_ += begin - left;
    if (begin != left) {
        first_trap_.reset();
        interrupted_ = false;
    }
}

bool Machine::functional_step(const Limits& limits, Retirement* record) {
    if (!may_begin(limits)) return false;
    functional_boundary();
    const Insn in = memory_.ram.fetch(pc_);
    const uint32_t a = x_[in.rs1];
    const uint32_t b = x_[in.rs2];
    Outcome outcome;
    if (!rv32::execute(in, pc_, a, b, memory_.ram, outcome))
        outcome = hart_.execute(in, pc_, a, b, {cycle_, instructions_});
    if (in.op == Op::kWfi && !sleep(in, outcome.wait_cycles, limits)) return false;
    if (record != nullptr) *record = begin_record(in, a, b);
    interrupted_ = false;
    if (outcome.trap) {
        take_trap(*outcome.trap);
    } else {
        if (record != nullptr) record_effect(*record, in, outcome);
        if (outcome.mode) hart_.set_mode(*outcome.mode);
        x_[in.destination] = outcome.value;
        retire(in, outcome);
    }
    if (record != nullptr) {
        record->trap = outcome.trap.has_value();
        record->next_pc = pc_;
    }
    const uint64_t done = cycle_++;
    if (memory_.ending) end(done);
    return true;
}

void Machine::run_functional(const Limits& limits) {
    while (may_begin(limits)) {
        functional_boundary();
        const uint64_t budget =
            std::min({quiet_cycles(), limits.cycles - cycle_, limits.instructions - instructions_});
        const uint64_t before = instructions_;
        if (config_.flow != nullptr) {
            run_batch<Watch::kFlow>(budget);
        } else if (config_.count) {
            run_batch<Watch::kCounts>(budget);
        } else {
            run_batch<Watch::kNothing>(budget);
        }
        // What ended the batch, unless its budget did.
        if (instructions_ - before < budget && !functional_step(limits, nullptr)) return;
    }
}

}  // namespace sky::model::rv32
