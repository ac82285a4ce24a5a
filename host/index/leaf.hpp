#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/index/slot_area.hpp"

namespace sky::index {

/// Where a key is in a sorted sequence, or would be.
struct Place {
    uint32_t rank = 0;  ///< number of smaller keys
    bool found = false;
};

/// A leaf: entries in unsorted slots, ordered by a rank table in SRAM. An insert writes key and value once
/// and moves nothing; an erase is metadata only. A search of n entries reads at most ceil(log2(n + 1)) keys.
class Leaf {
   public:
    Leaf(const NodeLayout& layout, uint32_t node) : slots_(layout, node, 0, layout.leaf_slots) {}

    [[nodiscard]] uint32_t size() const { return slots_.used(); }
    [[nodiscard]] bool full() const { return slots_.free() == 0; }

    [[nodiscard]] Place find(WordIo& io, Key key) const;
    /// The places of ascending keys, found median first; a key of the leaf is read at most once.
    void find_all(WordIo& io, std::span<const Key> keys, std::span<Place> places) const;

    [[nodiscard]] Key key(WordIo& io, uint32_t rank, Cause cause) const {
        return slots_.key(io, ranks_[rank], cause);
    }
    void read_value(WordIo& io, uint32_t rank, Value& value, Cause cause) const {
        slots_.read_value(io, ranks_[rank], value, cause);
    }
    /// `rank` is the place of a key that is not there; only while the leaf is not full.
    void insert(WordIo& io, uint32_t rank, Key key, const Value& value, Cause cause);
    void overwrite(WordIo& io, uint32_t rank, const Value& value) {
        slots_.write_value(io, ranks_[rank], value, Cause::kLeafEntry);
    }
    void erase(uint32_t rank);

    /// Moves the upper half, word by word, into the empty leaf `upper`. Returns its first key.
    [[nodiscard]] Key split_into(WordIo& io, Leaf& upper);

    /// Empty when the rank table orders the entries and all keys are in [low, high].
    [[nodiscard]] std::string verify(WordIo& io, Key low, Key high) const;

   private:
    SlotArea slots_;
    std::vector<uint16_t> ranks_;  // slots in key order
};

}  // namespace sky::index
