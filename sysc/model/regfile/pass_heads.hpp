#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "sysc/model/regfile/accesses.hpp"

namespace sky::model::rf {

/// The heads of a vertical array, one for each register, by closed formulas. Values lie by register.
class PassHeads {
   public:
    PassHeads(const Shape& shape, const Options& options)
        : depth_(kRegisters / shape.ports), width_(shape.width), rewind_(options.rewind) {
        head_.fill(1);
    }

    /// The accesses that are wanted, on `values`; returns the cycles they take, at least 1.
    uint32_t run(const Accesses& accesses, ReadData& data, std::array<uint64_t, kRegisters>& values,
                 Counters& counters) {
        ended_size_ = 0;
        uint32_t cycles = 1;
        uint32_t passes = 0;
        if (accesses.wants(kWrite)) {
            cycles = pass(accesses.reg[kWrite], 0, counters);
            values[accesses.reg[kWrite]] = accesses.data;
            ++passes;
            count(counters, Counter::kBitWrites, width_);
        }
        for (const uint32_t access : {kRead1, kRead2}) {
            if (!accesses.wants(access)) continue;
            const uint8_t reg = accesses.reg[access];
            // A read of what is written begins when the write has ended.
            uint32_t written = 0;
            if (accesses.wants(kWrite) && accesses.reg[kWrite] == reg) {
                written = ended_[0].at;
                ended_[0] = ended_[--ended_size_];
            }
            cycles = std::max(cycles, pass(reg, written, counters));
            data[access] = values[reg];
            ++passes;
            count(counters, Counter::kBitReads, width_);
        }
        count_steps(passes * (depth_ - 1), counters);
        count(counters, Counter::kAccesses, passes);
        return cycles;
    }

    /// What tracks do in the cycles of the request of run() in which they did not pass.
    void finish(uint32_t cycles, Counters& counters) {
        if (!rewind_) return;
        uint32_t others = away_;
        for (uint32_t i = 0; i < ended_size_; ++i) {
            others &= ~(1U << ended_[i].reg);
            step_back(ended_[i].reg, cycles - ended_[i].at + 1, counters);
        }
        rewind(others, cycles, counters);
    }
    void idle(uint64_t cycles, Counters& counters) {
        if (rewind_ && away_ != 0) rewind(away_, cycles, counters);
    }

    [[nodiscard]] uint32_t away() const {
        uint32_t longest = 0;
        for (uint32_t left = away_; left != 0; left &= left - 1)
            longest = std::max(longest, head_[static_cast<uint32_t>(std::countr_zero(left))] - 1U);
        return longest;
    }
    void return_home(uint64_t cycles, Counters& counters) { rewind(away_, cycles, counters); }

   private:
    /// One pass of `reg`, after the one that ended in cycle `written` if that is not 0. With rewind its tracks step
    /// back first, or go on doing so, from the cycle of the last act on. Returns the cycles until it has ended.
    uint32_t pass(uint8_t reg, uint32_t written, Counters& counters) {
        uint32_t begin = written;
        if (rewind_) {
            begin = (written != 0 ? written - 1 : 0) + head_[reg] - 1;
            step_back(reg, depth_, counters);
        }
        head_[reg] = static_cast<uint8_t>(head_[reg] == 1 ? depth_ : 1);
        away_ ^= 1U << reg;
        ended_[ended_size_++] = {.reg = reg, .at = begin + depth_};
        return begin + depth_;
    }
    [[nodiscard]] uint64_t lanes() const { return width_ / kRegisters; }

    void rewind(uint32_t regs, uint64_t cycles, Counters& counters) {
        for (uint32_t left = regs; left != 0; left &= left - 1)
            step_back(static_cast<uint8_t>(std::countr_zero(left)), cycles, counters);
    }
    void step_back(uint8_t reg, uint64_t cycles, Counters& counters) {
        const auto steps = static_cast<uint32_t>(std::min<uint64_t>(cycles, head_[reg] - 1U));
        head_[reg] = static_cast<uint8_t>(head_[reg] - steps);
        if (head_[reg] == 1) away_ &= ~(1U << reg);
        count_steps(steps, counters);
    }
    void count_steps(uint32_t steps, Counters& counters) const {
        count(counters, Counter::kSteps, steps);
        count(counters, Counter::kTrackSteps, steps * lanes());
    }

    struct Ended {
        uint8_t reg = 0;
        uint32_t at = 0;
    };
    uint32_t depth_;
    uint32_t width_;
    bool rewind_;
    std::array<uint8_t, kRegisters> head_{};  // 1 to depth
    uint32_t away_ = 0;                       // registers whose head is not at 1
    std::array<Ended, 3> ended_{};            // passes of the last request
    uint32_t ended_size_ = 0;
};

}  // namespace sky::model::rf
