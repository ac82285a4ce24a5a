#pragma once

#include <memory>
#include <vector>

#include "host/index/leaf.hpp"
#include "host/index/message_buffer.hpp"
#include "host/index/pivot_track.hpp"

namespace sky::index {

struct InnerNode {
    InnerNode(const NodeLayout& layout, uint32_t node) : pivots(layout, node), buffer(layout, node) {}
    PivotTrack pivots;
    MessageBuffer buffer;
};

/// What the serial trees have in common: nodes and how they split, get, range, statistics and verify. A
/// B+-tree is the same tree with message buffers of no slots.
///
/// SRAM knows which nodes exist and their tables, not who is whose child: every way down reads child ids.
class Tree : public Index {
   public:
    [[nodiscard]] std::optional<Bytes> get(Key key) override;
    [[nodiscard]] std::vector<Entry> range(Key low, Key high, size_t limit) override;
    [[nodiscard]] stats::Group statistics() const override;
    [[nodiscard]] std::string verify() override;

   protected:
    /// An internal node on the way down and the rank of the child taken there.
    struct Step {
        uint32_t node;
        uint32_t rank;
    };
    struct Split {
        uint32_t upper;  ///< the new node
        Key separator;   ///< its lower bound
    };
    struct Counts {
        uint64_t leaf_splits = 0;
        uint64_t inner_splits = 0;
        uint64_t flushes = 0;
        uint64_t messages_flushed = 0;
        uint64_t messages_superseded = 0;
    };

    Tree(memory::MemorySession& session, const NodeLayout& layout);

    [[nodiscard]] Leaf& leaf(uint32_t node) { return *leaves_[node]; }
    [[nodiscard]] PivotTrack& pivots(uint32_t node) { return inners_[node]->pivots; }
    [[nodiscard]] MessageBuffer& buffer(uint32_t node) { return inners_[node]->buffer; }
    [[nodiscard]] uint32_t free_nodes() const { return layout_.nodes - used_nodes_; }

    [[nodiscard]] Status check_length(std::span<const std::byte> value) const;
    [[nodiscard]] Status memory_full() const;

    /// Inserts or replaces in `node`, splitting it and the full nodes on `path` (root first) as needed.
    Status put_at_leaf(std::vector<Step>& path, uint32_t node, Key key, const Value& value);
    /// Puts a root of one child above the root. Takes one node.
    void grow_root();
    /// Splits child `rank` of a parent that is not full. Takes one node.
    Split split_leaf(PivotTrack& parent, uint32_t rank, uint32_t node);
    Split split_inner(PivotTrack& parent, uint32_t rank, uint32_t node);

    const NodeLayout layout_;
    WordIo io_;
    uint32_t root_ = 0;
    uint32_t height_ = 1;  ///< levels; 1 while the root is a leaf
    Counts counts_;

   private:
    class RangeQuery;

    [[nodiscard]] uint32_t new_leaf();
    [[nodiscard]] uint32_t new_inner();
    bool split_path(std::vector<Step>& path);
    [[nodiscard]] std::optional<uint16_t> newest_message(MessageBuffer& buffer, Key key);
    [[nodiscard]] std::string verify_node(uint32_t node, uint32_t level, Key low, Key high, std::vector<bool>& seen);
    [[nodiscard]] uint64_t sram_bytes() const;

    uint32_t used_nodes_ = 0;
    uint32_t leaf_count_ = 0;
    std::vector<std::unique_ptr<Leaf>> leaves_;       // by node id
    std::vector<std::unique_ptr<InnerNode>> inners_;  // by node id
};

}  // namespace sky::index
