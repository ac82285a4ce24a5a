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

/// A leaf: entries in unsorted slots. An insert writes key and value once and moves nothing; an erase is metadata.
///
/// Without port_parallel a rank table in SRAM orders the entries, and a search of n of them reads at most
/// ceil(log2(n + 1)) keys. With it a search reads the lines that may hold the key, and there is no order.
class Leaf {
   public:
    Leaf(const NodeLayout& layout, uint32_t node) : slots_(layout, layout.entry, node, 0, layout.leaf_slots) {}

    [[nodiscard]] uint32_t size() const { return slots_.used(); }
    [[nodiscard]] uint32_t free() const { return slots_.free(); }
    [[nodiscard]] uint32_t capacity() const { return slots_.capacity(); }
    [[nodiscard]] bool full() const { return slots_.free() == 0; }

    // Serially, by rank.
    [[nodiscard]] Place find(LineIo& io, Key key) const;
    /// The places of ascending keys, found median first; a key of the leaf is read at most once.
    void find_all(LineIo& io, std::span<const Key> keys, std::span<Place> places) const;
    [[nodiscard]] Key key(LineIo& io, uint32_t rank, Cause cause) const {
        return slots_.key(io, ranks_[rank], cause);
    }
    /// The entry at `rank`, whose key is known.
    [[nodiscard]] Record entry(LineIo& io, uint32_t rank, Key key, Records& records, Cause cause) const;
    /// `rank` is the place of a key that is not there; only while the leaf is not full.
    void insert(LineIo& io, uint32_t rank, const Records& records, Record& record, Cause cause);
    void overwrite(LineIo& io, uint32_t rank, const Records& records, Record& record, Cause cause);
    void erase(LineIo& io, uint32_t rank);

    // Port-parallel, by slot.
    /// Appends the entries with one of these ascending keys.
    void search(LineIo& io, std::span<const Key> keys, Records& found, Cause cause) const;
    void add_all(LineIo& io, const Records& records, std::span<Record> list, Cause cause) {
        slots_.add_all(io, records, list, cause);
    }
    void overwrite_all(LineIo& io, const Records& records, std::span<const Record> list, Cause cause) {
        slots_.overwrite_all(io, records, list, cause);
    }
    void release_all(LineIo& io, std::span<const Record> list) { slots_.release_all(io, list); }

    // Either way.
    /// Every entry; serially by ascending keys.
    void load(LineIo& io, Records& records, Cause cause) const;
    /// Appends the entries with a key of [low, high]: with port_parallel all of them in no order, serially the lowest
    /// `at_most`, ascending.
    void collect(LineIo& io, Key low, Key high, size_t at_most, Records& records, Cause cause) const;
    /// Serially: appends the highest `at_most` entries with a key of [low, high], descending.
    void collect_back(LineIo& io, Key low, Key high, size_t at_most, Records& records, Cause cause) const;
    /// Moves the upper half into the empty leaf `upper`. Returns its first key.
    [[nodiscard]] Key split_into(LineIo& io, Leaf& upper);
    /// Moves everything into `other`, which has room and whose keys are all smaller.
    void move_to(LineIo& io, Leaf& other);

    // Of a durable index: see SlotArea.
    [[nodiscard]] SlotArea& slots() { return slots_; }
    [[nodiscard]] const SlotArea& slots() const { return slots_; }

    /// Empty when the tables agree, the keys differ and all are in [low, high]. Appends the entries.
    [[nodiscard]] std::string verify(LineIo& io, Key low, Key high, Records& records) const;

   private:
    [[nodiscard]] Key split_by_rank(LineIo& io, Leaf& upper);
    [[nodiscard]] Key split_by_lines(LineIo& io, Leaf& upper);

    SlotArea slots_;
    std::vector<uint16_t> ranks_;  // slots in key order; without port_parallel only
};

}  // namespace sky::index
