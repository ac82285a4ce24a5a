#pragma once

#include <cstdint>

#include "sysc/model/rv32/isa.hpp"
#include "sysc/model/rv32/side_table.hpp"

namespace sky::model::rv32 {

/// Watches a timed run: asked before what reaches beyond registers and plain RAM, and counts where the register file
/// is not in the mode that is expected.
class Guard {
   public:
    explicit Guard(SideTable expected) : expected_(std::move(expected)) {}
    virtual ~Guard() = default;
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    /// Control registers, mret, devices, the save page, HINTs that are about to be followed; `address` is that of a
    /// load or store. False stops the run in front of the instruction.
    virtual bool allows(const Insn& insn, uint32_t pc, uint32_t address) = 0;

    /// The instruction at `pc` executes now, in this mode.
    void executes(uint32_t pc, rf::Mode mode) {
        const std::optional<rf::Mode> expected = expected_.at(pc);
        if (expected && *expected != mode) ++missed_;
    }
    [[nodiscard]] uint64_t missed() const { return missed_; }

   private:
    const SideTable expected_;
    uint64_t missed_ = 0;
};

}  // namespace sky::model::rv32
