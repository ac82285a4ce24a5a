#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/index/line_io.hpp"
#include "host/index/node_pool.hpp"
#include "host/index/value.hpp"

namespace sky::index {

/// What a 32-bit entry says: a value slot's number and the kind of the message or entry.
enum class MessageKind : uint8_t {
    kPut = 0,        ///< the value fills its slot
    kDelete = 1,     ///< no value
    kMerge = 2,      ///< the value is the operand, 8 bytes
    kPutPadded = 3,  ///< the last byte of the slot says how many of its bytes are not the value's
};
[[nodiscard]] constexpr bool is_put(MessageKind kind) {
    return kind == MessageKind::kPut || kind == MessageKind::kPutPadded;
}

/// A value in the store: its number and whether it is padded.
struct ValueRef {
    uint32_t index = 0;
    bool padded = false;
};

/// Values, each written once and named by the number of its first word. Slots of 1, 2, 4, ... words lie within one
/// line, a line has slots of one class; longer values are chains of whole lines whose first word names the next line.
/// Values are staged in SRAM until a line's free slots are all assigned, and written in one pass (port_parallel);
/// lines with many freed slots come before new ones.
///
/// On the device are the words; the class of a line, its free slots and the staged words are SRAM.
class ValueStore {
   public:
    ValueStore(const NodeLayout& layout, NodePool& pool, LineIo& io);

    /// Whether put() of so many bytes finds room; takes a new line when it must. Else says what is exhausted.
    [[nodiscard]] Status reserve(size_t bytes);
    /// Lines that all of these values together take, at worst; fails when their slots cannot be numbered.
    [[nodiscard]] Result<size_t> lines_for(std::span<const size_t> bytes) const;
    /// After reserve() of at least as many bytes.
    [[nodiscard]] ValueRef put(std::span<const std::byte> bytes);
    void read(ValueRef ref, Value& value, Cause cause);
    /// The slot may be written again.
    void release(ValueRef ref);

    // Compaction: between the two, every value that is_to_move() is to be put again and released, as far as there is
    // room.
    void begin_compaction();
    [[nodiscard]] bool is_to_move(ValueRef ref) const;
    /// Gives up the last lines that are empty, and goes on with those that are left.
    void end_compaction();

    // Of a durable index.
    /// Writes what is staged: before the log names it.
    void write_staged();
    /// What was released is in the log and may be written again.
    void settle();
    void note_lines(Changes& changes) const;
    /// As the log says; finish_restore() comes when every value was named.
    void restore_line(uint32_t number, uint32_t c);
    /// Takes the slots of a value; reads a chain. Says what is wrong with it.
    [[nodiscard]] std::string restore_value(ValueRef ref);
    /// False when there is no node for the lines.
    [[nodiscard]] bool finish_restore();

    [[nodiscard]] uint64_t live_words() const { return live_words_; }
    [[nodiscard]] uint64_t live_values() const { return live_values_; }
    [[nodiscard]] uint32_t lines() const { return static_cast<uint32_t>(lines_.size()); }
    [[nodiscard]] uint64_t sram_bytes() const;

    /// Empty when exactly the slots of `refs` are taken, each once.
    [[nodiscard]] std::string verify(std::span<const ValueRef> refs) const;

   private:
    static constexpr uint32_t kClasses = 7;  // 1, 2, 4, ... 32 words, and whole lines
    static constexpr uint32_t kWholeLine = kClasses - 1;
    static constexpr uint32_t kNone = ~uint32_t{0};

    struct Line {
        uint64_t taken = 0;  ///< bit per slot
        uint8_t class_of = 0;
        bool listed = false;  ///< among the lines to be recycled
    };
    /// One line per class is open: its free slots are handed out in order.
    struct Open {
        uint32_t line = kNone;
        uint64_t staged = 0;  ///< bit per slot that waits in `words`
        LineWords words;
    };

    [[nodiscard]] uint32_t class_of(size_t bytes) const;
    [[nodiscard]] uint32_t slot_words(uint32_t c) const { return c == kWholeLine ? layout_->segments : 1U << c; }
    [[nodiscard]] uint32_t slots(uint32_t c) const { return c == kWholeLine ? 1 : layout_->segments >> c; }
    [[nodiscard]] uint64_t all_slots(uint32_t c) const;
    [[nodiscard]] bool open_has_room(uint32_t c) const;
    [[nodiscard]] bool open_line(uint32_t c);
    [[nodiscard]] uint32_t recycled(uint32_t c);
    [[nodiscard]] bool grow();
    [[nodiscard]] uint32_t new_line(uint32_t c);
    /// The highest number stands for a value of no bytes.
    [[nodiscard]] uint32_t no_slot() const { return (1U << layout_->index_bits) - 1; }
    [[nodiscard]] uint32_t most_lines() const;
    void write_open(uint32_t c);
    [[nodiscard]] uint32_t chain_lines(size_t bytes) const;
    [[nodiscard]] ValueRef put_chain(std::span<const std::byte> bytes);
    void read_chain(ValueRef ref, Value& value, Cause cause);
    void release_slot(uint32_t line, uint32_t slot);
    void free_slot(uint32_t line, uint32_t slot);
    void drop_last_lines();
    void list_lines(uint32_t end, bool all_with_room);
    void set_class(uint32_t number, uint32_t c);
    [[nodiscard]] std::string restore_slot(uint32_t index);
    [[nodiscard]] std::string exhausted(size_t bytes) const;

    const NodeLayout* layout_;
    NodePool* pool_;
    LineIo* io_;
    std::vector<Line> lines_;
    std::array<std::vector<uint32_t>, kClasses> recycle_;  // lines with free slots, most of them freed last
    std::vector<uint32_t> empty_;                          // lines of no class
    std::array<Open, kClasses - 1> open_;
    std::vector<uint32_t> unsettled_;  // slots that were released and may not be written yet, by their index
    uint32_t compact_end_ = kNone;     // while it is compacted: no value is to be in a line from here on
    uint64_t live_words_ = 0;
    uint64_t live_values_ = 0;
};

}  // namespace sky::index
