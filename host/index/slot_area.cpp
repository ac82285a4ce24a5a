#include "host/index/slot_area.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "host/index/bits.hpp"
#include "host/memory/random.hpp"

namespace sky::index {
namespace {

constexpr uint64_t kEven = 0x5555555555555555;

uint16_t fingerprint(Key key) { return static_cast<uint16_t>(memory::mix64(key) >> 48); }

/// The lowest `count` bits of `mask`.
uint64_t lowest_of(uint64_t mask, uint32_t count) {
    uint64_t chosen = 0;
    for (; count > 0 && mask != 0; --count, mask &= mask - 1) chosen |= mask & (~mask + 1);
    return chosen;
}

}  // namespace

SlotArea::SlotArea(const NodeLayout& layout, const SlotFormat& format, uint32_t node, uint32_t first_line,
                   uint32_t slots)
    : layout_(&layout),
      format_(&format),
      first_(node * layout.node_lines + first_line),
      slots_(slots),
      all_slots_(low_bits(format.per_line)),
      taken_(format.per_line == 0 ? 0 : slots / format.per_line),
      unsettled_(taken_.size()) {
    if (layout.mechanisms.fingerprints) fingerprints_.resize(slots);
    if (!format.indexed) {
        lengths_.resize(slots);
        kinds_.resize(slots);
    }
}

std::vector<uint16_t> SlotArea::slots() const {
    std::vector<uint16_t> all;
    all.reserve(used_);
    for (uint32_t line = 0; line < lines(); ++line)
        each_bit(taken_[line],
                 [&](uint32_t at) { all.push_back(static_cast<uint16_t>(line * format_->per_line + at)); });
    return all;
}

/// Free slots whose segment of entries is all free, or that share it with nobody.
uint64_t SlotArea::free_pairs(uint32_t line) const {
    const uint64_t free = free_of_line(line);
    if (!format_->indexed) return free;
    const uint64_t both = free & (free >> 1 | ~(all_slots_ >> 1)) & kEven;
    return (both | both << 1) & all_slots_;
}

/// `count` free slots of a line, those in free pairs first.
uint64_t SlotArea::choose_slots(uint32_t line, uint32_t count) const {
    const uint64_t pairs = lowest_of(free_pairs(line), count);
    return pairs | lowest_of(free_of_line(line) & ~pairs, count - ones(pairs));
}

/// The slot that costs the least to write: no read for a neighbour, if there is such a one.
SlotArea::Share SlotArea::choose_one() const {
    if (half_pair_.slot < slots_) {
        const uint32_t line = line_of(half_pair_.slot);
        const uint32_t partner = at(half_pair_.slot) ^ 1;
        if (partner < format_->per_line && (free_of_line(line) & bit(partner)) != 0) return {line, bit(partner)};
    }
    uint32_t fallback = lines();
    for (uint32_t line = 0; line < lines(); ++line) {
        if (const uint64_t pairs = free_pairs(line); pairs != 0) return {line, bit(lowest(pairs))};
        if (fallback == lines() && free_of_line(line) != 0) fallback = line;
    }
    return {fallback, bit(lowest(free_of_line(fallback)))};
}

/// As few lines as hold `count` records: the emptiest first, and for the rest the fullest that takes it.
std::vector<SlotArea::Share> SlotArea::choose(uint32_t count) const {
    if (count == 1) return {choose_one()};
    std::vector<uint32_t> order;
    for (uint32_t line = 0; line < lines(); ++line)
        if (free_of_line(line) != 0) order.push_back(line);
    const auto room = [&](uint32_t line) { return ones(free_of_line(line)); };
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return room(a) > room(b); });
    std::vector<Share> shares;
    for (size_t i = 0; count > 0; ++i) {
        uint32_t line = order[i];
        if (room(line) > count) {
            size_t last = i;
            while (last + 1 < order.size() && ones(free_pairs(order[last + 1])) >= count) ++last;
            line = order[last];
        }
        const uint64_t chosen = choose_slots(line, std::min(count, room(line)));
        shares.push_back({line, chosen});
        count -= ones(chosen);
    }
    return shares;
}

void SlotArea::take(LineIo& io, uint32_t line, uint64_t slots) {
    taken_[line] |= slots;
    used_ += ones(slots);
    if (Changes* const changes = io.changes()) changes->note_take(line_id(line), slots);
}

