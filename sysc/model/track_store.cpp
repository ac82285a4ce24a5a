#include "sysc/model/track_store.hpp"

namespace sky::model {

TrackStore::TrackStore(const Geometry& geometry) : segments_(geometry.segments), table_(64) {}

size_t TrackStore::probe(uint64_t row) const {
    const size_t mask = table_.size() - 1;
    size_t i = (row * 0x9E3779B97F4A7C15ULL >> 32) & mask;
    while (table_[i].slot != kFree && table_[i].row != row) i = (i + 1) & mask;
    return i;
}

uint64_t* TrackStore::slot_words(uint32_t slot) const {
    return chunks_[slot / kTracksPerChunk].get() + static_cast<size_t>(slot % kTracksPerChunk) * segments_;
}

const uint64_t* TrackStore::find(uint64_t row) const {
    const Entry& entry = table_[probe(row)];
    return entry.slot == kFree ? nullptr : slot_words(entry.slot);
}

uint64_t* TrackStore::touch(uint64_t row) {
    size_t i = probe(row);
    if (table_[i].slot == kFree) {
        if (used_ * 3 >= table_.size() * 2) {
            grow();
            i = probe(row);
        }
        const auto slot = static_cast<uint32_t>(used_++);
        if (slot % kTracksPerChunk == 0)
            chunks_.push_back(std::make_unique<uint64_t[]>(static_cast<size_t>(kTracksPerChunk) * segments_));
        table_[i] = {.row = static_cast<uint32_t>(row), .slot = slot};
    }
    return slot_words(table_[i].slot);
}

void TrackStore::grow() {
    std::vector<Entry> old(table_.size() * 2);
    old.swap(table_);
    for (const Entry& entry : old)
        if (entry.slot != kFree) table_[probe(entry.row)] = entry;
}

uint64_t TrackStore::host_bytes() const {
    return table_.size() * sizeof(Entry) +
           chunks_.size() * (uint64_t{kTracksPerChunk} * segments_ * sizeof(uint64_t) + sizeof(void*));
}

}  // namespace sky::model
