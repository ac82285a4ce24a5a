#pragma once

#include "host/index/tree.hpp"

namespace sky::index {

/// The naive Bε-tree: values inline in the messages, one word at a time, naive writes, serial reads.
///
/// A full buffer is flushed: every key in it is read, the child with most messages wins, and each of its
/// messages is read and written again one level below. Two rules keep the tree legal at any moment, so that a
/// flush may stop early: while nodes are left, only a node with less than `fanout` children is flushed, which
/// leaves room for the pivot of a split below it; and a message leaves its buffer only when it has been
/// applied below. Without a free node, flushes go on as far as they can without splits; when the winner can
/// take nothing, the next child is tried.
///
/// Superseding happens within a flushed batch and at the leaf only. Underfull nodes are not merged yet.
class Beps final : public Tree {
   public:
    Beps(memory::MemorySession& session, const NodeLayout& layout) : Tree(session, layout) {}

    Status put(Key key, std::span<const std::byte> value) override;
    Status erase(Key key) override;

   private:
    /// Messages of one child.
    struct Batch {
        uint32_t rank = 0;  ///< of the child
        std::vector<Message> messages;
    };

    Status enqueue(Key key, const Value& value, MessageKind kind);
    Status make_room_in_root();

    /// Moves messages of one child out of the buffer of `node`. `level` counts from the leaves. False when
    /// nothing changed.
    bool flush(uint32_t node, uint32_t level);
    [[nodiscard]] std::vector<Batch> batches_by_size(uint32_t node);
    size_t drop_superseded(uint32_t node, std::vector<Message>& messages);
    size_t move_down(uint32_t node, uint32_t level, Batch& batch);
    void split_child(uint32_t node, Batch& batch, uint32_t& child);
    size_t apply_to_leaf(uint32_t node, const Batch& batch);
    void apply_message(uint32_t node, const Message& message, Leaf& target, Place place);

    uint64_t sequence_ = 0;
};

}  // namespace sky::index
