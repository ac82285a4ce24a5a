#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/index/bits.hpp"
#include "host/index/value_store.hpp"

namespace sky::index {

/// A message or an entry that was read, or is to be written.
struct Record {
    Key key = 0;
    uint64_t sequence = 0;  ///< of a message: of the operation; the higher one is newer
    uint32_t value = 0;     ///< indexed: the value slot; inline: where its words begin in Records::words
    uint16_t bytes = 0;     ///< inline: of the value
    uint16_t slot = 0;      ///< where it is
    MessageKind kind = MessageKind::kPut;
    bool indexed = false;    ///< `value` is the number of a value slot
    bool has_value = false;  ///< `value` and `kind` were read
    bool done = false;       ///< of a message: applied below, so that its slot is free

    /// Of an indexed one: the value slot's number in the low `index_bits`, the kind above.
    [[nodiscard]] uint32_t entry(uint32_t index_bits) const {
        return value | static_cast<uint32_t>(kind) << index_bits;
    }
    void set_entry(uint32_t entry, uint32_t index_bits) {
        value = entry & static_cast<uint32_t>(low_bits(index_bits));
        kind = static_cast<MessageKind>(entry >> index_bits & 3);
        indexed = true;
        has_value = true;
    }
    /// Whether a value slot is its own.
    [[nodiscard]] bool names_value() const { return indexed && kind != MessageKind::kDelete; }
    [[nodiscard]] ValueRef ref() const { return {value, kind == MessageKind::kPutPadded}; }
};

/// By key, and of one key from the oldest to the newest.
[[nodiscard]] inline bool by_key_and_age(const Record& a, const Record& b) {
    return a.key != b.key ? a.key < b.key : a.sequence < b.sequence;
}

[[nodiscard]] inline bool by_age(const Record& a, const Record& b) { return a.sequence < b.sequence; }

/// Records and the words of their inline values.
struct Records {
    std::vector<Record> list;
    std::vector<uint64_t> words;

    void clear() {
        list.clear();
        words.clear();
    }
    [[nodiscard]] std::span<const uint64_t> value_words(const Record& record) const {
        return std::span(words).subspan(record.value, (record.bytes + kWordBytes - 1) / kWordBytes);
    }
    /// Appends a record of another list, with the words of its inline value.
    void append(const Records& from, Record record);
    /// Makes it an inline value.
    void set_value(Record& record, const Value& value);
    void get_value(const Record& record, Value& value) const;
};

}  // namespace sky::index
