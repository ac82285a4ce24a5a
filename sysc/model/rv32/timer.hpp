#pragma once

#include <cstdint>
#include <limits>

namespace sky::model::rv32 {

/// Core-local timer and software interrupt. mtime is the number of the cycle until it is written; a register written
/// in cycle c holds the value from cycle c + 1 on.
class Timer {
   public:
    static constexpr uint32_t kMsip = 0;
    static constexpr uint32_t kCompare = 0x4000;
    static constexpr uint32_t kTime = 0xbff8;

    [[nodiscard]] uint64_t time(uint64_t cycle) const { return cycle + time_offset_; }
    [[nodiscard]] bool expired(uint64_t cycle) const { return time(cycle) >= compare_; }
    [[nodiscard]] bool software_interrupt() const { return software_interrupt_; }
    /// Cycles until expired(), 0 when it is; the largest number when mtime will not get there.
    [[nodiscard]] uint64_t cycles_left(uint64_t cycle) const { return expired(cycle) ? 0 : compare_ - time(cycle); }

    /// The word at `offset`, a multiple of 4; 0 where there is no register.
    [[nodiscard]] uint32_t read(uint32_t offset, uint64_t cycle) const {
        switch (offset) {
            case kMsip: return software_interrupt_ ? 1 : 0;
            case kCompare: return static_cast<uint32_t>(compare_);
            case kCompare + 4: return static_cast<uint32_t>(compare_ >> 32);
            case kTime: return static_cast<uint32_t>(time(cycle));
            case kTime + 4: return static_cast<uint32_t>(time(cycle) >> 32);
            default: return 0;
        }
    }

    /// Writes the bits of the word at `offset` that `mask` names.
    void write(uint32_t offset, uint32_t data, uint32_t mask, uint64_t cycle) {
        const auto merged = [&](uint64_t old, uint32_t shift) {
            const uint64_t wide_mask = uint64_t{mask} << shift;
            return (old & ~wide_mask) | ((uint64_t{data} << shift) & wide_mask);
        };
        switch (offset) {
            case kMsip: software_interrupt_ = (merged(software_interrupt_ ? 1 : 0, 0) & 1) != 0; break;
            case kCompare: compare_ = merged(compare_, 0); break;
            case kCompare + 4: compare_ = merged(compare_, 32); break;
            case kTime: time_offset_ = merged(time(cycle), 0) - (cycle + 1); break;
            case kTime + 4: time_offset_ = merged(time(cycle), 32) - (cycle + 1); break;
            default: break;
        }
    }

   private:
    uint64_t time_offset_ = 0;
    uint64_t compare_ = std::numeric_limits<uint64_t>::max();
    bool software_interrupt_ = false;
};

}  // namespace sky::model::rv32
