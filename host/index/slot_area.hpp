#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/index/value.hpp"
#include "host/index/word_io.hpp"

namespace sky::index {

/// Slots of one key and one value each in consecutive tracks of a node. The bitmap of taken slots and the
/// values' lengths are SRAM metadata; keys and values are on the device.
class SlotArea {
   public:
    SlotArea(const NodeLayout& layout, uint32_t node, uint32_t first_track, uint32_t slots);

    [[nodiscard]] uint32_t capacity() const { return slots_; }
    [[nodiscard]] uint32_t used() const { return used_; }
    [[nodiscard]] uint32_t free() const { return slots_ - used_; }
    [[nodiscard]] bool taken(uint32_t slot) const { return (taken_[slot / 64] >> (slot % 64) & 1) != 0; }
    [[nodiscard]] uint32_t value_bytes(uint32_t slot) const { return lengths_[slot]; }

    /// Takes the first free slot and writes key and value into it. Only while free() > 0.
    [[nodiscard]] uint32_t add(WordIo& io, Key key, const Value& value, Cause cause);
    /// Metadata only: the old words stay until the slot is written again.
    void release(uint32_t slot);

    [[nodiscard]] Key key(WordIo& io, uint32_t slot, Cause cause) const;
    void read_value(WordIo& io, uint32_t slot, Value& value, Cause cause) const;
    void write_value(WordIo& io, uint32_t slot, const Value& value, Cause cause);

    /// Empty when `slots` are exactly the taken ones, each once, with lengths that fit.
    [[nodiscard]] std::string verify(const std::vector<uint16_t>& slots) const;

   private:
    [[nodiscard]] uint32_t take();
    [[nodiscard]] uint32_t track(uint32_t slot) const { return first_track_ + slot / layout_->slots_per_track; }
    [[nodiscard]] uint32_t segment(uint32_t slot) const {
        return slot % layout_->slots_per_track * layout_->slot_words;
    }

    const NodeLayout* layout_;
    uint32_t node_;
    uint32_t first_track_;
    uint32_t slots_;
    uint32_t used_ = 0;
    std::vector<uint64_t> taken_;  // bit per slot; bits past the last slot are set
    std::vector<uint16_t> lengths_;
};

}  // namespace sky::index
