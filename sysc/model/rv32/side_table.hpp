#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "sysc/model/regfile/register_file.hpp"

namespace sky::model::rv32 {

/// Recommendations that cost nothing but the ways of the heads: what no hardware can do, the bound for those that it
/// does. In front of the instruction at a pc, before its registers are read, the register file changes to the mode
/// that the table says, and all registers keep their values.
class SideTable {
   public:
    explicit SideTable(const std::map<uint32_t, rf::Mode>& modes) {
        if (modes.empty()) return;
        first_ = modes.begin()->first;
        modes_.resize((modes.rbegin()->first - first_) / 2 + 1, kNothing);
        for (const auto& [pc, mode] : modes) modes_[(pc - first_) / 2] = static_cast<uint8_t>(mode);
    }

    [[nodiscard]] std::optional<rf::Mode> at(uint32_t pc) const {
        const uint32_t index = (pc - first_) / 2;
        if (index >= modes_.size() || modes_[index] == kNothing) return std::nullopt;
        return static_cast<rf::Mode>(modes_[index]);
    }

   private:
    static constexpr uint8_t kNothing = 0xff;

    uint32_t first_ = 0;
    std::vector<uint8_t> modes_;  ///< of each halfword from first_ on
};

}  // namespace sky::model::rv32
