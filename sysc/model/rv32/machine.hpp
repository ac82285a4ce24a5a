#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "sysc/model/regfile/register_file.hpp"
#include "sysc/model/rv32/core_timing.hpp"
#include "sysc/model/rv32/counts.hpp"
#include "sysc/model/rv32/flow_observer.hpp"
#include "sysc/model/rv32/guard.hpp"
#include "sysc/model/rv32/hart.hpp"
#include "sysc/model/rv32/memory_map.hpp"
#include "sysc/model/rv32/retirement.hpp"
#include "sysc/model/rv32/side_table.hpp"
#include "sysc/model/rv32/stop.hpp"

namespace sky::model::rv32 {

struct MachineConfig {
    uint32_t boot_pc = Ram::kBase;
    uint32_t ram_bytes = MemoryMap::kRamBytes;
    /// Given, the run is timed: every cycle as in the RTL. Else an instruction takes one cycle, and rfmode is a bit.
    rf::RegisterFile* registers = nullptr;
    bool dual = false;  ///< of Kind::kDual: a match switches without an interrupt
    SkrmPort* skrm = nullptr;
    uint32_t skrm_bytes = 16U << 10;
    std::optional<uint32_t> to_host = std::nullopt;  ///< address of the program's `tohost`
    std::function<void(char)> console = nullptr;     ///< what it prints
    bool count = false;                              ///< Counts of an untimed run too; a timed one has them anyway
    FlowObserver* flow = nullptr;           ///< given, it is told of every departure; an untimed run then counts
    const SideTable* side_table = nullptr;  ///< of a timed run with a register file that can switch
    Guard* guard = nullptr;                 ///< of a timed run
};

/// The core, its memory and its devices as an instruction-set model: RV32IMC_Zicsr_Zifencei, machine mode.
class Machine {
   public:
    explicit Machine(const MachineConfig& config);
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;
    ~Machine() = default;

    /// One instruction, or one trap. False when the machine has stopped: see stop().
    bool step(Retirement& record);
    /// Until the program ends, cannot go on, or has reached a limit.
    const Stop& run(const Limits& limits = {});
    [[nodiscard]] const Stop& stop() const { return stop_; }

    /// What a reset pulse does: memory stays, and of a register file what is not volatile. Cycles count from 0 again,
    /// so what was said of the external interrupt is forgotten.
    void reset();
    void set_boot_pc(uint32_t pc) { config_.boot_pc = pc; }
    void set_to_host(uint32_t address) { memory_.set_to_host(address); }

    /// RAM and save page, from outside: false when some of the bytes lie elsewhere.
    [[nodiscard]] bool write_memory(uint32_t address, std::span<const uint8_t> bytes) {
        return memory_.write(address, bytes);
    }
    [[nodiscard]] bool read_memory(uint32_t address, std::span<uint8_t> bytes) const {
        return memory_.read(address, bytes);
    }

    /// The level of the external interrupt from `cycle` on; calls in ascending order, not into the past.
    void set_external(uint64_t cycle, bool level) { hart_.external.set(cycle, level); }

    [[nodiscard]] bool timed() const { return timing_.has_value(); }
    [[nodiscard]] uint32_t pc() const { return pc_; }
    /// As the next instruction would read it; of a timed run once it stands between two instructions.
    [[nodiscard]] uint32_t reg(uint32_t number) const;
    void set_reg(uint32_t number, uint32_t value);
    /// Of the run so far; after the end of the program up to and including the cycle of the store that ended it.
    [[nodiscard]] uint64_t cycles() const;
    [[nodiscard]] uint64_t instructions() const { return instructions_; }
    [[nodiscard]] const Counts& counts() const { return counts_; }

   private:
    // functional_run.cpp
    void run_functional(const Limits& limits);
    enum class Watch : uint8_t { kNothing, kCounts, kFlow };
    template <Watch kWatch>
    void run_batch(uint64_t budget);
    [[nodiscard]] bool functional_step(const Limits& limits, Retirement* record);
    void functional_boundary();
    [[nodiscard]] uint64_t quiet_cycles();

    // timed_run.cpp
    [[nodiscard]] bool step_timed(Retirement& record);
    void run_timed(const Limits& limits);
    template <bool kRecord>
    bool timed_step(const Limits& limits, Retirement* record);
    [[nodiscard]] bool execute_beyond(const Insn& in, const CoreTiming::Operands& operands, const Limits& limits,
                                      Outcome& outcome);
    [[nodiscard]] bool timed_boundary(const Insn& in);
    void enter_timed();
    [[nodiscard]] bool side_table_asks() const {
        if (config_.side_table == nullptr) return false;
        const std::optional<rf::Mode> mode = config_.side_table->at(pc_);
        return mode && *mode != config_.registers->mode();
    }
    void follow_side_table();
    [[nodiscard]] bool guard_refuses(const Insn& in, uint32_t address);
    uint64_t finish_timed(const Insn& in, const Step& step);

    // machine.cpp
    [[nodiscard]] bool may_begin(const Limits& limits) {
        const bool fine = stop_.reason == StopReason::kNone && instructions_ < limits.instructions &&
                          (timing_ ? timing_->now() : cycle_) < limits.cycles;
        return fine || limited(limits);
    }
    [[nodiscard]] bool limited(const Limits& limits);
    [[nodiscard]] bool sleep(const Insn& wfi, uint64_t cycles, const Limits& limits);
    void pass_time(const Insn& x, uint64_t cycles);
    void stop_because(StopReason reason) { stop_ = {.reason = reason, .pc = pc_}; }
    void take_trap(const Trap& trap);
    void take_interrupt(Cause cause);
    void retire(const Insn& in, const Step& step) {
        ++instructions_;
        counts_.retire(in, step.redirect);
        first_trap_.reset();
        if (step.redirect && config_.flow != nullptr) config_.flow->departs(Departure::kJump, pc_, step.next_pc);
        pc_ = step.next_pc;
    }
    void end(uint64_t done_cycle);
    [[nodiscard]] Retirement begin_record(const Insn& in, uint32_t a, uint32_t b);
    static void record_effect(Retirement& record, const Insn& in, const Step& step);

    MachineConfig config_;
    MemoryMap memory_;
    Hart hart_;
    std::optional<CoreTiming> timing_;
    std::array<uint32_t, kNowhere + 1> x_{};  ///< of an untimed run
    uint32_t pc_;
    uint64_t cycle_ = 0;  ///< of an untimed run
    uint64_t instructions_ = 0;
    uint64_t records_ = 0;
    Counts counts_;
    Stop stop_;
    std::optional<uint64_t> end_cycle_;  ///< in which the store that ended the program was accepted
    bool entered_ = false;               ///< a timed run has its first instruction in X
    bool asleep_ = false;                ///< in a wfi that has begun
    bool interrupted_ = false;           ///< the next instruction is the first of an interrupt's handler
    bool machine_check_taken_ = false;
    std::optional<Stop> first_trap_;  ///< since the last instruction that retired
};

}  // namespace sky::model::rv32
