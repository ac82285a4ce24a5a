#include "sysc/model/track_store.hpp"

#include <algorithm>
#include <new>

namespace sky::model {

namespace {

/// Address space a store reserves at most; no host has as much memory.
constexpr uint64_t kMaxReservedBytes = uint64_t{1} << 42;

}  // namespace

TrackStore::TrackStore(const Geometry& geometry)
    : geometry_(geometry),
      row_words_(geometry.row_words()),
      capacity_(
          std::min({geometry.rows(), kMaxReservedBytes / (row_words_ * sizeof(uint64_t)), uint64_t{0xffffffff}})),
      index_(geometry.rows(), row_words_ * sizeof(uint64_t)),
      words_(capacity_ * row_words_ * sizeof(uint64_t)),
      flags_(geometry.flag_site ? capacity_ * sizeof(uint64_t) : 0),
      offsets_(capacity_ * sizeof(int16_t)) {}

uint64_t TrackStore::word(uint64_t row, uint32_t segment, uint32_t site, uint32_t beat) const {
    const uint32_t slot = index_.find(row);
    return slot == RowIndex::kNone ? 0 : at(slot).words[word_index(segment, site, beat)];
}

uint64_t TrackStore::flags(uint64_t row) const {
    const uint32_t slot = index_.find(row);
    return slot == RowIndex::kNone || !geometry_.flag_site ? 0 : *at(slot).flags;
}

int32_t TrackStore::offset(uint64_t row) const {
    const uint32_t slot = index_.find(row);
    return slot == RowIndex::kNone ? 0 : *at(slot).offset;
}

TrackStore::Row TrackStore::add(uint64_t row) {
    if (used_ == capacity_) throw std::bad_alloc();
    const auto slot = static_cast<uint32_t>(used_ + 1);
    index_.add(row, slot);
    ++used_;
    words_.expect(used_ * row_words_ * sizeof(uint64_t));
    return at(slot);
}

void TrackStore::prefetch_words(uint64_t row, uint64_t first_word, bool with_offset) const {
    const uint32_t slot = index_.find(row);
    if (slot == RowIndex::kNone) return;
    const Row found = at(slot);
    __builtin_prefetch(found.words + first_word);
    if (with_offset) __builtin_prefetch(found.offset);
}

uint64_t TrackStore::row_bytes() const {
    return row_words_ * sizeof(uint64_t) + (geometry_.flag_site ? sizeof(uint64_t) : 0) + sizeof(int16_t);
}

uint64_t TrackStore::host_bytes() const { return index_.host_bytes() + used_ * row_bytes(); }

}  // namespace sky::model