/// What belongs to the key of a record, where it lies as record `at` of its line.
void SlotArea::set_payload(const Records& records, const Record& record, uint32_t at, LineWords& words) const {
    if (format_->indexed) {
        const uint32_t segment = format_->entry_segment(at);
        const uint64_t present = (words.mask >> segment & 1) != 0 ? words.at[segment] : 0;
        const uint32_t shift = at % 2 * 32;
        const uint64_t cleared = present & ~(uint64_t{0xffffffff} << shift);
        words.set(segment, cleared | uint64_t{record.entry(layout_->index_bits)} << shift);
        return;
    }
    uint32_t segment = format_->key_segment(at) + 1;
    for (const uint64_t word : records.value_words(record)) words.set(segment++, word);
}

/// Entries that share a segment with one of the share and must not be lost, and those only.
void SlotArea::read_partners(LineIo& io, const Share& share, LineWords& words) {
    if (!format_->indexed) return;
    const uint64_t neighbours = ((share.slots & kEven) << 1 | (share.slots >> 1 & kEven)) & ~share.slots;
    uint64_t alive = neighbours & kept_of_line(share.line);
    if (has_half_pair(share.line, alive)) {
        words.set(format_->entry_segment(at(half_pair_.slot)), half_pair_.word);
        alive &= ~bit(at(half_pair_.slot));
    }
    LineWords read;
    io.read(line_id(share.line), format_->payload_mask(alive), read, Cause::kPair);
    each_bit(read.mask, [&](uint32_t segment) { words.set(segment, read.at[segment]); });
}

void SlotArea::remember_half_pair(const Share& share, const LineWords& words) {
    if (!format_->indexed) return;
    each_bit(share.slots, [&](uint32_t slot) {
        const uint32_t partner = slot ^ 1;
        if (partner >= format_->per_line || (taken_[share.line] & bit(partner)) != 0) return;
        half_pair_ = {share.line * format_->per_line + slot, words.at[format_->entry_segment(slot)]};
    });
}

/// Whether the half pair is one of these slots of a line.
bool SlotArea::has_half_pair(uint32_t line, uint64_t slots) const {
    return half_pair_.slot < slots_ && line_of(half_pair_.slot) == line && (slots & bit(at(half_pair_.slot))) != 0;
}

/// Into the SRAM tables.
void SlotArea::note(const Record& record) {
    if (!fingerprints_.empty()) fingerprints_[record.slot] = fingerprint(record.key);
    if (format_->indexed) return;
    lengths_[record.slot] = record.bytes;
    kinds_[record.slot] = record.kind;
}

void SlotArea::write_share(LineIo& io, const Records& records, std::span<Record> list, const Share& share,
                           Cause cause) {
    LineWords words;
    read_partners(io, share, words);
    uint64_t rest = share.slots;
    for (Record& record : list) {
        const uint32_t at = lowest(rest);
        rest &= rest - 1;
        const uint32_t slot = share.line * format_->per_line + at;
        record.slot = static_cast<uint16_t>(slot);
        words.set(format_->key_segment(at), record.key);
        set_payload(records, record, at, words);
        note(record);
    }
    io.write(line_id(share.line), words, cause);
    take(io, share.line, share.slots);
    remember_half_pair(share, words);
}

void SlotArea::add(LineIo& io, const Records& records, Record& record, Cause cause) {
    write_share(io, records, {&record, 1}, choose_one(), cause);
}

void SlotArea::add_all(LineIo& io, const Records& records, std::span<Record> list, Cause cause) {
    if (list.empty()) return;
    for (const Share& share : choose(static_cast<uint32_t>(list.size()))) {
        const uint32_t count = ones(share.slots);
        write_share(io, records, list.first(count), share, cause);
        list = list.subspan(count);
    }
}

void SlotArea::overwrite_all(LineIo& io, const Records& records, std::span<const Record> list, Cause cause) {
    const std::vector<uint64_t> slots = by_line(list);
    for (uint32_t line = 0; line < lines(); ++line) {
        const Share share{line, slots[line]};
        if (share.slots == 0) continue;
        LineWords words;
        read_partners(io, share, words);
        for (const Record& record : list) {
            if (line_of(record.slot) != line) continue;
            set_payload(records, record, at(record.slot), words);
            note(record);
        }
        io.write(line_id(line), words, cause);
        half_pair_ = {};
        remember_half_pair(share, words);
    }
}

