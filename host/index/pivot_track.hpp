#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/index/line_io.hpp"

namespace sky::index {

/// Line 0 of an internal node: for each child its lower bound and its node id, in unsorted slots ordered by
/// a rank table in SRAM. The lower bound of the first child is the node's own, so it is stored but never
/// compared: a serial search among n children reads ceil(log2 n) keys. With port_parallel one pass reads all.
class PivotTrack {
   public:
    PivotTrack(const NodeLayout& layout, uint32_t node) : layout_(&layout), node_(node) {}

    [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(ranks_.size()); }
    [[nodiscard]] bool full() const { return size() == layout_->fanout; }
    /// Only while not full.
    void insert(LineIo& io, uint32_t rank, Key bound, uint32_t child, Cause cause);
    /// Forgets a child; metadata only.
    void erase(LineIo& io, uint32_t rank);

    // Of a durable index.
    /// Slots of which nothing need be kept.
    [[nodiscard]] uint32_t free() const;
    /// What was freed is in the log and may be written again.
    void settle() { unsettled_ = 0; }
    void note_taken(Changes& changes) const { changes.note_take(line(), taken_); }
    /// As the log says; restore_ranks() comes when all is said.
    void restore(uint64_t slots, bool taken) { taken_ = taken ? taken_ | slots : taken_ & ~slots; }
    void restore_ranks(LineIo& io);

    /// Moves the upper half into the empty `upper`. Returns the lower bound of its first child.
    [[nodiscard]] Key split_into(LineIo& io, PivotTrack& upper);

    /// Moves everything into `lower`, which has room and is the node before this one.
    void move_to(LineIo& io, PivotTrack& lower);

    /// Empty when the bounds ascend from `low` to at most `high`.
    [[nodiscard]] std::string verify(LineIo& io, Key low, Key high) const;

    [[nodiscard]] LineId line() const { return node_ * layout_->node_lines; }
    [[nodiscard]] uint32_t key_segment(uint32_t rank) const { return ranks_[rank]; }
    [[nodiscard]] uint32_t child_segment(uint32_t rank) const { return layout_->fanout + ranks_[rank]; }

   private:
    void take(LineIo& io, uint32_t rank);
    Key copy_from(LineIo& io, uint32_t first, PivotTrack& to);

    const NodeLayout* layout_;
    uint32_t node_;
    uint64_t taken_ = 0;          // bit per slot
    uint64_t unsettled_ = 0;      // freed, not yet in the log
    std::vector<uint8_t> ranks_;  // slots in key order
};

/// The pivots of a node as somebody reads them: with port_parallel in one pass when it begins, else word by word as
/// they are asked for. Holds until the pivots change.
class PivotReader {
   public:
    PivotReader(LineIo& io, const PivotTrack& pivots, Cause cause);

    [[nodiscard]] uint32_t size() const { return pivots_->size(); }
    /// Rank of the child whose range holds `key`.
    [[nodiscard]] uint32_t find(Key key);
    [[nodiscard]] Key bound(uint32_t rank) { return word(pivots_->key_segment(rank), cause_); }
    [[nodiscard]] uint32_t child(uint32_t rank, Cause cause = Cause::kChildId) {
        return static_cast<uint32_t>(word(pivots_->child_segment(rank), cause));
    }
    /// Lower bounds of all children but the first, ascending.
    [[nodiscard]] std::vector<Key> bounds();

   private:
    [[nodiscard]] uint64_t word(uint32_t segment, Cause cause) {
        return io_->parallel() ? words_.at[segment] : io_->read_word(pivots_->line(), segment, cause);
    }

    LineIo* io_;
    const PivotTrack* pivots_;
    Cause cause_;
    LineWords words_;
};

}  // namespace sky::index
