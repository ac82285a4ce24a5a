#include "host/index/message_buffer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "host/index/bits.hpp"

namespace sky::index {

std::vector<uint16_t> MessageBuffer::newest_first() const {
    std::vector<uint16_t> order = slots_.slots();
    std::sort(order.begin(), order.end(), [&](uint16_t a, uint16_t b) { return sequences_[a] > sequences_[b]; });
    return order;
}

void MessageBuffer::load(LineIo& io, Records& records, Cause cause) const {
    const size_t first = records.list.size();
    if (io.parallel()) {
        slots_.load_all(io, records, cause);
    } else {
        for (const uint16_t slot : slots_.slots()) {
            Record record{.key = slots_.key(io, slot, cause), .slot = slot};
            if (!slots_.format().indexed) record.kind = slots_.kind(slot);
            records.list.push_back(record);
        }
    }
    for (size_t i = first; i < records.list.size(); ++i) records.list[i].sequence = sequences_[records.list[i].slot];
}

void MessageBuffer::load_value(LineIo& io, Records& records, Record& record, Cause cause) const {
    if (!slots_.format().indexed && record.kind == MessageKind::kDelete) return;
    slots_.load_payload(io, records, record, cause);
}

/// The highest sequence number up to `last` among slots of a line; 0: none.
uint64_t MessageBuffer::newest_of(uint32_t line, uint64_t slots, uint64_t last) const {
    uint64_t newest = 0;
    const uint64_t* const of_line = sequences_.data() + size_t{line} * slots_.format().per_line;
    for (; slots != 0; slots &= slots - 1)
        if (const uint64_t sequence = of_line[std::countr_zero(slots)]; sequence <= last)
            newest = std::max(newest, sequence);
    return newest;
}

void MessageBuffer::find(LineIo& io, Key key, uint64_t last, Records& records, Cause cause) const {
    if (slots_.used() == 0) return;
    if (!io.parallel()) return find_serially(io, key, last, records, cause);
    struct Line {
        uint64_t newest;
        uint32_t line;
        uint64_t candidates;
    };
    std::vector<Line> lines;
    for (uint32_t line = 0; line < slots_.lines(); ++line) {
        const uint64_t candidates = slots_.candidates(line, key);
        if (const uint64_t newest = newest_of(line, candidates, last); newest != 0)
            lines.push_back({newest, line, candidates});
    }
    std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.newest > b.newest; });

    const size_t first = records.list.size();
    uint64_t enough = 0;  // sequence number of the newest message that needs no older
    for (const Line& line : lines) {
        if (line.newest < enough) break;
        const uint64_t which =
            slots_.has_fingerprints() ? line.candidates : slots_.in_range(io, line.line, key, key, cause);
        const size_t loaded = records.list.size();
        slots_.load_line(io, line.line, which, records, cause);
        for (size_t i = loaded; i < records.list.size(); ++i) {
            Record& record = records.list[i];
            record.sequence = sequences_[record.slot];
            if (record.key == key && record.sequence <= last && record.kind != MessageKind::kMerge)
                enough = std::max(enough, record.sequence);
        }
    }
    auto& list = records.list;
    const auto begin = list.begin() + static_cast<std::ptrdiff_t>(first);
    list.erase(
        std::remove_if(begin, list.end(),
                       [&](const Record& r) { return r.key != key || r.sequence > last || r.sequence < enough; }),
        list.end());
    std::sort(list.begin() + static_cast<std::ptrdiff_t>(first), list.end(),
              [](const Record& a, const Record& b) { return a.sequence > b.sequence; });
}

void MessageBuffer::find_serially(LineIo& io, Key key, uint64_t last, Records& records, Cause cause) const {
    for (const uint16_t slot : newest_first()) {
        if (sequences_[slot] > last || slots_.key(io, slot, cause) != key) continue;
        Record record{.key = key, .sequence = sequences_[slot], .slot = slot};
        if (!slots_.format().indexed) record.kind = slots_.kind(slot);
        load_value(io, records, record, Cause::kAnswer);
        records.list.push_back(record);
        if (record.kind != MessageKind::kMerge) return;
    }
}

void MessageBuffer::collect(LineIo& io, Key low, Key high, uint64_t last, Records& records, Cause cause) const {
    const size_t first = records.list.size();
    if (io.parallel()) {
        slots_.load_range(io, low, high, records, cause);
    } else {
        load(io, records, cause);
    }
    for (size_t i = first; i < records.list.size(); ++i) records.list[i].sequence = sequences_[records.list[i].slot];
    records.list.erase(
        std::remove_if(records.list.begin() + static_cast<std::ptrdiff_t>(first), records.list.end(),
                       [&](const Record& r) { return r.key < low || r.key > high || r.sequence > last; }),
        records.list.end());
    for (size_t i = first; i < records.list.size(); ++i) load_value(io, records, records.list[i], Cause::kAnswer);
}

