#include "host/index/pivot_track.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "host/index/bits.hpp"

namespace sky::index {

/// The first free slot.
void PivotTrack::take(LineIo& io, uint32_t rank) {
    const auto slot = static_cast<uint32_t>(std::countr_one(taken_ | unsettled_));
    taken_ |= bit(slot);
    ranks_.insert(ranks_.begin() + rank, static_cast<uint8_t>(slot));
    if (Changes* const changes = io.changes()) changes->note_take(line(), bit(slot));
}

uint32_t PivotTrack::free() const { return layout_->fanout - ones(taken_ | unsettled_); }

void PivotTrack::restore_ranks(LineIo& io) {
    LineWords words;
    io.read(line(), taken_, words, Cause::kRecovery);
    ranks_.clear();
    each_bit(taken_, [&](uint32_t slot) { ranks_.push_back(static_cast<uint8_t>(slot)); });
    std::sort(ranks_.begin(), ranks_.end(), [&](uint8_t a, uint8_t b) { return words.at[a] < words.at[b]; });
}

void PivotTrack::insert(LineIo& io, uint32_t rank, Key bound, uint32_t child, Cause cause) {
    take(io, rank);
    LineWords words;
    words.set(key_segment(rank), bound);
    words.set(child_segment(rank), child);
    io.write(line(), words, cause);
}

void PivotTrack::erase(LineIo& io, uint32_t rank) {
    const uint64_t slot = bit(ranks_[rank]);
    taken_ &= ~slot;
    if (Changes* const changes = io.changes()) {
        unsettled_ |= slot;
        changes->note_free(line(), slot);
    }
    ranks_.erase(ranks_.begin() + rank);
}

/// Reads the pivots from rank `first` on and writes them behind those of `to`. Returns the first one's bound.
Key PivotTrack::copy_from(LineIo& io, uint32_t first, PivotTrack& to) {
    PivotReader reader(io, *this, Cause::kSplit);
    LineWords words;
    Key separator = 0;
    for (uint32_t rank = first; rank < size(); ++rank) {
        const Key moved = reader.bound(rank);
        if (rank == first) separator = moved;
        to.take(io, to.size());
        words.set(to.key_segment(to.size() - 1), moved);
        words.set(to.child_segment(to.size() - 1), reader.child(rank, Cause::kSplit));
    }
    io.write(to.line(), words, Cause::kSplit);
    return separator;
}

Key PivotTrack::split_into(LineIo& io, PivotTrack& upper) {
    const uint32_t keep = size() / 2;
    const Key separator = copy_from(io, keep, upper);
    while (size() > keep) erase(io, size() - 1);
    return separator;
}

void PivotTrack::move_to(LineIo& io, PivotTrack& lower) { copy_from(io, 0, lower); }

std::string PivotTrack::verify(LineIo& io, Key low, Key high) const {
    if (size() < 1 || size() > layout_->fanout)
        return fmt::format("{} children, expected 1 to {}", size(), layout_->fanout);
    uint64_t listed = 0;
    for (const uint8_t slot : ranks_) listed |= uint64_t{1} << slot;
    if (listed != taken_ || static_cast<uint32_t>(std::popcount(listed)) != size())
        return "the rank table and the bitmap of the pivots differ";
    PivotReader reader(io, *this, Cause::kVerify);
    Key previous = reader.bound(0);
    if (previous != low) return fmt::format("the first child starts at {:#x}, the node at {:#x}", previous, low);
    for (uint32_t rank = 1; rank < size(); ++rank) {
        const Key here = reader.bound(rank);
        if (here <= previous || here > high)
            return fmt::format("bound {:#x} of child {} is not in ({:#x}, {:#x}]", here, rank, previous, high);
        previous = here;
    }
    return {};
}

PivotReader::PivotReader(LineIo& io, const PivotTrack& pivots, Cause cause)
    : io_(&io), pivots_(&pivots), cause_(cause) {
    if (!io.parallel()) return;
    uint64_t mask = 0;
    for (uint32_t rank = 0; rank < pivots.size(); ++rank)
        mask |= uint64_t{1} << pivots.key_segment(rank) | uint64_t{1} << pivots.child_segment(rank);
    io.read(pivots.line(), mask, words_, cause);
}

uint32_t PivotReader::find(Key key) {
    uint32_t low = 0;
    uint32_t high = size();
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (bound(middle) <= key)
            low = middle;
        else
            high = middle;
    }
    return low;
}

std::vector<Key> PivotReader::bounds() {
    std::vector<Key> keys;
    keys.reserve(size());
    for (uint32_t rank = 1; rank < size(); ++rank) keys.push_back(bound(rank));
    return keys;
}

}  // namespace sky::index
