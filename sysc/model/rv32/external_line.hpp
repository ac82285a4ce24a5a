#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace sky::model::rv32 {

/// The external interrupt: a level, known in advance cycle by cycle. Asked with cycles that never go back.
class ExternalLine {
   public:
    /// From `cycle` on; calls in ascending order of cycles.
    void set(uint64_t cycle, bool level) {
        while (!changes_.empty() && changes_.back().cycle >= cycle) changes_.pop_back();
        changes_.push_back({cycle, level});
        if (next_ > changes_.size()) next_ = changes_.size();
    }

    [[nodiscard]] bool level(uint64_t cycle) {
        while (next_ < changes_.size() && changes_[next_].cycle <= cycle) level_ = changes_[next_++].level;
        return level_;
    }

    /// The first cycle after `cycle` in which the level changes, or the largest number.
    [[nodiscard]] uint64_t next_change(uint64_t cycle) {
        (void)level(cycle);
        return next_ < changes_.size() ? changes_[next_].cycle : std::numeric_limits<uint64_t>::max();
    }
    /// The first cycle from `cycle` on in which it is high, or the largest number.
    [[nodiscard]] uint64_t next_high(uint64_t cycle) {
        if (level(cycle)) return cycle;
        for (size_t i = next_; i < changes_.size(); ++i)
            if (changes_[i].level) return changes_[i].cycle;
        return std::numeric_limits<uint64_t>::max();
    }

   private:
    struct Change {
        uint64_t cycle;
        bool level;
    };
    std::vector<Change> changes_;
    size_t next_ = 0;
    bool level_ = false;
};

}  // namespace sky::model::rv32
