#pragma once

#include <cstddef>
#include <cstdint>

#include "sysc/model/lazy_memory.hpp"

namespace sky::model {

/// Which slot a row has. A hash table while few rows have one; a plain array by row as soon as that takes no more
/// than a quarter of what the rows themselves take, because it is smaller then and a row is found in one step.
class RowIndex {
   public:
    static constexpr uint32_t kNone = 0;

    /// Of an array of so many rows, each of which takes `row_bytes` in its slot.
    RowIndex(uint64_t rows, uint64_t row_bytes);

    /// The slot, counted from 1, or kNone.
    [[nodiscard]] uint32_t find(uint64_t row) const {
        if (direct_) return row < rows_ ? slots()[row] : kNone;
        return entries()[probe(row)].slot;
    }
    /// Gives a row that has none a slot.
    void add(uint64_t row, uint32_t slot);

    /// Asks the caches for what find() will need.
    void prefetch(uint64_t row) const {
        if (direct_) {
            if (row < rows_) __builtin_prefetch(slots() + row);
        } else {
            __builtin_prefetch(entries() + home(row));
        }
    }

    /// Calls f(row, slot) for every row that has one.
    template <typename F>
    void each(F&& f) const {
        if (direct_) {
            for (uint64_t row = 0; row < rows_; ++row)
                if (slots()[row] != kNone) f(row, slots()[row]);
        } else {
            for (size_t i = 0; i < size_; ++i)
                if (entries()[i].slot != kNone) f(uint64_t{entries()[i].row}, entries()[i].slot);
        }
    }

    /// Host memory held, in bytes.
    [[nodiscard]] uint64_t host_bytes() const { return table_.bytes(); }

   private:
    struct Entry {
        uint32_t row;
        uint32_t slot;
    };

    [[nodiscard]] Entry* entries() const { return reinterpret_cast<Entry*>(table_.data()); }
    [[nodiscard]] uint32_t* slots() const { return reinterpret_cast<uint32_t*>(table_.data()); }
    /// The upper bits: a table of twice the size has its entries in the same order, so that grow() runs through both.
    [[nodiscard]] size_t home(uint64_t row) const { return row * 0x9E3779B97F4A7C15ULL >> home_shift_; }
    [[nodiscard]] size_t probe(uint64_t row) const {
        size_t i = home(row);
        while (entries()[i].slot != kNone && entries()[i].row != row) i = (i + 1) & (size_ - 1);
        return i;
    }
    void grow();
    void go_direct();

    uint64_t rows_;
    uint64_t direct_from_;  // used rows
    uint64_t used_ = 0;
    bool direct_ = false;
    size_t size_;  // entries of the hash table, a power of two; open addressing
    uint32_t home_shift_;
    LazyMemory table_;
};

}  // namespace sky::model
