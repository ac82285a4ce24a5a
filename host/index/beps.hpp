#pragma once

#include "host/index/tree.hpp"

namespace sky::index {

/// A Bε-tree: puts, erases and merges are messages that wait in the buffers of internal nodes and go down in batches.
/// With its mechanisms off it is the naive one: values inline in the messages, one word at a time, naive writes,
/// serial reads. With them on it is the Skyε-tree.
///
/// A buffer without room is flushed: its keys are read, the children with most messages win (one, or up to
/// flush_children with port_parallel), and their messages move one level below. Two rules keep the tree legal at any
/// moment, so that a flush may stop early: while nodes are left, only a node with less than `fanout` children is
/// flushed, which leaves room for the pivot of a split below it; and a message leaves its buffer only when it has
/// been applied below. Without a free node, flushes go on as far as they can without splits; when the winners can
/// take nothing, the next children are tried.
///
/// Messages are superseded within a flushed batch and at the leaf only.
class Beps final : public Tree {
   public:
    Beps(Kind kind, memory::MemorySession& session, const NodeLayout& layout, const IndexConfig& config)
        : Tree(kind, session, layout, config) {}

    Status put(Key key, std::span<const std::byte> value) override;
    Status erase(Key key) override;
    Status merge(Key key, std::span<const std::byte> operand) override;

   private:
    /// Messages of one child, by key and then from the oldest to the newest.
    struct Batch {
        uint32_t rank = 0;  ///< of the child
        std::vector<Record> messages;
    };
    /// Messages of one key, to be applied to a leaf at once.
    struct Group {
        std::span<Record> messages;
        std::optional<Record> old{};  ///< the entry in the leaf
        bool keeps_old = false;       ///< a snapshot sees it, so that its value slot stays taken
        std::vector<bool> keeps{};    ///< by message, the same; empty: none
        [[nodiscard]] Key key() const { return messages.front().key; }
        [[nodiscard]] bool leaves_value() const { return messages.back().kind != MessageKind::kDelete; }
    };
    /// Where messages are applied: a leaf, and what it takes to split it.
    struct Target {
        uint32_t leaf;
        PivotTrack* parent;   ///< nullptr: the leaf is the root
        uint32_t rank;        ///< of the leaf in its parent
        MessageBuffer* from;  ///< nullptr: the messages are staged
        [[nodiscard]] bool can_split(uint32_t free_nodes) const {
            return parent != nullptr && !parent->full() && free_nodes > 0;
        }
    };

    // In front of the root.
    [[nodiscard]] std::span<const Record> waiting_records() const override { return stage_.list; }
    Status restore_waiting(Records&& records, uint64_t last_sequence) override;
    Status write_waiting(std::span<const WriteBatch::Operation> operations) override;
    [[nodiscard]] Status reserve_operations(size_t count, std::span<const size_t> value_bytes) override;
    Status enqueue(Key key, std::span<const std::byte> bytes, MessageKind kind);
    bool empty_stage();
    [[nodiscard]] bool stage_to_leaf();
    [[nodiscard]] bool make_room_in_root(size_t count);
    void find_waiting(Key key, uint64_t last, Records& records) override;
    void collect_waiting(Key low, Key high, uint64_t last, Records& records) override;

    void bring_down() override;
    void drain(uint32_t node, uint32_t level);
    /// Moves messages out of the buffer of `node`. `level` counts from the leaves. False when nothing changed.
    bool flush(uint32_t node, uint32_t level);
    bool flush_batches(uint32_t node, uint32_t level, Records& records, PivotReader& reader,
                       std::span<Batch> batches);
    bool flush_batch(uint32_t node, uint32_t level, uint32_t child, Records& records, Batch& batch);
    [[nodiscard]] static std::vector<Batch> batches_by_size(const Records& records, PivotReader& reader);
    size_t drop_superseded(MessageBuffer& from, std::vector<Record>& messages);
    void move_down(uint32_t node, uint32_t level, uint32_t child, Records& records, Batch& batch);
    void split_child(uint32_t node, Batch& batch, uint32_t& child);

    // Into a leaf (beps_leaf.cpp). Mark the messages that were applied as done.
    void apply_to_leaf(const Target& target, Records& records, std::span<Record> messages);
    void apply_by_rank(const Target& target, Records& records, std::span<Record> messages);
    void apply_by_lines(const Target& target, Records& records, std::span<Record> messages);
    [[nodiscard]] static std::vector<Group> groups_of(std::span<Record> messages);
    void apply_at(Leaf& into, Place place, const MessageBuffer* from, Records& records, Group& group);
    void apply_to_halves(const Target& target, Records& records, std::span<Record> messages);
    void apply_groups(const Target& target, Records& records, std::span<Group> groups);
    [[nodiscard]] bool make_entry(const MessageBuffer* from, Records& records, Group& group, Record& entry);
    void release_old(const Group& group);
    void keep_versions(const MessageBuffer* from, Records& records, Group& group);

    Records stage_;  ///< messages in SRAM until a line of them is full (without port_parallel: one), oldest first
};

}  // namespace sky::index
