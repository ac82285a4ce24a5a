#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/index/line_io.hpp"
#include "host/index/record.hpp"

namespace sky::index {

/// Slots of records in consecutive lines of a node, in one format. Which slots are taken, fingerprints, and of inline
/// records the length and the kind are SRAM metadata; the rest is on the device.
class SlotArea {
   public:
    SlotArea(const NodeLayout& layout, const SlotFormat& format, uint32_t node, uint32_t first_line, uint32_t slots);

    [[nodiscard]] uint32_t capacity() const { return slots_; }
    [[nodiscard]] uint32_t used() const { return used_; }
    [[nodiscard]] uint32_t free() const { return slots_ - used_ - unsettled_count_; }
    [[nodiscard]] bool taken(uint32_t slot) const { return (taken_[line_of(slot)] >> at(slot) & 1) != 0; }
    [[nodiscard]] uint32_t lines() const { return static_cast<uint32_t>(taken_.size()); }
    [[nodiscard]] LineId line_id(uint32_t line) const { return first_ + line; }
    /// Taken slots of one line, bit i for its record i.
    [[nodiscard]] uint64_t taken_of_line(uint32_t line) const { return taken_[line]; }
    [[nodiscard]] std::vector<uint16_t> slots() const;                            ///< taken ones, ascending
    [[nodiscard]] MessageKind kind(uint32_t slot) const { return kinds_[slot]; }  ///< inline only
    [[nodiscard]] const SlotFormat& format() const { return *format_; }

    /// Takes the first free slot and writes the record into it. Only while free() > 0.
    void add(LineIo& io, const Records& records, Record& record, Cause cause);
    /// Writes all of them, one pass for each line that is touched. Only while there is room.
    void add_all(LineIo& io, const Records& records, std::span<Record> list, Cause cause);
    /// Writes what belongs to the keys anew, in the slots of the records, one pass for each line.
    void overwrite_all(LineIo& io, const Records& records, std::span<const Record> list, Cause cause);
    /// Metadata only where removal is lazy, else the words are erased too.
    void release(LineIo& io, uint32_t slot);
    void release_all(LineIo& io, std::span<const Record> list);

    // Of a durable index.
    /// Slots that were freed and may not be written again before settle().
    [[nodiscard]] uint32_t unsettled() const { return unsettled_count_; }
    /// What was freed in a line is in the log.
    void settle(LineId line);
    void note_taken(Changes& changes) const;
    /// As the log says; restore_records() comes when all is said.
    void restore(LineId line, uint64_t slots, bool taken);
    /// Reads all records into the tables, and appends them.
    void restore_records(LineIo& io, Records& records);

    [[nodiscard]] Key key(LineIo& io, uint32_t slot, Cause cause) const;
    void read_value(LineIo& io, uint32_t slot, Value& value, Cause cause) const;  ///< inline only
    /// Reads what belongs to the key of record.slot, if that was not done.
    void load_payload(LineIo& io, Records& records, Record& record, Cause cause) const;
    /// Reads the taken records among `which` of a line in one pass, keys and values, and appends them.
    void load_line(LineIo& io, uint32_t line, uint64_t which, Records& records, Cause cause) const;
    void load_all(LineIo& io, Records& records, Cause cause) const;
    /// The taken ones with a key of [low, high]: finds them by in_range() and reads their lines.
    void load_range(LineIo& io, Key low, Key high, Records& records, Cause cause) const;

    [[nodiscard]] bool has_fingerprints() const { return !fingerprints_.empty(); }
    /// Taken slots of a line that may hold `key`, by their fingerprints: all of them when there are none.
    [[nodiscard]] uint64_t candidates(uint32_t line, Key key) const;
    /// Those that do hold a key of [low, high], by looking at all taken keys of the line at once.
    [[nodiscard]] uint64_t in_range(LineIo& io, uint32_t line, Key low, Key high, Cause cause) const;

    /// With relabel: the lines whose taken records are all among `records`, which then has them no more.
    [[nodiscard]] std::vector<uint32_t> take_whole_lines(std::vector<Record>& records) const;
    /// Exchanges a line with the same one of another area of the same format.
    void swap_line(LineIo& io, uint32_t line, SlotArea& other);

    [[nodiscard]] static uint64_t sram_bits_per_slot(const NodeLayout& layout, const SlotFormat& format);
    /// Empty when the tables agree and lengths fit.
    [[nodiscard]] std::string verify() const;

   private:
    struct Share {
        uint32_t line;
        uint64_t slots;  ///< of the line, to be taken
    };
    /// An entry whose neighbour in its segment is free: writing that one needs no read.
    struct HalfPair {
        uint32_t slot = ~uint32_t{0};
        uint64_t word = 0;
    };

    [[nodiscard]] uint32_t line_of(uint32_t slot) const { return slot / format_->per_line; }
    [[nodiscard]] uint32_t at(uint32_t slot) const { return slot % format_->per_line; }
    [[nodiscard]] uint64_t free_of_line(uint32_t line) const { return all_slots_ & ~kept_of_line(line); }
    /// Taken or unsettled: what must not be lost.
    [[nodiscard]] uint64_t kept_of_line(uint32_t line) const { return taken_[line] | unsettled_[line]; }
    [[nodiscard]] uint64_t free_pairs(uint32_t line) const;
    [[nodiscard]] uint64_t choose_slots(uint32_t line, uint32_t count) const;
    [[nodiscard]] std::vector<Share> choose(uint32_t count) const;
    [[nodiscard]] Share choose_one() const;
    void write_share(LineIo& io, const Records& records, std::span<Record> list, const Share& share, Cause cause);
    void set_payload(const Records& records, const Record& record, uint32_t at, LineWords& words) const;
    void note(const Record& record);
    void read_partners(LineIo& io, const Share& share, LineWords& words);
    [[nodiscard]] bool has_half_pair(uint32_t line, uint64_t slots) const;
    [[nodiscard]] std::vector<uint64_t> by_line(std::span<const Record> list) const;
    void remember_half_pair(const Share& share, const LineWords& words);
    void take(LineIo& io, uint32_t line, uint64_t slots);
    void erase(LineIo& io, uint32_t line, uint64_t slots);

    const NodeLayout* layout_;
    const SlotFormat* format_;
    LineId first_;
    uint32_t slots_;
    uint64_t all_slots_;  // of a line
    uint32_t used_ = 0;
    uint32_t unsettled_count_ = 0;
    std::vector<uint64_t> taken_;         // by line
    std::vector<uint64_t> unsettled_;     // by line
    std::vector<uint16_t> fingerprints_;  // by slot, when that is switched on
    std::vector<uint16_t> lengths_;       // by slot, inline only
    std::vector<MessageKind> kinds_;      // by slot, inline only
    HalfPair half_pair_;
};

}  // namespace sky::index
