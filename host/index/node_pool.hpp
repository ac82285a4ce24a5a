#pragma once

#include <cstdint>
#include <vector>

#include "host/index/layout.hpp"

namespace sky::index {

/// Who has which part of the memory: tree nodes from the low end, freed ones first, and the lines of the value store
/// from the high end. SRAM metadata.
class NodePool {
   public:
    explicit NodePool(const NodeLayout& layout) : layout_(&layout), bottom_(layout.first_node) {}

    /// Nodes that can still be taken.
    [[nodiscard]] uint32_t free() const { return gap() + static_cast<uint32_t>(freed_.size()); }
    /// Those of them that the value store can grow into: it takes no freed ones.
    [[nodiscard]] uint32_t gap() const { return layout_->nodes - bottom_ - store_nodes_; }
    /// Nodes and parts of nodes in use, those of the value store included.
    [[nodiscard]] uint32_t used() const { return layout_->nodes - free(); }
    /// Node numbers below this one have been taken at some time.
    [[nodiscard]] uint32_t bottom() const { return bottom_; }

    /// Only while free() > 0.
    [[nodiscard]] uint32_t take();
    /// In a durable index it is not taken again before settle().
    void give_back(uint32_t node) { (layout_->durable ? unsettled_ : freed_).push_back(node); }
    /// What was given back is in the log.
    void settle();
    /// Makes it the pool whose nodes in use are these, by number.
    void restore(const std::vector<bool>& in_use);

    /// The value store has lines up to this one from now on. False when it would meet the nodes of the tree.
    [[nodiscard]] bool grow_store_to(uint32_t number);
    /// The highest nodes that were given back are room for both sides again.
    void trim();
    /// The value store has no lines from this one on.
    void shrink_store_to(uint32_t lines) { store_nodes_ = (lines + layout_->node_lines - 1) / layout_->node_lines; }
    [[nodiscard]] LineId line_of_store(uint32_t number) const {
        const uint32_t lines = layout_->node_lines;
        return (layout_->nodes - 1 - number / lines) * lines + number % lines;
    }

   private:
    const NodeLayout* layout_;
    uint32_t bottom_;
    uint32_t store_nodes_ = 0;
    std::vector<uint32_t> freed_;
    std::vector<uint32_t> unsettled_;
};

}  // namespace sky::index