void SlotArea::release(LineIo& io, uint32_t slot) { erase(io, line_of(slot), bit(at(slot))); }

void SlotArea::release_all(LineIo& io, std::span<const Record> list) {
    const std::vector<uint64_t> slots = by_line(list);
    for (uint32_t line = 0; line < lines(); ++line)
        if (slots[line] != 0) erase(io, line, slots[line]);
}

/// The slots of the records, a mask for each line.
std::vector<uint64_t> SlotArea::by_line(std::span<const Record> list) const {
    std::vector<uint64_t> slots(lines());
    for (const Record& record : list) slots[line_of(record.slot)] |= bit(at(record.slot));
    return slots;
}

void SlotArea::erase(LineIo& io, uint32_t line, uint64_t slots) {
    taken_[line] &= ~slots;
    used_ -= ones(slots);
    if (has_half_pair(line, slots)) half_pair_ = {};
    if (Changes* const changes = io.changes()) {
        unsettled_[line] |= slots;
        unsettled_count_ += ones(slots);
        changes->note_free(line_id(line), slots);
    }
    if (layout_->mechanisms.lazy_removal) return;
    // A segment of entries goes with the last one that lives in it.
    const uint64_t shared = format_->indexed ? format_->payload_mask(taken_[line]) : 0;
    io.erase(line_id(line), (format_->key_mask(slots) | format_->payload_mask(slots)) & ~shared, Cause::kErase);
}

void SlotArea::settle(LineId line) {
    uint64_t& slots = unsettled_[line - first_];
    unsettled_count_ -= ones(slots);
    slots = 0;
}

void SlotArea::note_taken(Changes& changes) const {
    for (uint32_t line = 0; line < lines(); ++line) changes.note_take(line_id(line), taken_[line]);
}

void SlotArea::restore(LineId line, uint64_t slots, bool taken) {
    uint64_t& present = taken_[line - first_];
    used_ -= ones(present);
    present = (taken ? present | slots : present & ~slots) & all_slots_;
    used_ += ones(present);
}

void SlotArea::restore_records(LineIo& io, Records& records) {
    const size_t first = records.list.size();
    load_all(io, records, Cause::kRecovery);
    for (size_t i = first; i < records.list.size(); ++i) note(records.list[i]);
}

Key SlotArea::key(LineIo& io, uint32_t slot, Cause cause) const {
    return io.read_word(line_id(line_of(slot)), format_->key_segment(at(slot)), cause);
}

void SlotArea::read_value(LineIo& io, uint32_t slot, Value& value, Cause cause) const {
    value.bytes = lengths_[slot];
    const uint32_t first = format_->key_segment(at(slot)) + 1;
    LineWords words;
    io.read(line_id(line_of(slot)), low_bits(value.word_count()) << first, words, cause);
    std::copy_n(words.at.begin() + first, value.word_count(), value.words.begin());
}

void SlotArea::load_payload(LineIo& io, Records& records, Record& record, Cause cause) const {
    if (record.has_value) return;
    if (format_->indexed) {
        const uint64_t word =
            io.read_word(line_id(line_of(record.slot)), format_->entry_segment(at(record.slot)), cause);
        record.set_entry(static_cast<uint32_t>(word >> at(record.slot) % 2 * 32), layout_->index_bits);
        return;
    }
    Value value;
    read_value(io, record.slot, value, cause);
    records.set_value(record, value);
    record.kind = kinds_[record.slot];
}

void SlotArea::load_line(LineIo& io, uint32_t line, uint64_t which, Records& records, Cause cause) const {
    which &= taken_[line];
    if (which == 0) return;
    LineWords words;
    io.read(line_id(line), format_->key_mask(which) | format_->payload_mask(which), words, cause);
    each_bit(which, [&](uint32_t at) {
        Record record;
        record.slot = static_cast<uint16_t>(line * format_->per_line + at);
        record.key = words.at[format_->key_segment(at)];
        if (format_->indexed) {
            record.set_entry(static_cast<uint32_t>(words.at[format_->entry_segment(at)] >> at % 2 * 32),
                             layout_->index_bits);
        } else {
            record.has_value = true;
            record.kind = kinds_[record.slot];
            record.bytes = lengths_[record.slot];
            record.value = static_cast<uint32_t>(records.words.size());
            const auto first = words.at.begin() + format_->key_segment(at) + 1;
            records.words.insert(records.words.end(), first, first + (record.bytes + kWordBytes - 1) / kWordBytes);
        }
        records.list.push_back(record);
    });
}

