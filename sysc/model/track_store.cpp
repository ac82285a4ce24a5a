#include "sysc/model/track_store.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

namespace sky::model {

namespace {

/// Address space a store reserves at most; no host has as much memory.
constexpr uint64_t kMaxReservedBytes = uint64_t{1} << 42;
/// Large pages are asked for in steps of this many bytes, from this many on: a large page is then little of the
/// whole.
constexpr uint64_t kAdviceBytes = uint64_t{1} << 25;
constexpr size_t kFirstEntries = 64;

}  // namespace

LazyMemory::LazyMemory(uint64_t bytes) : bytes_(bytes) {
    if (bytes == 0) return;
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<std::byte*>(memory);
}

LazyMemory::~LazyMemory() {
    if (data_ != nullptr) munmap(data_, bytes_);
}

LazyMemory::LazyMemory(LazyMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      expected_(std::exchange(other.expected_, 0)) {}

LazyMemory& LazyMemory::operator=(LazyMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(expected_, other.expected_);
    return *this;
}

void LazyMemory::advise(uint64_t used) {
    const uint64_t from = expected_;
    expected_ = std::min(bytes_, (used + kAdviceBytes - 1) / kAdviceBytes * kAdviceBytes);
    // Only a wish: a host that has no large pages does without.
    if (expected_ > kAdviceBytes) (void)madvise(data_ + from, expected_ - from, MADV_HUGEPAGE);
}

TrackStore::TrackStore(const Geometry& geometry)
    : geometry_(geometry),
      row_words_(geometry.row_words()),
      capacity_(
          std::min({geometry.rows(), kMaxReservedBytes / (row_words_ * sizeof(uint64_t)), uint64_t{0xffffffff}})),
      entries_(kFirstEntries),
      home_shift_(64 - static_cast<uint32_t>(std::countr_zero(kFirstEntries))),
      table_(kFirstEntries * sizeof(Entry)),
      words_(capacity_ * row_words_ * sizeof(uint64_t)),
      flags_(geometry.flag_site ? capacity_ * sizeof(uint64_t) : 0),
      offsets_(capacity_ * sizeof(int16_t)) {}

uint64_t TrackStore::word(uint64_t row, uint32_t segment, uint32_t site, uint32_t beat) const {
    const uint32_t slot = entry(probe(row)).slot;
    return slot == kFree ? 0 : at(slot).words[word_index(segment, site, beat)];
}

uint64_t TrackStore::flags(uint64_t row) const {
    const uint32_t slot = entry(probe(row)).slot;
    return slot == kFree || !geometry_.flag_site ? 0 : *at(slot).flags;
}

int32_t TrackStore::offset(uint64_t row) const {
    const uint32_t slot = entry(probe(row)).slot;
    return slot == kFree ? 0 : *at(slot).offset;
}

TrackStore::Row TrackStore::touch(uint64_t row) {
    const uint32_t slot = entry(probe(row)).slot;
    return slot == kFree ? add(row) : at(slot);
}

TrackStore::Row TrackStore::add(uint64_t row) {
    if (used_ == capacity_) throw std::bad_alloc();
    if (used_ * 3 >= entries_ * 2) grow();
    const auto slot = static_cast<uint32_t>(++used_);
    entry(probe(row)) = {.row = static_cast<uint32_t>(row), .slot = slot};
    words_.expect(used_ * row_words_ * sizeof(uint64_t));
    return at(slot);
}

void TrackStore::grow() {
    const size_t entries = entries_;
    const LazyMemory old = std::exchange(table_, LazyMemory(2 * entries * sizeof(Entry)));
    table_.expect(table_.bytes());
    entries_ = 2 * entries;
    --home_shift_;
    const auto* rows = reinterpret_cast<const Entry*>(old.data());
    for (size_t i = 0; i < entries; ++i)
        if (rows[i].slot != kFree) entry(probe(rows[i].row)) = rows[i];
}

void TrackStore::prefetch_words(uint64_t row, uint64_t first_word) const {
    const uint32_t slot = entry(probe(row)).slot;
    if (slot == kFree) return;
    const Row found = at(slot);
    __builtin_prefetch(found.words + first_word);
    __builtin_prefetch(found.offset);
}

uint64_t TrackStore::row_bytes() const {
    return row_words_ * sizeof(uint64_t) + (geometry_.flag_site ? sizeof(uint64_t) : 0) + sizeof(int16_t);
}

uint64_t TrackStore::host_bytes() const { return entries_ * sizeof(Entry) + used_ * row_bytes(); }

}  // namespace sky::model
