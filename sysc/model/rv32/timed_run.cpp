// Machine with a register file: every instruction in its cycle.
#include "sysc/model/rv32/machine.hpp"

namespace sky::model::rv32 {

namespace {

constexpr uint64_t kLoadWait = 1;
constexpr uint64_t kMultiplyWait = 1;
constexpr uint64_t kDivideWait = 33;

/// Cycles from an instruction's first one in X to the one with its result, if rv32::execute did it.
constexpr std::array<uint8_t, kOps> make_waits() {
    std::array<uint8_t, kOps> waits{};
    for (uint32_t i = 0; i < kOps; ++i) {
        const auto op = static_cast<Op>(i);
        waits[i] = is_load(op) ? kLoadWait : is_multiply(op) ? kMultiplyWait : is_divide(op) ? kDivideWait : 0;
    }
    return waits;
}
constexpr std::array<uint8_t, kOps> kWaits = make_waits();

/// Nothing is known of what follows a word that cannot be fetched.
const Insn& following(Ram& ram, const Insn& insn, uint32_t pc) {
    return insn.op == Op::kFetchFault ? insn : ram.fetch(pc + insn.length);
}

}  // namespace

/// In front of the instruction at pc_, no register of which has been read.
void Machine::follow_side_table() {
    rf::RegisterFile& registers = *config_.registers;
    std::array<uint64_t, rf::kRegisters> values{};
    for (uint32_t reg = 1; reg < rf::kRegisters; ++reg) values[reg] = registers.peek(reg);
    timing_->switch_mode(*config_.side_table->at(pc_), {}, {});
    for (uint32_t reg = 1; reg < rf::kRegisters; ++reg) registers.poke(reg, values[reg]);
}

/// The instruction at pc_ comes to X behind a redirect, or behind a write that it has not been read with.
void Machine::enter_timed() {
    if (side_table_asks()) follow_side_table();
    const Insn& r = memory_.ram.fetch(pc_);
    timing_->enter(r, pc_, following(memory_.ram, r, pc_));
}

bool Machine::guard_refuses(const Insn& in, uint32_t address) {
    if (config_.guard == nullptr || config_.guard->allows(in, pc_, address)) return false;
    stop_because(StopReason::kRefused);
    return true;
}

/// What the first cycle of an instruction in X decides before it executes. False: it does not, or not yet.
bool Machine::timed_boundary(const Insn& in) {
    const std::optional<MatchUnit::Match> match = hart_.match(pc_, in);
    if (match && hinted_mode(in) && guard_refuses(in, 0)) return false;
    std::optional<Cause> cause = hart_.interrupt(pc_, in, timing_->now());
    if (config_.registers->machine_check() && !machine_check_taken_) {
        machine_check_taken_ = true;
        cause = Cause::kMachineCheck;
    }
    if (cause) {
        take_interrupt(*cause);
        timing_->abandon(pc_);
        enter_timed();
        return false;
    }
    if (config_.guard != nullptr) config_.guard->executes(pc_, config_.registers->mode());
    if (!match || match->outside || !hart_.dual()) return true;
    timing_->switch_mode(match->mode, in, memory_.ram.fetch(pc_ + in.length));
    return false;
}

/// From the x_done cycle on; pc_ is already the next instruction's.
uint64_t Machine::finish_timed(const Insn& in, const Step& step) {
    if (step.redirect) {
        const uint64_t retired = timing_->redirect(in, step.value, step.next_pc);
        enter_timed();
        return retired;
    }
    if (side_table_asks()) {
        const uint64_t retired = timing_->write(in, step.value);
        enter_timed();
        return retired;
    }
    const Insn& r = memory_.ram.fetch(pc_);
    return timing_->advance(in, step.value, r, following(memory_.ram, r, pc_), pc_ + r.length);
}

/// What rv32::execute left to do, up to the x_done cycle. False: it has not been done, the run stops here.
bool Machine::execute_beyond(const Insn& in, const CoreTiming::Operands& operands, const Limits& limits,
                             Outcome& outcome) {
    if (guard_refuses(in, operands.a + static_cast<uint32_t>(in.imm))) return false;
    outcome = hart_.execute(in, pc_, operands.a, operands.b, {timing_->now(), instructions_});
    if (in.op == Op::kWfi) return sleep(in, outcome.wait_cycles, limits);
    const Insn& r = memory_.ram.fetch(pc_ + in.length);
    if (outcome.mode) timing_->switch_mode(*outcome.mode, in, r);
    timing_->wait(outcome.wait_cycles, in, r);
    if (outcome.placement) config_.registers->place(outcome.placement->reg, outcome.placement->position);
    return true;
}

template <bool kRecord>
[[gnu::always_inline]] inline bool Machine::timed_step(const Limits& limits, Retirement* record) {
    if (!entered_) {
        enter_timed();
        entered_ = true;
    }
    do {
        if (!may_begin(limits)) return false;
    } while (!asleep_ && !timed_boundary(memory_.ram.fetch(pc_)));
    const CoreTiming::Operands operands = timing_->operands();
    const Insn* insn = &memory_.ram.fetch(pc_);
    Insn kept;
    Step step;
    std::optional<Trap> trap;
    if (rv32::execute(*insn, pc_, operands.a, operands.b, memory_.ram, step)) {
        const uint64_t wait = kWaits[static_cast<size_t>(insn->op)];
        if (wait != 0) timing_->wait(wait, *insn, memory_.ram.fetch(step.next_pc));
    } else {
        kept = *insn;  // it may overwrite itself
        insn = &kept;
        Outcome outcome;
        if (!execute_beyond(kept, operands, limits, outcome)) return false;
        step = outcome;
        trap = outcome.trap;
    }

    if constexpr (kRecord) *record = begin_record(*insn, operands.a, operands.b);
    interrupted_ = false;
    const uint64_t done = timing_->now();
    uint64_t retired = done;
    if (trap) {
        take_trap(*trap);
        retired = timing_->abandon(pc_);
        enter_timed();
    } else {
        if constexpr (kRecord) record_effect(*record, *insn, step);
        retire(*insn, step);
        retired = finish_timed(*insn, step);
    }
    if constexpr (kRecord) {
        record->trap = trap.has_value();
        record->next_pc = trap ? pc_ : step.next_pc;
        record->cycle = retired;
    }
    if (memory_.ending) [[unlikely]]
        end(done);
    return true;
}

bool Machine::step_timed(Retirement& record) { return timed_step<true>({}, &record); }

void Machine::run_timed(const Limits& limits) {
    while (timed_step<false>(limits, nullptr)) {
    }
}

}  // namespace sky::model::rv32
