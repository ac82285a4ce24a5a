#include "host/index/changes.hpp"

#include "host/index/bits.hpp"

namespace sky::index {

ChangeRecord next_record(std::span<const uint64_t>& words) {
    if (words.empty()) return {};
    const uint64_t head = words.front();
    ChangeRecord record{.change = static_cast<Change>(head >> 56),
                        .small = static_cast<uint32_t>(head >> 32 & low_bits(24)),
                        .big = static_cast<uint32_t>(head)};
    if (record.change >= Change::kCount) return {};
    size_t extra = 0;
    if (record.change == Change::kOrder) extra = record.small;
    if (record.change == Change::kMessage) extra = 2;
    if (1 + extra > words.size()) return {};
    record.words = words.subspan(1, extra);
    words = words.subspan(1 + extra);
    return record;
}

void Changes::note_slots(Change low, Change high, LineId line, uint64_t slots) {
    const auto low_slots = static_cast<uint32_t>(slots & low_bits(kLowSlots));
    const auto high_slots = static_cast<uint32_t>(slots >> kLowSlots);
    if (low_slots != 0) note(low, low_slots, line);
    if (high_slots != 0) note(high, high_slots, line);
}

void Changes::note_take(LineId line, uint64_t slots) { note_slots(Change::kTake, Change::kTakeHigh, line, slots); }

void Changes::note_free(LineId line, uint64_t slots) {
    if (slots == 0) return;
    note_slots(Change::kFree, Change::kFreeHigh, line, slots);
    freed_lines_.push_back(line);
}

void Changes::note_order(LineId line, std::span<const uint16_t> ages) {
    const size_t count = (ages.size() + 3) / 4;
    note(Change::kOrder, static_cast<uint32_t>(count), line);
    words_.resize(words_.size() + count);
    uint64_t* const packed = words_.data() + words_.size() - count;
    for (size_t slot = 0; slot < ages.size(); ++slot) packed[slot / 4] |= uint64_t{ages[slot]} << (slot % 4 * 16);
}

void Changes::note_message(uint64_t key, uint32_t entry) {
    note(Change::kMessage, 0, 0);
    words_.push_back(key);
    words_.push_back(entry);
}

void Changes::clear() {
    words_.clear();
    freed_lines_.clear();
}

}  // namespace sky::index
