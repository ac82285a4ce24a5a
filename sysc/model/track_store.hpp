#pragma once

#include <cstdint>
#include <optional>

#include "sysc/model/geometry.hpp"
#include "sysc/model/lazy_memory.hpp"
#include "sysc/model/row_index.hpp"

namespace sky::model {

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
    [[nodiscard]] Row touch(uint64_t row) {
        const uint32_t slot = index_.find(row);
        return slot == RowIndex::kNone ? add(row) : at(slot);
    }
    /// The row, if it was touched.
    [[nodiscard]] std::optional<Row> find(uint64_t row) const {
        const uint32_t slot = index_.find(row);
        return slot == RowIndex::kNone ? std::nullopt : std::optional<Row>(at(slot));
    }
    [[nodiscard]] bool touched(uint64_t row) const { return index_.find(row) != RowIndex::kNone; }
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
        index_.each([&](uint64_t row, uint32_t slot) { f(row, at(slot)); });
    }

    /// Asks the caches for what touch() and the row's words will need.
    void prefetch(uint64_t row) const { index_.prefetch(row); }
    /// The second step, once the first has arrived. `with_offset`: the head offset too.
    void prefetch_words(uint64_t row, uint64_t first_word, bool with_offset) const;

    [[nodiscard]] uint64_t touched_rows() const { return used_; }
    /// Host memory held, in bytes.
    [[nodiscard]] uint64_t host_bytes() const;

   private:
    /// Slots are counted from 1, in the order of first touch.
    [[nodiscard]] Row at(uint32_t slot) const {
        const uint64_t i = slot - 1;
        return {.words = reinterpret_cast<uint64_t*>(words_.data()) + i * row_words_,
                .flags = geometry_.flag_site ? reinterpret_cast<uint64_t*>(flags_.data()) + i : nullptr,
                .offset = reinterpret_cast<int16_t*>(offsets_.data()) + i};
    }
    [[nodiscard]] uint64_t row_bytes() const;
    Row add(uint64_t row);

    Geometry geometry_;
    uint64_t row_words_;
    uint64_t used_ = 0;
    uint64_t capacity_;  // rows that fit the reserved address space
    RowIndex index_;
    LazyMemory words_;
    LazyMemory flags_;
    LazyMemory offsets_;
};

}  // namespace sky::model
