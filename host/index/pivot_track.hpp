#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/index/word_io.hpp"

namespace sky::index {

/// Track 0 of an internal node: for each child its lower bound and its node id, in unsorted slots ordered by
/// a rank table in SRAM. The lower bound of the first child is the node's own, so it is stored but never
/// compared: a search among n children reads ceil(log2 n) keys.
class PivotTrack {
   public:
    PivotTrack(const NodeLayout& layout, uint32_t node) : layout_(&layout), node_(node) {}

    [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(ranks_.size()); }
    [[nodiscard]] bool full() const { return size() == layout_->fanout; }

    /// Rank of the child whose range holds `key`.
    [[nodiscard]] uint32_t find(WordIo& io, Key key) const;
    /// Lower bounds of all children but the first, ascending.
    [[nodiscard]] std::vector<Key> bounds(WordIo& io, Cause cause) const;
    [[nodiscard]] Key bound(WordIo& io, uint32_t rank, Cause cause) const {
        return io.read(node_, 0, ranks_[rank], cause);
    }
    [[nodiscard]] uint32_t child(WordIo& io, uint32_t rank, Cause cause = Cause::kChildId) const {
        return static_cast<uint32_t>(io.read(node_, 0, layout_->fanout + ranks_[rank], cause));
    }
    /// Only while not full.
    void insert(WordIo& io, uint32_t rank, Key bound, uint32_t child, Cause cause);

    /// Moves the upper half into the empty `upper`. Returns the lower bound of its first child.
    [[nodiscard]] Key split_into(WordIo& io, PivotTrack& upper);

    /// Empty when the bounds ascend from `low` to at most `high`.
    [[nodiscard]] std::string verify(WordIo& io, Key low, Key high) const;

   private:
    [[nodiscard]] uint8_t take();

    const NodeLayout* layout_;
    uint32_t node_;
    uint64_t taken_ = 0;          // bit per slot
    std::vector<uint8_t> ranks_;  // slots in key order
};

}  // namespace sky::index
