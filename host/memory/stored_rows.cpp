#include "host/memory/stored_rows.hpp"

#include <algorithm>
#include <vector>

namespace sky::memory {

using model::Geometry;
using model::StoredRow;
using model::TrackStore;

namespace {

/// Calls f(segment, site, beat, k) for the k-th of a row's words, in the order of the array's store.
template <typename F>
void each_word(const Geometry& geometry, F&& f) {
    const uint32_t sites = geometry.mapping() == model::Mapping::kWord ? 1 : geometry.sites_per_segment;
    size_t k = 0;
    for (uint32_t site = 0; site < sites; ++site)
        for (uint32_t segment = 0; segment < geometry.segments; ++segment)
            for (uint32_t beat = 0; beat < geometry.beats_per_segment(); ++beat) f(segment, site, beat, k++);
}

/// The controller's backdoor speaks of words as they are answered, the image of the bits as they lie.
uint64_t inverted_if(bool flag, uint64_t word, const Geometry& geometry) {
    return flag ? ~word & geometry.word_mask() : word;
}

bool has(uint64_t flags, uint32_t segment) { return (flags >> segment & 1) != 0; }

}  // namespace

bool blank(const StoredRow& row) {
    return row.offset == 0 && row.flags == 0 &&
           std::all_of(row.words.begin(), row.words.end(), [](uint64_t word) { return word == 0; });
}

void each_stored_row(model::Controller& controller, const Geometry& geometry,
                     const std::function<void(const StoredRow&)>& visit) {
    TrackStore& tracks = controller.tracks();
    std::vector<uint64_t> rows;
    rows.reserve(tracks.touched_rows());
    tracks.each([&](uint64_t row, const TrackStore::Row&) { rows.push_back(row); });
    std::sort(rows.begin(), rows.end());
    StoredRow stored;
    for (const uint64_t row : rows) {
        const TrackStore::Row from = tracks.touch(row);
        stored.row = row;
        stored.offset = *from.offset;
        stored.flags = from.flags == nullptr ? 0 : *from.flags;
        stored.words.assign(from.words, from.words + geometry.row_words());
        if (!blank(stored)) visit(stored);
    }
}

void each_stored_row(bridge::RtlController& controller, const Geometry& geometry,
                     const std::function<void(const StoredRow&)>& visit) {
    StoredRow stored;
    stored.words.resize(geometry.row_words());
    for (uint64_t row = 0; row < geometry.rows(); ++row) {
        stored.row = row;
        stored.offset = controller.offset(row);
        if (stored.offset == 0 && controller.skyrmions(row) == 0) continue;
        stored.flags = controller.flags(row);
        each_word(geometry, [&](uint32_t segment, uint32_t site, uint32_t beat, size_t k) {
            const uint64_t word = controller.word(row, segment, site, beat);
            stored.words[k] = inverted_if(has(stored.flags, segment), word, geometry);
        });
        visit(stored);
    }
}

void set_stored_row(model::Controller& controller, const Geometry& /*geometry*/, const StoredRow& row) {
    const TrackStore::Row to = controller.tracks().touch(row.row);
    *to.offset = static_cast<int16_t>(row.offset);
    if (to.flags != nullptr) *to.flags = row.flags;
    std::copy(row.words.begin(), row.words.end(), to.words);
}

void set_stored_row(bridge::RtlController& controller, const Geometry& geometry, const StoredRow& row) {
    controller.set_offset(row.row, row.offset);
    each_word(geometry, [&](uint32_t segment, uint32_t site, uint32_t beat, size_t k) {
        controller.set_word(row.row, segment, row.words[k], site, beat);
    });
    controller.set_flags(row.row, row.flags);
}

}  // namespace sky::memory
