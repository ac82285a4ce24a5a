#include "sysc/model/rv32/machine.hpp"

namespace sky::model::rv32 {

Machine::Machine(const MachineConfig& config)
    : config_(config),
      memory_(config.ram_bytes, config.skrm, config.skrm_bytes),
      hart_(memory_, config.registers, config.dual),
      pc_(config.boot_pc) {
    memory_.console = config.console;
    if (config.to_host) memory_.set_to_host(*config.to_host);
    if (config.registers != nullptr) timing_.emplace(*config.registers);
    reset();
}

void Machine::reset() {
    memory_.timer = {};
    memory_.ending.reset();
    hart_.csrs = {};
    hart_.external = {};
    pc_ = config_.boot_pc;
    cycle_ = 0;
    instructions_ = 0;
    records_ = 0;
    counts_ = {};
    stop_ = {};
    end_cycle_.reset();
    asleep_ = false;
    interrupted_ = false;
    machine_check_taken_ = false;
    first_trap_.reset();
    if (!timing_) return;
    config_.registers->reset();
    timing_->reset(pc_);
    entered_ = false;
}

bool Machine::step(Retirement& record) {
    if (stop_.reason == StopReason::kInstructionLimit || stop_.reason == StopReason::kCycleLimit) stop_ = {};
    if (stop_.reason != StopReason::kNone) return false;
    return timing_ ? step_timed(record) : functional_step({}, &record);
}

const Stop& Machine::run(const Limits& limits) {
    if (stop_.reason == StopReason::kInstructionLimit || stop_.reason == StopReason::kCycleLimit) stop_ = {};
    if (stop_.reason != StopReason::kNone) return stop_;
    if (timing_) {
        run_timed(limits);
    } else {
        run_functional(limits);
    }
    return stop_;
}

uint32_t Machine::reg(uint32_t number) const {
    return timing_ ? static_cast<uint32_t>(config_.registers->peek(number)) : x_[number & 31];
}

void Machine::set_reg(uint32_t number, uint32_t value) {
    if (timing_) {
        config_.registers->poke(number, value);
    } else if ((number & 31) != 0) {
        x_[number & 31] = value;
    }
}

uint64_t Machine::cycles() const {
    if (end_cycle_) return *end_cycle_ + 1;
    return timing_ ? timing_->now() : cycle_;
}

bool Machine::limited(const Limits& limits) {
    if (stop_.reason == StopReason::kNone)
        stop_because(instructions_ >= limits.instructions ? StopReason::kInstructionLimit : StopReason::kCycleLimit);
    return false;
}

void Machine::pass_time(const Insn& x, uint64_t cycles) {
    if (timing_) {
        timing_->wait(cycles, x, memory_.ram.fetch(pc_ + x.length));
    } else {
        cycle_ += cycles;
    }
}

/// False: the limit comes first, or it would be for ever.
bool Machine::sleep(const Insn& wfi, uint64_t cycles, const Limits& limits) {
    const uint64_t left = limits.cycles - (timing_ ? timing_->now() : cycle_);
    asleep_ = cycles != 0 && cycles >= left;
    if (cycles == kForever) {
        stop_because(StopReason::kAsleep);
    } else if (asleep_) {
        pass_time(wfi, left);
        stop_because(StopReason::kCycleLimit);
    } else {
        pass_time(wfi, cycles);
    }
    return stop_.reason == StopReason::kNone;
}

void Machine::take_trap(const Trap& trap) {
    const auto cause = static_cast<uint32_t>(trap.cause);
    ++counts_.traps;
    const uint32_t handler = hart_.csrs.trap(cause, pc_, trap.value);
    if (first_trap_ && pc_ == handler) {
        stop_ = *first_trap_;
        stop_.reason = StopReason::kTrapLoop;
        stop_.handler = handler;
    } else if (!first_trap_) {
        first_trap_ = Stop{.pc = pc_, .cause = cause, .value = trap.value};
    }
    if (config_.flow != nullptr) config_.flow->departs(Departure::kTrap, pc_, handler);
    pc_ = handler;
}

void Machine::take_interrupt(Cause cause) {
    ++counts_.interrupts;
    const uint32_t handler = hart_.csrs.trap(static_cast<uint32_t>(cause), pc_, 0);
    if (config_.flow != nullptr) config_.flow->departs(Departure::kInterrupt, pc_, handler);
    pc_ = handler;
    interrupted_ = true;
}

void Machine::end(uint64_t done_cycle) {
    end_cycle_ = done_cycle;
    stop_ = {.reason = memory_.ending->to_host ? StopReason::kToHost : StopReason::kExit,
             .exit_code = memory_.ending->code,
             .pc = pc_};
}

Retirement Machine::begin_record(const Insn& in, uint32_t a, uint32_t b) {
    Retirement record;
    record.order = records_++;
    record.pc = pc_;
    record.insn = in.bits;
    record.interrupt = interrupted_;
    record.rs1 = in.rs1;
    record.rs2 = in.rs2;
    record.rs1_value = in.rs1 != 0 ? a : 0;
    record.rs2_value = in.rs2 != 0 ? b : 0;
    return record;
}

void Machine::record_effect(Retirement& record, const Insn& in, const Step& step) {
    record.rd = in.rd;
    record.rd_value = in.rd != 0 ? step.value : 0;
    if (!is_load(in.op) && !is_store(in.op)) return;
    const uint32_t bytes = access_bytes(in.op);
    const auto mask = static_cast<uint8_t>((1U << bytes) - 1);
    const uint32_t bits = bytes == 4 ? ~0U : (1U << (8 * bytes)) - 1;
    record.mem_address = record.rs1_value + static_cast<uint32_t>(in.imm);
    record.mem_read = is_load(in.op) ? mask : 0;
    record.mem_write = is_store(in.op) ? mask : 0;
    record.mem_data = (is_load(in.op) ? step.value : record.rs2_value) & bits;
}

}  // namespace sky::model::rv32
