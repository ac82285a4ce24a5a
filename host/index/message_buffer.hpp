#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/index/slot_area.hpp"

namespace sky::index {

/// Lines 1 to T-1 of an internal node: messages on their way down, in unsorted slots. A buffer may hold several
/// messages of one key; the sequence numbers, SRAM metadata of the slots, order them. A tree without buffers has
/// buffers of no slots.
class MessageBuffer {
   public:
    MessageBuffer(const NodeLayout& layout, uint32_t node)
        : slots_(layout, layout.message, node, 1, layout.buffer_slots), sequences_(layout.buffer_slots) {}

    [[nodiscard]] uint32_t size() const { return slots_.used(); }
    [[nodiscard]] uint32_t free() const { return slots_.free(); }
    [[nodiscard]] bool full() const { return slots_.free() == 0; }

    /// Every message: with port_parallel read whole, else only its key.
    void load(LineIo& io, Records& records, Cause cause) const;
    /// Reads the value of a message that was loaded, if that was not done.
    void load_value(LineIo& io, Records& records, Record& record, Cause cause) const;
    /// Appends the messages of `key` up to sequence number `last`, newest first, up to the first that needs no older.
    void find(LineIo& io, Key key, uint64_t last, Records& records, Cause cause) const;
    /// Appends the messages with a key of [low, high] up to sequence number `last`, in no order.
    void collect(LineIo& io, Key low, Key high, uint64_t last, Records& records, Cause cause) const;

    /// Only while not full.
    void add(LineIo& io, const Records& records, Record& record, Cause cause);
    /// Only while there is room for all.
    void add_all(LineIo& io, const Records& records, std::span<Record> list, Cause cause);
    void release(LineIo& io, uint32_t slot) { slots_.release(io, slot); }
    void release_all(LineIo& io, std::span<const Record> list) { slots_.release_all(io, list); }

    /// Moves the messages from `separator` on into the empty `upper`; lines of such only are handed over, with
    /// relabel.
    void split_into(LineIo& io, Key separator, MessageBuffer& upper);
    /// Moves everything into `other`, which has room.
    void move_to(LineIo& io, MessageBuffer& other);

    /// For compaction, which gives messages other value slots, and to settle them.
    [[nodiscard]] SlotArea& slots() { return slots_; }

    // Of a durable index: see SlotArea.
    /// Which slots are taken and in which order that came.
    void note_taken(Changes& changes) const;
    /// `age` is that of the first of the slots, the next one's is one more; see restore_records().
    void restore(LineId line, uint64_t slots, bool taken, uint64_t age);
    /// By slot of a line.
    void restore_ages(LineId line, std::span<const uint64_t> packed);
    /// Reads all records into the tables, and appends them. The oldest gets the sequence number behind `sequence`,
    /// and so on; `sequence` becomes the newest one's.
    void restore_records(LineIo& io, uint64_t& sequence, Records& records);

    /// Empty when the tables agree and all keys are in [low, high]. Appends the messages.
    [[nodiscard]] std::string verify(LineIo& io, Key low, Key high, Records& records) const;

   private:
    [[nodiscard]] std::vector<uint16_t> newest_first() const;
    [[nodiscard]] uint64_t newest_of(uint32_t line, uint64_t slots, uint64_t last) const;
    void move_all(LineIo& io, Records& records, std::vector<Record>& moving, MessageBuffer& to);
    void swap_line(LineIo& io, uint32_t line, MessageBuffer& other);
    void find_serially(LineIo& io, Key key, uint64_t last, Records& records, Cause cause) const;

    SlotArea slots_;
    std::vector<uint64_t> sequences_;  // by slot
};

}  // namespace sky::index
