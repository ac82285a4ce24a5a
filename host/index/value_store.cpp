#include "host/index/value_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/index/bits.hpp"

namespace sky::index {
namespace {

/// A slot of `capacity` bytes says in its last byte how many are not the value's; 0 stands for a number of 256 or
/// more in the two bytes before it.
void write_padding(std::span<uint64_t> words, size_t bytes) {
    const size_t padding = words.size() * kWordBytes - bytes;
    words.back() |= padding < 256 ? uint64_t{padding} << 56 : uint64_t{padding} << 40;
}

uint32_t read_padding(uint64_t last_word) {
    const auto byte = static_cast<uint32_t>(last_word >> 56);
    return byte != 0 ? byte : static_cast<uint32_t>(last_word >> 40 & 0xffff);
}

}  // namespace

ValueStore::ValueStore(const NodeLayout& layout, NodePool& pool, LineIo& io)
    : layout_(&layout), pool_(&pool), io_(&io) {}

uint32_t ValueStore::class_of(size_t bytes) const {
    const size_t words = (bytes + kWordBytes - 1) / kWordBytes;
    for (uint32_t c = 0; c < kWholeLine && slot_words(c) <= layout_->segments; ++c)
        if (words <= slot_words(c)) return c;
    return kWholeLine;
}

uint64_t ValueStore::all_slots(uint32_t c) const { return low_bits(slots(c)); }

uint32_t ValueStore::most_lines() const { return no_slot() / layout_->segments; }

bool ValueStore::open_has_room(uint32_t c) const {
    const Open& open = open_[c];
    return open.line != kNone && lines_[open.line].taken != all_slots(c);
}

uint32_t ValueStore::chain_lines(size_t bytes) const {
    const size_t payload = (layout_->segments - 1) * size_t{kWordBytes};
    return static_cast<uint32_t>((bytes + payload - 1) / payload);
}

std::string ValueStore::exhausted(size_t bytes) const {
    if (lines_.size() >= most_lines())
        return fmt::format(
            "no value slot is left for {} bytes: {} index bits name {} tracks of values; use more index bits (up to "
            "30), or compact",
            bytes, layout_->index_bits, most_lines());
    return fmt::format(
        "the memory is full: no track is left for a value of {} bytes ({} nodes of {} tracks are in use); use more "
        "tracks or fewer entries",
        bytes, pool_->used(), layout_->node_lines);
}

Status ValueStore::reserve(size_t bytes) {
    if (bytes == 0) return {};
    const uint32_t c = class_of(bytes);
    if (c != kWholeLine) {
        if (open_has_room(c) || open_line(c)) return {};
        return Status::error(exhausted(bytes));
    }
    while (empty_.size() < chain_lines(bytes)) {
        if (!grow()) return Status::error(exhausted(bytes));
        empty_.push_back(lines() - 1);
    }
    return {};
}

Result<size_t> ValueStore::lines_for(std::span<const size_t> bytes) const {
    std::array<size_t, kClasses> slots_wanted{};
    size_t lines_wanted = 0;
    for (const size_t b : bytes) {
        const uint32_t c = class_of(b);
        if (b == 0) continue;
        if (c == kWholeLine)
            lines_wanted += chain_lines(b);
        else
            ++slots_wanted[c];
    }
    for (uint32_t c = 0; c < kWholeLine; ++c)
        if (slots_wanted[c] > 0) lines_wanted += (slots_wanted[c] + slots(c) - 1) / slots(c);
    if (lines_wanted <= empty_.size() + (most_lines() - lines_.size())) return lines_wanted;
    return Status::error(fmt::format(
        "the values of the batch may need {} tracks, more than {} index bits can number; use more index bits (up to "
        "30), or compact",
        lines_wanted, layout_->index_bits));
}

/// A line of this class with many freed slots, or kNone.
uint32_t ValueStore::recycled(uint32_t c) {
    std::vector<uint32_t>& list = recycle_[c];
    while (!list.empty()) {
        const uint32_t line = list.back();
        list.pop_back();
        lines_[line].listed = false;
        if (lines_[line].taken != all_slots(c)) return line;
    }
    return kNone;
}

/// By one line; false when there is no number or no node left for it.
bool ValueStore::grow() {
    // What compaction moves finds room where values are, or stays.
    if (compact_end_ != kNone || lines_.size() >= most_lines() || !pool_->grow_store_to(lines())) return false;
    lines_.emplace_back();
    return true;
}

/// An empty line, a new one, or any with a free slot; kNone when there is none.
uint32_t ValueStore::new_line(uint32_t c) {
    if (!empty_.empty()) {
        const uint32_t line = empty_.back();
        empty_.pop_back();
        return line;
    }
    if (grow()) return lines() - 1;
    for (uint32_t line = 0; line < std::min(lines(), compact_end_); ++line)
        if (lines_[line].class_of == c && lines_[line].taken != all_slots(c)) return line;
    return kNone;
}

/// Replaces the open line, which has no free slot.
bool ValueStore::open_line(uint32_t c) {
    uint32_t line = recycled(c);
    if (line == kNone) line = new_line(c);
    if (line == kNone) return false;
    write_open(c);
    set_class(line, c);
    open_[c].line = line;
    return true;
}

void ValueStore::set_class(uint32_t number, uint32_t c) {
    if (Changes* const changes = io_->changes(); changes != nullptr && lines_[number].class_of != c)
        changes->note(Change::kStoreLine, c, number);
    lines_[number].class_of = static_cast<uint8_t>(c);
}

ValueRef ValueStore::put(std::span<const std::byte> bytes) {
    if (bytes.empty()) return {no_slot(), true};
    ++live_values_;
    const uint32_t c = class_of(bytes.size());
    if (c == kWholeLine) return put_chain(bytes);
    Open& open = open_[c];
    Line& line = lines_[open.line];
    const uint32_t slot = lowest(~line.taken & all_slots(c));
    const uint32_t words = slot_words(c);
    line.taken |= bit(slot);
    open.staged |= bit(slot);
    live_words_ += words;

    Value value;
    pack(bytes, value);
    for (uint32_t w = value.word_count(); w < words; ++w) value.words[w] = 0;
    const bool padded = bytes.size() != size_t{words} * kWordBytes;
    if (padded) write_padding(std::span(value.words).first(words), bytes.size());
    for (uint32_t w = 0; w < words; ++w) open.words.set(slot * words + w, value.words[w]);
    if (!io_->parallel() || line.taken == all_slots(c)) write_open(c);
    return {open.line * layout_->segments + slot * words, padded};
}

void ValueStore::write_open(uint32_t c) {
    Open& open = open_[c];
    if (open.staged == 0) return;
    io_->write(pool_->line_of_store(open.line), open.words, Cause::kStore);
    open.words.mask = 0;
    open.staged = 0;
}

ValueRef ValueStore::put_chain(std::span<const std::byte> bytes) {
    const uint32_t count = chain_lines(bytes.size());
    const uint32_t payload = layout_->segments - 1;
    std::vector<uint64_t> all(size_t{count} * payload);
    Value value;
    pack(bytes, value);
    std::copy_n(value.words.begin(), value.word_count(), all.begin());
    const bool padded = bytes.size() != all.size() * kWordBytes;
    if (padded) write_padding(all, bytes.size());
    // From the last line to the first, so that each knows the next.
    uint32_t next = no_slot();
    for (uint32_t i = count; i-- > 0;) {
        const uint32_t line = empty_.back();
        empty_.pop_back();
        set_class(line, kWholeLine);
        lines_[line].taken = 1;
        LineWords words;
        words.set(0, next);
        for (uint32_t w = 0; w < payload; ++w) words.set(1 + w, all[size_t{i} * payload + w]);
        io_->write(pool_->line_of_store(line), words, Cause::kStore);
        next = line * layout_->segments;
    }
    live_words_ += uint64_t{count} * layout_->segments;
    return {next, padded};
}

void ValueStore::read(ValueRef ref, Value& value, Cause cause) {
    value.bytes = 0;
    if (ref.index == no_slot()) return;
    const uint32_t number = ref.index / layout_->segments;
    const uint32_t c = lines_[number].class_of;
    if (c == kWholeLine) return read_chain(ref, value, cause);
    const uint32_t words = slot_words(c);
    const uint32_t first = ref.index % layout_->segments;
    if (const Open& open = open_[c]; open.line == number && (open.staged & bit(first / words)) != 0) {
        std::copy_n(open.words.at.begin() + first, words, value.words.begin());
    } else {
        LineWords read;
        io_->read(pool_->line_of_store(number), low_bits(words) << first, read, cause);
        std::copy_n(read.at.begin() + first, words, value.words.begin());
    }
    value.bytes = words * kWordBytes - (ref.padded ? read_padding(value.words[words - 1]) : 0);
}

void ValueStore::read_chain(ValueRef ref, Value& value, Cause cause) {
    const uint32_t payload = layout_->segments - 1;
    std::vector<uint64_t> all;
    LineWords words;
    for (uint32_t index = ref.index; index != no_slot(); index = static_cast<uint32_t>(words.at[0])) {
        io_->read(pool_->line_of_store(index / layout_->segments), low_bits(layout_->segments), words, cause);
        all.insert(all.end(), words.at.begin() + 1, words.at.begin() + 1 + payload);
    }
    value.bytes = static_cast<uint32_t>(all.size() * kWordBytes) - (ref.padded ? read_padding(all.back()) : 0);
    std::copy_n(all.begin(), value.word_count(), value.words.begin());
}

void ValueStore::release(ValueRef ref) {
    if (ref.index == no_slot()) return;
    --live_values_;
    const uint32_t number = ref.index / layout_->segments;
    const uint32_t c = lines_[number].class_of;
    if (c != kWholeLine) return release_slot(number, ref.index % layout_->segments / slot_words(c));
    for (uint32_t index = ref.index; index != no_slot();) {
        const uint32_t line = index / layout_->segments;
        // The chain is on the device, so that giving it back reads it.
        index = static_cast<uint32_t>(io_->read_word(pool_->line_of_store(line), 0, Cause::kStore));
        release_slot(line, 0);
    }
}

void ValueStore::release_slot(uint32_t number, uint32_t slot) {
    const uint32_t words = slot_words(lines_[number].class_of);
    live_words_ -= words;
    if (io_->changes() == nullptr) return free_slot(number, slot);
    unsettled_.push_back(number * layout_->segments + slot * words);
}

void ValueStore::settle() {
    for (const uint32_t index : unsettled_) {
        const uint32_t number = index / layout_->segments;
        free_slot(number, index % layout_->segments / slot_words(lines_[number].class_of));
    }
    unsettled_.clear();
}

void ValueStore::write_staged() {
    for (uint32_t c = 0; c < kWholeLine; ++c) write_open(c);
}

void ValueStore::note_lines(Changes& changes) const {
    for (uint32_t number = 0; number < lines(); ++number)
        if (lines_[number].class_of != 0) changes.note(Change::kStoreLine, lines_[number].class_of, number);
}

void ValueStore::restore_line(uint32_t number, uint32_t c) {
    if (number >= lines_.size()) lines_.resize(number + 1);
    lines_[number].class_of = static_cast<uint8_t>(c);
}

/// Takes it; says what is wrong with it.
std::string ValueStore::restore_slot(uint32_t index) {
    const uint32_t number = index / layout_->segments;
    if (number >= most_lines() || number / layout_->node_lines >= layout_->nodes)
        return fmt::format("value slot {} is in no track of values", index);
    if (number >= lines_.size()) lines_.resize(number + 1);
    Line& line = lines_[number];
    const uint32_t slot = index % layout_->segments / slot_words(line.class_of);
    if ((line.taken >> slot & 1) != 0) return fmt::format("value slot {} is named twice", index);
    line.taken |= bit(slot);
    live_words_ += slot_words(line.class_of);
    return {};
}

std::string ValueStore::restore_value(ValueRef ref) {
    if (ref.index == no_slot()) return {};
    ++live_values_;
    for (uint32_t index = ref.index;;) {
        if (std::string why = restore_slot(index); !why.empty()) return why;
        const uint32_t number = index / layout_->segments;
        if (lines_[number].class_of != kWholeLine) return {};
        index = static_cast<uint32_t>(io_->read_word(pool_->line_of_store(number), 0, Cause::kRecovery));
        if (index == no_slot()) return {};
    }
}

/// The lines below `end` that are empty, and those that have room: much of it, or any.
void ValueStore::list_lines(uint32_t end, bool all_with_room) {
    empty_.clear();
    for (std::vector<uint32_t>& list : recycle_) list.clear();
    for (Line& line : lines_) line.listed = false;
    for (uint32_t number = end; number-- > 0;) {
        Line& line = lines_[number];
        const uint32_t c = line.class_of;
        const uint32_t free = slots(c) - ones(line.taken);
        if (c != kWholeLine && open_[c].line == number) continue;
        if (line.taken == 0) {
            empty_.push_back(number);
        } else if (all_with_room ? free > 0 : 2 * free >= slots(c)) {
            recycle_[c].push_back(number);
            line.listed = true;
        }
    }
}

void ValueStore::begin_compaction() {
    write_staged();
    for (Open& open : open_) open.line = kNone;
    std::array<uint32_t, kClasses> taken{};
    for (const Line& line : lines_) taken[line.class_of] += ones(line.taken);
    compact_end_ = 0;
    for (uint32_t c = 0; c < kClasses; ++c)
        if (taken[c] > 0) compact_end_ += (taken[c] + slots(c) - 1) / slots(c);
    compact_end_ = std::min(compact_end_, lines());
    list_lines(compact_end_, true);
}

/// A chain is moved whole, for its first line.
bool ValueStore::is_to_move(ValueRef ref) const {
    return ref.index != no_slot() && ref.index / layout_->segments >= compact_end_;
}

void ValueStore::end_compaction() {
    write_staged();
    compact_end_ = kNone;
    drop_last_lines();
    pool_->shrink_store_to(lines());
    list_lines(lines(), false);
}

/// Those that are empty.
void ValueStore::drop_last_lines() {
    while (!lines_.empty() && lines_.back().taken == 0) {
        const uint32_t number = lines() - 1;
        for (Open& open : open_)
            if (open.line == number) open.line = kNone;
        set_class(number, 0);  // as it is when it comes back
        lines_.pop_back();
    }
}

bool ValueStore::finish_restore() {
    drop_last_lines();
    list_lines(lines(), false);
    return lines_.empty() || pool_->grow_store_to(lines() - 1);
}

void ValueStore::free_slot(uint32_t number, uint32_t slot) {
    Line& line = lines_[number];
    const uint32_t c = line.class_of;
    const uint32_t words = slot_words(c);
    line.taken &= ~bit(slot);
    if (number >= compact_end_) return;
    if (c == kWholeLine) {
        empty_.push_back(number);
        return;
    }
    Open& open = open_[c];
    if (open.line == number) {
        open.staged &= ~bit(slot);
        open.words.mask &= ~(low_bits(words) << (slot * words));
        return;
    }
    if (line.listed) return;
    if (line.taken == 0) {
        empty_.push_back(number);
    } else if (2 * ones(line.taken) <= slots(c)) {
        recycle_[c].push_back(number);
        line.listed = true;
    }
}

/// Class and taken slots of each line, and the words that are staged.
uint64_t ValueStore::sram_bytes() const {
    const uint64_t bits_per_line = 3 + layout_->segments;
    return (lines_.size() * bits_per_line + 7) / 8 + uint64_t{kClasses - 1} * layout_->segments * kWordBytes;
}

std::string ValueStore::verify(std::span<const ValueRef> refs) const {
    std::vector<uint64_t> seen(lines_.size());
    const auto mark = [&](uint32_t index) -> std::string {
        const uint32_t number = index / layout_->segments;
        if (number >= lines_.size()) return fmt::format("value slot {} is in no track of values", index);
        const uint32_t slot = index % layout_->segments / slot_words(lines_[number].class_of);
        if ((lines_[number].taken >> slot & 1) == 0) return fmt::format("value slot {} is named and free", index);
        if ((seen[number] >> slot & 1) != 0) return fmt::format("value slot {} is named twice", index);
        seen[number] |= bit(slot);
        return {};
    };
    for (const ValueRef ref : refs) {
        for (uint32_t index = ref.index; index != no_slot();) {
            if (std::string why = mark(index); !why.empty()) return why;
            const uint32_t number = index / layout_->segments;
            if (lines_[number].class_of != kWholeLine) break;
            index = static_cast<uint32_t>(io_->read_word(pool_->line_of_store(number), 0, Cause::kVerify));
        }
    }
    for (const uint32_t index : unsettled_)
        if (std::string why = mark(index); !why.empty()) return why;
    for (uint32_t number = 0; number < lines_.size(); ++number)
        if (seen[number] != lines_[number].taken)
            return fmt::format("track {} of values has {} slots that nobody names", number,
                               ones(lines_[number].taken & ~seen[number]));
    return {};
}

}  // namespace sky::index
