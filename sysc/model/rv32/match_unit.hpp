#pragma once

#include <array>
#include <cstdint>

#include "sysc/model/regfile/register_file.hpp"

namespace sky::model::rv32 {

/// Sixteen recommendations {pc, mode, live registers} in front of the table in memory. One of them speaks up when the
/// instruction about to execute has its pc and the register file is in the other mode.
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
    std::array<Entry, kEntries> entries{};

    /// The lowest entry that recommends another mode than `mode` at `pc`; nullptr when none does.
    [[nodiscard]] const Entry* match(uint32_t pc, rf::Mode mode) const {
        if (!automatic) return nullptr;
        for (const Entry& entry : entries)
            if (entry.pc == pc && entry.pc != 0 && entry.mode != mode) return &entry;
        return nullptr;
    }
    void remember(const Entry& entry) {
        wanted = static_cast<uint32_t>(entry.mode);
        live_mask = entry.live_mask;
    }
};

}  // namespace sky::model::rv32