void MessageBuffer::add(LineIo& io, const Records& records, Record& record, Cause cause) {
    slots_.add(io, records, record, cause);
    sequences_[record.slot] = record.sequence;
}

void MessageBuffer::add_all(LineIo& io, const Records& records, std::span<Record> list, Cause cause) {
    slots_.add_all(io, records, list, cause);
    for (const Record& record : list) sequences_[record.slot] = record.sequence;
}

/// Exchanges a line with the same one of another buffer.
void MessageBuffer::swap_line(LineIo& io, uint32_t line, MessageBuffer& other) {
    slots_.swap_line(io, line, other.slots_);
    const auto per_line = static_cast<std::ptrdiff_t>(slots_.format().per_line);
    const auto first = static_cast<std::ptrdiff_t>(line) * per_line;
    std::swap_ranges(sequences_.begin() + first, sequences_.begin() + first + per_line,
                     other.sequences_.begin() + first);
}

/// Moves loaded messages of this buffer; serially one after the other, with its value.
void MessageBuffer::move_all(LineIo& io, Records& records, std::vector<Record>& moving, MessageBuffer& to) {
    if (io.parallel()) {
        // The log has them in the order in which they are added.
        std::sort(moving.begin(), moving.end(), by_age);
        slots_.release_all(io, moving);
        to.add_all(io, records, moving, Cause::kSplit);
        return;
    }
    for (Record& record : moving) {
        load_value(io, records, record, Cause::kSplit);
        slots_.release(io, record.slot);
        to.add(io, records, record, Cause::kSplit);
    }
}

void MessageBuffer::split_into(LineIo& io, Key separator, MessageBuffer& upper) {
    if (slots_.used() == 0) return;
    Records records;
    load(io, records, Cause::kSplit);
    std::vector<Record> moving;
    for (const Record& record : records.list)
        if (record.key >= separator) moving.push_back(record);
    for (const uint32_t line : slots_.take_whole_lines(moving)) swap_line(io, line, upper);
    move_all(io, records, moving, upper);
}

void MessageBuffer::move_to(LineIo& io, MessageBuffer& other) {
    Records records;
    load(io, records, Cause::kSplit);
    std::vector<Record> moving = records.list;
    move_all(io, records, moving, other);
}

void MessageBuffer::note_taken(Changes& changes) const {
    slots_.note_taken(changes);
    std::vector<uint16_t> ages(slots_.capacity());
    const std::vector<uint16_t> order = newest_first();
    for (size_t i = 0; i < order.size(); ++i) ages[order[i]] = static_cast<uint16_t>(order.size() - 1 - i);
    const uint32_t per_line = slots_.format().per_line;
    for (uint32_t line = 0; line < slots_.lines(); ++line)
        if (slots_.taken_of_line(line) != 0)
            changes.note_order(slots_.line_id(line), std::span(ages).subspan(size_t{line} * per_line, per_line));
}

void MessageBuffer::restore(LineId line, uint64_t slots, bool taken, uint64_t age) {
    slots_.restore(line, slots, taken);
    if (!taken) return;
    const size_t first = size_t{line - slots_.line_id(0)} * slots_.format().per_line;
    each_bit(slots, [&](uint32_t at) { sequences_[first + at] = age++; });
}

void MessageBuffer::restore_ages(LineId line, std::span<const uint64_t> packed) {
    const uint32_t per_line = slots_.format().per_line;
    const size_t first = size_t{line - slots_.line_id(0)} * per_line;
    for (uint32_t at = 0; at < per_line; ++at) sequences_[first + at] = packed[at / 4] >> (at % 4 * 16) & 0xffff;
}

void MessageBuffer::restore_records(LineIo& io, uint64_t& sequence, Records& records) {
    std::vector<uint16_t> order = newest_first();
    std::reverse(order.begin(), order.end());
    for (const uint16_t slot : order) sequences_[slot] = ++sequence;
    slots_.restore_records(io, records);
}

std::string MessageBuffer::verify(LineIo& io, Key low, Key high, Records& records) const {
    if (std::string why = slots_.verify(); !why.empty()) return why;
    std::vector<uint16_t> order = newest_first();
    for (size_t i = 1; i < order.size(); ++i)
        if (sequences_[order[i - 1]] == sequences_[order[i]])
            return fmt::format("two messages have sequence number {}", sequences_[order[i]]);
    const size_t first = records.list.size();
    load(io, records, Cause::kVerify);
    for (size_t i = first; i < records.list.size(); ++i) {
        Record& record = records.list[i];
        if (record.key < low || record.key > high)
            return fmt::format("message key {:#x} is outside [{:#x}, {:#x}]", record.key, low, high);
        if (slots_.format().indexed) load_value(io, records, record, Cause::kVerify);
    }
    return {};
}

}  // namespace sky::index
