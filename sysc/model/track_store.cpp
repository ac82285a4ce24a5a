#include "sysc/model/track_store.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <utility>

namespace sky::model {

namespace {

/// Address space a store reserves at most; no host has as much memory.
constexpr uint64_t kMaxReservedBytes = uint64_t{1} << 42;

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
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

LazyMemory& LazyMemory::operator=(LazyMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
}

TrackStore::TrackStore(const Geometry& geometry)
    : geometry_(geometry),
      row_words_(geometry.row_words()),
      capacity_(std::min(geometry.rows(), kMaxReservedBytes / (row_words_ * sizeof(uint64_t)))),
      table_(64),
      words_(capacity_ * row_words_ * sizeof(uint64_t)),
      flags_(geometry.flag_site ? capacity_ * sizeof(uint64_t) : 0),
      offsets_(capacity_ * sizeof(int16_t)) {}

uint64_t TrackStore::word(uint64_t row, uint32_t segment, uint32_t site, uint32_t beat) const {
    const Entry& entry = table_[probe(row)];
    return entry.slot == kFree ? 0 : at(entry.slot).words[word_index(segment, site, beat)];
}

uint64_t TrackStore::flags(uint64_t row) const {
    const Entry& entry = table_[probe(row)];
    return entry.slot == kFree || !geometry_.flag_site ? 0 : *at(entry.slot).flags;
}

int32_t TrackStore::offset(uint64_t row) const {
    const Entry& entry = table_[probe(row)];
    return entry.slot == kFree ? 0 : *at(entry.slot).offset;
}

TrackStore::Row TrackStore::touch(uint64_t row) {
    size_t i = probe(row);
    if (table_[i].slot == kFree) {
        if (used_ == capacity_) throw std::bad_alloc();
        if (used_ * 3 >= table_.size() * 2) {
            grow();
            i = probe(row);
        }
        table_[i] = {.row = static_cast<uint32_t>(row), .slot = static_cast<uint32_t>(used_++)};
    }
    return at(table_[i].slot);
}

void TrackStore::grow() {
    std::vector<Entry> old(table_.size() * 2);
    old.swap(table_);
    for (const Entry& entry : old)
        if (entry.slot != kFree) table_[probe(entry.row)] = entry;
}

void TrackStore::prefetch_words(uint64_t row, uint64_t first_word) const {
    const Entry& entry = table_[probe(row)];
    if (entry.slot == kFree) return;
    const Row found = at(entry.slot);
    __builtin_prefetch(found.words + first_word);
    __builtin_prefetch(found.offset);
}

uint64_t TrackStore::row_bytes() const {
    return row_words_ * sizeof(uint64_t) + (geometry_.flag_site ? sizeof(uint64_t) : 0) + sizeof(int16_t);
}

uint64_t TrackStore::host_bytes() const { return table_.size() * sizeof(Entry) + used_ * row_bytes(); }

}  // namespace sky::model
