#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/index/slot_area.hpp"

namespace sky::index {

/// What a message asks for. With its sequence number it is SRAM metadata of the slot.
enum class MessageKind : uint8_t { kPut, kDelete };

struct MessageTag {
    uint64_t sequence = 0;  ///< of the operation; the higher one is newer
    MessageKind kind = MessageKind::kPut;
};

/// A message whose key was read.
struct Message {
    Key key = 0;
    uint64_t sequence = 0;
    uint16_t slot = 0;
};

/// Tracks 1 to T-1 of an internal node: messages on their way down, in unsorted slots. A buffer may hold
/// several messages of one key; the sequence numbers order them. A tree without buffers has one of no slots.
class MessageBuffer {
   public:
    MessageBuffer(const NodeLayout& layout, uint32_t node)
        : slots_(layout, node, 1, layout.buffer_slots), tags_(layout.buffer_slots) {}

    [[nodiscard]] uint32_t size() const { return slots_.used(); }
    [[nodiscard]] uint32_t free() const { return slots_.free(); }
    [[nodiscard]] bool full() const { return slots_.free() == 0; }
    /// Slots from the oldest to the newest message.
    [[nodiscard]] const std::vector<uint16_t>& by_age() const { return by_age_; }
    [[nodiscard]] MessageKind kind(uint32_t slot) const { return tags_[slot].kind; }

    [[nodiscard]] Key key(WordIo& io, uint32_t slot, Cause cause) const { return slots_.key(io, slot, cause); }
    void read_value(WordIo& io, uint32_t slot, Value& value, Cause cause) const {
        slots_.read_value(io, slot, value, cause);
    }
    /// Reads every key, from the oldest to the newest message.
    [[nodiscard]] std::vector<Message> read_keys(WordIo& io, Cause cause) const;

    /// Only while not full. A delete has an empty value.
    void add(WordIo& io, Key key, const Value& value, MessageTag tag, Cause cause);
    /// Metadata only.
    void release(uint32_t slot);
    /// Reads the value of a message and writes the message into `to`, which is not full.
    void move(WordIo& io, const Message& message, MessageBuffer& to, Cause read_cause, Cause write_cause);

    /// Empty when the tables agree and all keys are in [low, high].
    [[nodiscard]] std::string verify(WordIo& io, Key low, Key high) const;

   private:
    SlotArea slots_;
    std::vector<MessageTag> tags_;
    std::vector<uint16_t> by_age_;
};

}  // namespace sky::index