void SlotArea::load_all(LineIo& io, Records& records, Cause cause) const {
    for (uint32_t line = 0; line < lines(); ++line) load_line(io, line, taken_[line], records, cause);
}

void SlotArea::load_range(LineIo& io, Key low, Key high, Records& records, Cause cause) const {
    for (uint32_t line = 0; line < lines(); ++line)
        load_line(io, line, in_range(io, line, low, high, cause), records, cause);
}

uint64_t SlotArea::candidates(uint32_t line, Key key) const {
    if (fingerprints_.empty()) return taken_[line];
    const uint16_t wanted = fingerprint(key);
    const uint16_t* const of_line = fingerprints_.data() + size_t{line} * format_->per_line;
    uint64_t found = 0;
    for (uint32_t at = 0; at < format_->per_line; ++at) found |= uint64_t{of_line[at] == wanted} << at;
    return found & taken_[line];
}

uint64_t SlotArea::in_range(LineIo& io, uint32_t line, Key low, Key high, Cause cause) const {
    const uint64_t found = io.in_range(line_id(line), format_->key_mask(taken_[line]), low, high, cause);
    if (format_->indexed || found == 0) return found;
    uint64_t slots = 0;
    for (uint32_t at = 0; at < format_->per_line; ++at) slots |= (found >> format_->key_segment(at) & 1) << at;
    return slots;
}

std::vector<uint32_t> SlotArea::take_whole_lines(std::vector<Record>& records) const {
    std::vector<uint32_t> whole;
    if (!layout_->mechanisms.relabel) return whole;
    const std::vector<uint64_t> slots = by_line(records);
    for (uint32_t line = 0; line < lines(); ++line)
        if (slots[line] != 0 && slots[line] == taken_[line]) whole.push_back(line);
    std::erase_if(records, [&](const Record& record) {
        return std::binary_search(whole.begin(), whole.end(), line_of(record.slot));
    });
    return whole;
}

void SlotArea::swap_line(LineIo& io, uint32_t line, SlotArea& other) {
    io.swap(line_id(line), other.line_id(line));
    const uint32_t mine = ones(taken_[line]);
    const uint32_t theirs = ones(other.taken_[line]);
    std::swap(taken_[line], other.taken_[line]);
    used_ += theirs - mine;
    other.used_ += mine - theirs;
    const auto swap_table = [&](auto& table, auto& other_table) {
        if (table.empty()) return;
        const auto per_line = static_cast<std::ptrdiff_t>(format_->per_line);
        const auto first = static_cast<std::ptrdiff_t>(line) * per_line;
        std::swap_ranges(table.begin() + first, table.begin() + first + per_line, other_table.begin() + first);
    };
    swap_table(fingerprints_, other.fingerprints_);
    swap_table(lengths_, other.lengths_);
    swap_table(kinds_, other.kinds_);
    half_pair_ = {};
    other.half_pair_ = {};
}

uint64_t SlotArea::sram_bits_per_slot(const NodeLayout& layout, const SlotFormat& format) {
    uint64_t bits = 1;
    if (layout.mechanisms.fingerprints) bits += 16;
    if (!format.indexed) bits += static_cast<uint64_t>(std::bit_width(layout.max_value_bytes));
    return bits;
}

std::string SlotArea::verify() const {
    uint32_t counted = 0;
    for (uint32_t line = 0; line < lines(); ++line) {
        counted += ones(taken_[line]);
        if ((taken_[line] & ~all_slots_) != 0) return fmt::format("line {} has slots that do not exist", line);
    }
    if (counted != used_) return fmt::format("{} slots are taken and {} counted", counted, used_);
    if (format_->indexed) return {};
    for (const uint16_t slot : slots())
        if (lengths_[slot] > layout_->max_value_bytes)
            return fmt::format("slot {} has {} value bytes, expected at most {}", slot, lengths_[slot],
                               layout_->max_value_bytes);
    return {};
}

}  // namespace sky::index
