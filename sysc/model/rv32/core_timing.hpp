#pragma once

#include <cstdint>

#include "sysc/model/regfile/register_file.hpp"
#include "sysc/model/rv32/isa.hpp"

namespace sky::model::rv32 {

/// When the core's three stages F | R | X hold which instruction, and what they ask of the register file meanwhile:
/// equal to rtl/core in every cycle. README.md states the recurrence. It knows neither what instructions compute nor
/// why they wait.
///
/// Its time is always at the first cycle that has not been accounted for yet. After enter() or advance() that is the
/// first cycle of an instruction in X; wait() and switch_mode() go on to its x_done cycle, and one of advance(),
/// redirect() and abandon() ends it.
class CoreTiming {
   public:
    struct Operands {
        uint32_t a = 0;
        uint32_t b = 0;
    };

    explicit CoreTiming(rf::RegisterFile& registers) : registers_(registers) {}

    [[nodiscard]] uint64_t now() const { return now_; }
    /// Of the instruction in X.
    [[nodiscard]] const Operands& operands() const { return operands_; }

    /// Cycle 0 after reset; the first instruction is fetched from `pc`.
    void reset(uint32_t pc);

    /// X holds `x` for so many cycles and is not done, `r` is in R.
    void wait(uint64_t cycles, const Insn& x, const Insn& r);
    /// The same while the register file switches.
    void switch_mode(rf::Mode mode, const Insn& x, const Insn& r);

    /// X is done and writes `value`; `r` follows it, whose first cycle in X is now() afterwards. `after` at
    /// `after_pc` is what follows `r` in memory. Returns the cycle in which `x` retires.
    uint64_t advance(const Insn& x, uint32_t value, const Insn& r, const Insn& after, uint32_t after_pc);
    /// X is done and writes `value`, in a request of its own; enter() follows. Returns the cycle in which it retires.
    uint64_t write(const Insn& x, uint32_t value);
    /// X is done, writes `value` and sends the fetch to `target`. Returns the cycle in which it retires.
    uint64_t redirect(const Insn& x, uint32_t value, uint32_t target);
    /// X traps, or is interrupted in its first cycle: nothing is written. Returns the cycle.
    uint64_t abandon(uint32_t target);
    /// After reset(), write(), redirect() and abandon(): `r`, the next instruction or the one at their target,
    /// arrives in R and goes on to X.
    void enter(const Insn& r, uint32_t pc, const Insn& after);

   private:
    [[nodiscard]] bool arrived(uint32_t last_byte) const;
    [[nodiscard]] rf::Hints hints_beyond(const Insn& r, const Insn& after, uint32_t after_pc) const;
    void read_from(const rf::Answer& answer) {
        operands_ = {static_cast<uint32_t>(answer.data1), static_cast<uint32_t>(answer.data2)};
    }

    rf::RegisterFile& registers_;
    uint64_t now_ = 0;
    Operands operands_;
    uint64_t first_word_cycle_ = 0;  ///< the one in which the first word since the last redirect arrives
    uint32_t first_word_ = 0;        ///< its address / 4
};

}  // namespace sky::model::rv32
