#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "sysc/model/regfile/register_file.hpp"
#include "sysc/model/rv32/isa.hpp"

namespace sky::model::rv32 {

/// The mode that a HINT recommends: slti x0, x0, 0x7c0 + mode, which does nothing on any other core.
[[nodiscard]] constexpr std::optional<rf::Mode> hinted_mode(const Insn& insn) {
    constexpr int32_t kHint = 0x7c0;  // rfmode's number
    if (insn.op != Op::kSlti || insn.rd != 0 || insn.rs1 != 0 || (insn.imm & ~1) != kHint) return std::nullopt;
    return static_cast<rf::Mode>(insn.imm & 1);
}

/// Sixteen recommendations {pc, mode, live registers} in front of the table in memory. One of them speaks up when the
/// instruction about to execute has its pc and the register file is in the other mode; so does a HINT for the other
/// mode. With a window only entries inside are loaded, and an instruction outside asks for another window.
class MatchUnit {
   public:
    static constexpr uint32_t kEntries = 16;
    struct Entry {
        uint32_t pc = 0;  ///< 0: not used
        rf::Mode mode = rf::Mode::kHorizontal;
        uint32_t live_mask = 0;  ///< bit r: x r
    };

    bool automatic = false;  ///< rfctl bit 0
    uint32_t selected = 0;   ///< rfentry
    uint32_t wanted = 0;     ///< rfwant: the mode the last match recommended
    uint32_t live_mask = 0;  ///< rfmask: its live registers
    uint32_t low = 0;        ///< rflow, rfhigh: the window [low, high); with high 0 there is none
    uint32_t high = 0;
    uint32_t miss = 0;  ///< rfmiss: what rfmask becomes outside of it
    std::array<Entry, kEntries> entries{};

    /// What speaks up before an instruction.
    struct Match {
        rf::Mode mode = rf::Mode::kHorizontal;
        uint32_t live_mask = 0;
        bool outside = false;  ///< of the window, whatever the mode
    };

    /// The lowest entry that recommends another mode than `mode` at `pc`; nullptr when none does.
    [[nodiscard]] const Entry* match(uint32_t pc, rf::Mode mode) const {
        if (!automatic) return nullptr;
        for (const Entry& entry : entries)
            if (entry.pc == pc && entry.pc != 0 && entry.mode != mode) return &entry;
        return nullptr;
    }
    /// `interruptible`: mstatus.MIE, without which no instruction counts as outside.
    [[nodiscard]] std::optional<Match> match(uint32_t pc, const Insn& insn, rf::Mode mode, bool interruptible) const {
        if (!automatic) return std::nullopt;
        if (interruptible && high != 0 && (pc < low || pc >= high))
            return Match{.mode = mode, .live_mask = miss, .outside = true};
        if (const Entry* const entry = match(pc, mode)) return Match{entry->mode, entry->live_mask};
        if (const std::optional<rf::Mode> hint = hinted_mode(insn); hint && *hint != mode)
            return Match{*hint, kAllLive};
        return std::nullopt;
    }
    void remember(const Match& match) {
        wanted = static_cast<uint32_t>(match.mode);
        live_mask = match.live_mask;
    }

   private:
    static constexpr uint32_t kAllLive = 0xfffffffe;
};

}  // namespace sky::model::rv32
