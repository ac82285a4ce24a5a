#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sysc/model/command.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/policy.hpp"

namespace sky::memory {

/// What one command can name: a row, and of a bit-interleaved one a site.
struct ChangedLine {
    uint32_t row = 0;
    uint8_t site = 0;
    uint64_t mask = 0;  ///< bit g: the words of segment g may have changed; none: only where the head rests

    bool operator==(const ChangedLine&) const = default;
};

/// Which lines a stream of commands may have changed, each of them once. A write is noted even if it leaves the word
/// as it was or is refused; a read where the head stays behind it; and every row touched, with all its words, where
/// slips are injected.
class ChangedLines {
   public:
    ChangedLines(const model::Geometry& geometry, const model::Policy& policy);

    void note(const model::Command& command) {
        const bool writes = command.op == model::Op::kWrite || command.op == model::Op::kErase;
        if (!writes && (command.op == model::Op::kBarrier || !reads_change_)) return;
        if (command.row >= rows_ || command.site >= sites_) return;
        if (slips_)
            note_row(command.row);
        else
            add(command.row, command.site, writes ? command.seg_mask & segments_ : 0);
    }

    /// In the order in which they were noted first. Valid until the next call of note() or clear().
    [[nodiscard]] std::span<const ChangedLine> lines() const { return lines_; }
    void clear();

   private:
    /// A slot is free unless its round is the present one: forgetting all lines is one step.
    struct Slot {
        uint32_t round = 0;
        uint32_t line = 0;
    };

    [[nodiscard]] size_t home(uint32_t row, uint8_t site) const {
        return (uint64_t{row} * kMostSites + site) * 0x9E3779B97F4A7C15ULL >> home_shift_;
    }
    void add(uint32_t row, uint8_t site, uint64_t mask) {
        size_t i = home(row, site);
        for (; slots_[i].round == round_; i = (i + 1) & (slots_.size() - 1)) {
            ChangedLine& line = lines_[slots_[i].line];
            if (line.row != row || line.site != site) continue;
            line.mask |= mask;
            return;
        }
        slots_[i] = {.round = round_, .line = static_cast<uint32_t>(lines_.size())};
        lines_.push_back({.row = row, .site = site, .mask = mask});
        if (2 * lines_.size() > slots_.size()) grow();
    }
    void note_row(uint32_t row);
    void resize(size_t slots);
    void grow();

    static constexpr uint64_t kMostSites = model::kMaxSitesPerSegment;

    uint64_t rows_;
    uint32_t sites_;  // that a command can name
    uint64_t segments_;
    bool reads_change_;
    bool slips_;
    std::vector<ChangedLine> lines_;
    std::vector<Slot> slots_;  // a power of two; open addressing
    uint32_t home_shift_ = 0;
    uint32_t round_ = 1;
};

}  // namespace sky::memory
