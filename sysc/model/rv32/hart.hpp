#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "sysc/model/rv32/csr_file.hpp"
#include "sysc/model/rv32/execute.hpp"
#include "sysc/model/rv32/external_line.hpp"
#include "sysc/model/rv32/memory_map.hpp"

namespace sky::model::rv32 {

/// A synchronous exception.
struct Trap {
    Cause cause = Cause::kIllegal;
    uint32_t value = 0;  ///< for mtval
};

/// What an instruction of any kind leads to.
struct Outcome : Step {
    std::optional<Trap> trap;  ///< then the instruction does nothing else
    /// Cycles until the result is known; kForever for a wfi that nothing will end.
    uint64_t wait_cycles = 0;
    std::optional<rf::Mode> mode;  ///< the register file is to be switched, before the wait ends
    /// The register file is to place this register at that position.
    struct Placement {
        uint32_t reg = 0;
        uint32_t position = 0;
    };
    std::optional<Placement> placement;
};
inline constexpr uint64_t kForever = std::numeric_limits<uint64_t>::max();

/// When an instruction executes: its first cycle in X, and how many have retired before it.
struct Moment {
    uint64_t cycle = 0;
    uint64_t instructions = 0;
};

/// The hart but for its registers and its time: control registers, interrupts, and the instructions that reach beyond
/// registers and RAM.
class Hart {
   public:
    /// Without a register file the mode is a plain bit. `dual`: a match switches, no interrupt is asked for.
    Hart(MemoryMap& memory, rf::RegisterFile* registers, bool dual)
        : memory_(memory), registers_(registers), dual_(dual) {}

    CsrFile csrs;
    ExternalLine external;

    [[nodiscard]] rf::Mode mode() const { return registers_ != nullptr ? registers_->mode() : mode_; }
    /// Of the plain bit.
    void set_mode(rf::Mode mode) { mode_ = mode; }

    /// mip for the instruction at `pc` in that cycle.
    [[nodiscard]] uint32_t pending(uint32_t pc, const Insn& insn, uint64_t cycle);
    /// The interrupt to take before the instruction at `pc`, which is in its first cycle.
    [[nodiscard]] std::optional<Cause> interrupt(uint32_t pc, const Insn& insn, uint64_t cycle) {
        if (!csrs.interrupts_enabled() || csrs.enabled() == 0) return std::nullopt;
        return highest(pending(pc, insn, cycle) & csrs.enabled());
    }
    /// A recommendation for the instruction at `pc` that differs from the mode, or that it is outside of the window;
    /// remembered in rfwant and rfmask.
    std::optional<MatchUnit::Match> match(uint32_t pc, const Insn& insn) {
        return csrs.match_unit.automatic ? remembered_match(pc, insn) : std::nullopt;
    }
    [[nodiscard]] bool dual() const { return dual_; }

    /// Any instruction for which rv32::execute returned false.
    Outcome execute(const Insn& in, uint32_t pc, uint32_t a, uint32_t b, const Moment& now);

   private:
    [[nodiscard]] static std::optional<Cause> highest(uint32_t active);
    [[nodiscard]] std::optional<MatchUnit::Match> match_now(uint32_t pc, const Insn& insn) const {
        return csrs.match_unit.match(pc, insn, mode(), csrs.interrupts_enabled());
    }
    std::optional<MatchUnit::Match> remembered_match(uint32_t pc, const Insn& insn);
    [[nodiscard]] CsrView view(const Insn& in, uint32_t pc, const Moment& now);
    [[nodiscard]] Outcome load(const Insn& in, uint32_t address, uint64_t cycle);
    [[nodiscard]] Outcome store(const Insn& in, uint32_t address, uint32_t data, uint64_t cycle);
    [[nodiscard]] Outcome access_csr(const Insn& in, uint32_t pc, uint32_t a, const Moment& now);
    [[nodiscard]] uint64_t sleep_cycles(const Insn& in, uint32_t pc, uint64_t cycle);

    MemoryMap& memory_;
    rf::RegisterFile* registers_;
    bool dual_;
    rf::Mode mode_ = rf::Mode::kHorizontal;
};

}  // namespace sky::model::rv32
