#include "host/index/pivot_track.hpp"

#include <fmt/format.h>

#include <bit>

namespace sky::index {

uint8_t PivotTrack::take() {
    const auto slot = static_cast<uint8_t>(std::countr_one(taken_));
    taken_ |= uint64_t{1} << slot;
    return slot;
}

void PivotTrack::insert(LineIo& io, uint32_t rank, Key bound, uint32_t child, Cause cause) {
    const uint8_t slot = take();
    ranks_.insert(ranks_.begin() + rank, slot);
    LineWords words;
    words.set(key_segment(rank), bound);
    words.set(child_segment(rank), child);
    io.write(line(), words, cause);
}

void PivotTrack::erase(uint32_t rank) {
    taken_ &= ~(uint64_t{1} << ranks_[rank]);
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
        to.ranks_.push_back(to.take());
        words.set(to.key_segment(to.size() - 1), moved);
        words.set(to.child_segment(to.size() - 1), reader.child(rank, Cause::kSplit));
    }
    io.write(to.line(), words, Cause::kSplit);
    return separator;
}

Key PivotTrack::split_into(LineIo& io, PivotTrack& upper) {
    const uint32_t keep = size() / 2;
    const Key separator = copy_from(io, keep, upper);
    while (size() > keep) erase(size() - 1);
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
