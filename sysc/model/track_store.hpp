#pragma once

#include <cstddef>
#include <cstdint>

#include "sysc/model/geometry.hpp"

namespace sky::model {

/// Host memory of which only what is touched takes room.
class LazyMemory {
   public:
    /// Throws std::bad_alloc when the address space has no room for it.
    explicit LazyMemory(uint64_t bytes);
    ~LazyMemory();
    LazyMemory(const LazyMemory&) = delete;
    LazyMemory& operator=(const LazyMemory&) = delete;
    LazyMemory(LazyMemory&& other) noexcept;
    LazyMemory& operator=(LazyMemory&& other) noexcept;

    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] uint64_t bytes() const { return bytes_; }

    /// The first `used` bytes are or will be touched. Asks the host for large pages, which spare a random access its
    /// page walk, once the unused part of a large page is little of the whole.
    void expect(uint64_t used) {
        if (used > expected_) advise(used);
    }

   private:
    void advise(uint64_t used);

    std::byte* data_ = nullptr;
    uint64_t bytes_ = 0;
    uint64_t expected_ = 0;  // up to where nothing more has to be asked
};

/// What every row holds at rest. A row takes memory when it is first touched; an untouched one reads as zeros,
/// rests at head offset 0 and costs nothing.
class TrackStore {
   public:
    /// A touched row. Valid as long as the store.
    struct Row {
        uint64_t* words = nullptr;  ///< Geometry::row_words(); see word_index()
        uint64_t* flags = nullptr;  ///< bit g: the flag of segment g; nullptr without flag_site
        int16_t* offset = nullptr;  ///< head offset at rest, steps to the left
    };

    explicit TrackStore(const Geometry& geometry);

    /// The row, made on first use.
    [[nodiscard]] Row touch(uint64_t row);
    [[nodiscard]] bool touched(uint64_t row) const { return entry(probe(row)).slot != kFree; }
    /// Where a word of a row lies: word-based one for each segment, bit-interleaved by site, segment and beat.
    [[nodiscard]] uint64_t word_index(uint32_t segment, uint32_t site = 0, uint32_t beat = 0) const {
        return (uint64_t{site} * geometry_.segments + segment) * geometry_.beats_per_segment() + beat;
    }
    [[nodiscard]] uint64_t word(uint64_t row, uint32_t segment, uint32_t site = 0, uint32_t beat = 0) const;
    /// The flags of an untouched row are zero, its offset is 0.
    [[nodiscard]] uint64_t flags(uint64_t row) const;
    [[nodiscard]] int32_t offset(uint64_t row) const;

    /// Calls f(row, Row) for every touched row, in no particular order.
    template <typename F>
    void each(F&& f) const {
        for (size_t i = 0; i < entries_; ++i)
            if (entry(i).slot != kFree) f(uint64_t{entry(i).row}, at(entry(i).slot));
    }

    /// Asks the caches for what touch() and the row's words will need.
    void prefetch(uint64_t row) const { __builtin_prefetch(&entry(home(row))); }
    /// The second step, once the first has arrived.
    void prefetch_words(uint64_t row, uint64_t first_word) const;

    [[nodiscard]] uint64_t touched_rows() const { return used_; }
    /// Host memory held, in bytes.
    [[nodiscard]] uint64_t host_bytes() const;

   private:
    struct Entry {
        uint32_t row;
        uint32_t slot;  // counted from 1, so that a fresh table is empty
    };
    static constexpr uint32_t kFree = 0;

    [[nodiscard]] Entry& entry(size_t i) const { return reinterpret_cast<Entry*>(table_.data())[i]; }
    /// The upper bits: a table of twice the size has its entries in the same order, so that grow() runs through both.
    [[nodiscard]] size_t home(uint64_t row) const { return row * 0x9E3779B97F4A7C15ULL >> home_shift_; }
    [[nodiscard]] size_t probe(uint64_t row) const {
        size_t i = home(row);
        while (entry(i).slot != kFree && entry(i).row != row) i = (i + 1) & (entries_ - 1);
        return i;
    }
    [[nodiscard]] Row at(uint32_t slot) const {
        const uint64_t i = slot - 1;
        return {.words = reinterpret_cast<uint64_t*>(words_.data()) + i * row_words_,
                .flags = geometry_.flag_site ? reinterpret_cast<uint64_t*>(flags_.data()) + i : nullptr,
                .offset = reinterpret_cast<int16_t*>(offsets_.data()) + i};
    }
    [[nodiscard]] uint64_t row_bytes() const;
    Row add(uint64_t row);
    void grow();

    Geometry geometry_;
    uint64_t row_words_;
    uint64_t used_ = 0;
    uint64_t capacity_;  // rows that fit the reserved address space
    size_t entries_;     // of the table, a power of two
    uint32_t home_shift_;
    LazyMemory table_;  // of Entry, open addressing
    LazyMemory words_;
    LazyMemory flags_;
    LazyMemory offsets_;
};

}  // namespace sky::model
