#include "host/index/slot_area.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace sky::index {

SlotArea::SlotArea(const NodeLayout& layout, uint32_t node, uint32_t first_track, uint32_t slots)
    : layout_(&layout),
      node_(node),
      first_track_(first_track),
      slots_(slots),
      taken_((slots + 63) / 64),
      lengths_(slots) {
    if (slots % 64 != 0) taken_.back() = ~uint64_t{0} << (slots % 64);
}

uint32_t SlotArea::take() {
    const auto word = std::find_if(taken_.begin(), taken_.end(), [](uint64_t w) { return w != ~uint64_t{0}; });
    const auto bit = static_cast<uint32_t>(std::countr_one(*word));
    *word |= uint64_t{1} << bit;
    ++used_;
    return static_cast<uint32_t>(word - taken_.begin()) * 64 + bit;
}

uint32_t SlotArea::add(WordIo& io, Key key, const Value& value, Cause cause) {
    const uint32_t slot = take();
    io.write(node_, track(slot), segment(slot), key, cause);
    write_value(io, slot, value, cause);
    return slot;
}

void SlotArea::release(uint32_t slot) {
    taken_[slot / 64] &= ~(uint64_t{1} << (slot % 64));
    --used_;
}

Key SlotArea::key(WordIo& io, uint32_t slot, Cause cause) const {
    return io.read(node_, track(slot), segment(slot), cause);
}

void SlotArea::read_value(WordIo& io, uint32_t slot, Value& value, Cause cause) const {
    value.bytes = lengths_[slot];
    for (uint32_t w = 0; w < value.word_count(); ++w)
        value.words[w] = io.read(node_, track(slot), segment(slot) + 1 + w, cause);
}

void SlotArea::write_value(WordIo& io, uint32_t slot, const Value& value, Cause cause) {
    lengths_[slot] = static_cast<uint16_t>(value.bytes);
    for (uint32_t w = 0; w < value.word_count(); ++w)
        io.write(node_, track(slot), segment(slot) + 1 + w, value.words[w], cause);
}

std::string SlotArea::verify(const std::vector<uint16_t>& slots) const {
    std::vector<bool> seen(slots_);
    for (const uint16_t slot : slots) {
        if (slot >= slots_) return fmt::format("slot {} of {} does not exist", slot, slots_);
        if (seen[slot]) return fmt::format("slot {} is listed twice", slot);
        seen[slot] = true;
        if (!taken(slot)) return fmt::format("slot {} is listed and free", slot);
        if (lengths_[slot] > layout_->max_value_bytes)
            return fmt::format("slot {} has {} value bytes, expected at most {}", slot, lengths_[slot],
                               layout_->max_value_bytes);
    }
    uint32_t bits = 0;
    for (uint32_t slot = 0; slot < slots_; ++slot) bits += taken(slot) ? 1 : 0;
    if (bits != slots.size() || used_ != slots.size())
        return fmt::format("{} slots are listed, {} taken and {} counted", slots.size(), bits, used_);
    return {};
}

}  // namespace sky::index
