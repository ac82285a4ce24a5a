#include "host/index/pivot_track.hpp"

#include <fmt/format.h>

#include <bit>

namespace sky::index {

uint32_t PivotTrack::find(WordIo& io, Key key) const {
    uint32_t low = 0;
    uint32_t high = size();
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (bound(io, middle, Cause::kPivotSearch) <= key)
            low = middle;
        else
            high = middle;
    }
    return low;
}

std::vector<Key> PivotTrack::bounds(WordIo& io, Cause cause) const {
    std::vector<Key> keys;
    keys.reserve(size());
    for (uint32_t rank = 1; rank < size(); ++rank) keys.push_back(bound(io, rank, cause));
    return keys;
}

uint8_t PivotTrack::take() {
    const auto slot = static_cast<uint8_t>(std::countr_one(taken_));
    taken_ |= uint64_t{1} << slot;
    return slot;
}

void PivotTrack::insert(WordIo& io, uint32_t rank, Key bound, uint32_t child, Cause cause) {
    const uint8_t slot = take();
    ranks_.insert(ranks_.begin() + rank, slot);
    io.write(node_, 0, slot, bound, cause);
    io.write(node_, 0, layout_->fanout + slot, child, cause);
}

Key PivotTrack::split_into(WordIo& io, PivotTrack& upper) {
    const uint32_t keep = size() / 2;
    const uint32_t all = size();
    Key separator = 0;
    for (uint32_t rank = keep; rank < all; ++rank) {
        const Key moved = bound(io, rank, Cause::kSplit);
        if (rank == keep) separator = moved;
        upper.insert(io, rank - keep, moved, child(io, rank, Cause::kSplit), Cause::kSplit);
        taken_ &= ~(uint64_t{1} << ranks_[rank]);
    }
    ranks_.resize(keep);
    return separator;
}

std::string PivotTrack::verify(WordIo& io, Key low, Key high) const {
    if (size() < 1 || size() > layout_->fanout)
        return fmt::format("{} children, expected 1 to {}", size(), layout_->fanout);
    uint64_t listed = 0;
    for (const uint8_t slot : ranks_) listed |= uint64_t{1} << slot;
    if (listed != taken_ || static_cast<uint32_t>(std::popcount(listed)) != size())
        return "the rank table and the bitmap of the pivots differ";
    Key previous = bound(io, 0, Cause::kVerify);
    if (previous != low) return fmt::format("the first child starts at {:#x}, the node at {:#x}", previous, low);
    for (uint32_t rank = 1; rank < size(); ++rank) {
        const Key here = bound(io, rank, Cause::kVerify);
        if (here <= previous || here > high)
            return fmt::format("bound {:#x} of child {} is not in ({:#x}, {:#x}]", here, rank, previous, high);
        previous = here;
    }
    return {};
}

}  // namespace sky::index
