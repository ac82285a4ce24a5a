#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "host/index/change_log.hpp"
#include "host/index/leaf.hpp"
#include "host/index/message_buffer.hpp"
#include "host/index/node_pool.hpp"
#include "host/index/pivot_track.hpp"
#include "host/index/value_store.hpp"
#include "host/index/versions.hpp"

namespace sky::index {

struct InnerNode {
    InnerNode(const NodeLayout& layout, uint32_t node) : pivots(layout, node), buffer(layout, node) {}
    PivotTrack pivots;
    MessageBuffer buffer;
};

/// What all trees have in common: nodes and how they split and merge, values, get, range, statistics and verify. A
/// B+-tree is the same tree with message buffers of no slots.
///
/// SRAM knows which nodes exist and their tables, not who is whose child: every way down reads child ids.
class Tree : public Index {
   public:
    [[nodiscard]] std::optional<Bytes> get(Key key) override;
    Status write(const WriteBatch& batch) override;
    [[nodiscard]] std::vector<Entry> range(Key low, Key high, size_t limit) override;
    [[nodiscard]] std::unique_ptr<Snapshot> snapshot() override;
    [[nodiscard]] std::optional<Bytes> get(Key key, const Snapshot& snapshot) override;
    [[nodiscard]] std::unique_ptr<Iterator> iterate(const Snapshot* snapshot) override;
    [[nodiscard]] stats::Group statistics() const override;
    [[nodiscard]] std::string verify() override;
    void commit() override;
    Status compact() override;
    [[nodiscard]] Kind kind() const override { return kind_; }
    [[nodiscard]] const IndexConfig& config() const override { return config_; }

    /// Begins with an empty tree, or with the one that is on the memory. Once, before anything else.
    void begin(const std::optional<Superblock>& before);
    Status recover(const Superblock& superblock);

   protected:
    static constexpr uint64_t kNow = ~uint64_t{0};  ///< a sequence number that sees everything

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
        uint64_t leaf_merges = 0;
        uint64_t inner_merges = 0;
        uint64_t flushes = 0;
        uint64_t messages_flushed = 0;
        uint64_t messages_superseded = 0;
    };

    Tree(Kind kind, memory::MemorySession& session, const NodeLayout& layout, const IndexConfig& config);

    [[nodiscard]] Leaf& leaf(uint32_t node) { return *leaves_[node]; }
    [[nodiscard]] PivotTrack& pivots(uint32_t node) { return inners_[node]->pivots; }
    [[nodiscard]] MessageBuffer& buffer(uint32_t node) { return inners_[node]->buffer; }
    [[nodiscard]] uint32_t free_nodes() const;

    [[nodiscard]] Status check_length(std::span<const std::byte> value) const;
    [[nodiscard]] Status check_operand(std::span<const std::byte> operand) const;
    [[nodiscard]] Status memory_full() const;

    [[nodiscard]] bool has_store() const { return layout_.message.indexed || layout_.entry.indexed; }
    // Values. Where records are `indexed` they lie in the store, else beside their keys.
    [[nodiscard]] Status reserve(bool indexed, size_t bytes) { return indexed ? store_.reserve(bytes) : Status(); }
    /// The same where messages may go down and seal() may be called, which can make room: values that newer messages
    /// supersede, and what was freed and is not yet in the log.
    [[nodiscard]] Status reserve_settled(bool indexed, size_t bytes);
    /// After reserve().
    void set_value(Records& records, Record& record, bool indexed, std::span<const std::byte> bytes);
    void read_value(const Records& records, const Record& record, Value& value, Cause cause);
    /// Gives the value slot of a message or entry back.
    void release_value(const Record& record);
    /// The value as it lies in a leaf: a message's slot, or the words that were in it. Frees the slot it leaves.
    void move_to_leaf(Records& records, Record& record);

    /// What is left of an entry (none: absent) after messages from the oldest to the newest.
    struct Folded {
        enum class What : uint8_t { kNothing, kMessage, kNumber };
        What what = What::kNothing;
        size_t message = 0;   ///< kMessage: which one holds the value
        uint64_t number = 0;  ///< kNumber: the value, made of operands
    };
    [[nodiscard]] Folded fold(const Records& records, std::span<const Record> messages, const Records& old_records,
                              const Record* old);

    /// Sees to it that so many operations with these values find room, whatever their keys are; else nothing changed
    /// that an answer shows.
    [[nodiscard]] virtual Status reserve_operations(size_t count, std::span<const size_t> value_bytes) = 0;
    /// Whether the store finds room for the values, at worst, beside so many new nodes of the tree.
    [[nodiscard]] Status check_room(std::span<const size_t> value_bytes, size_t tree_nodes) const;

    /// Newest first, up to the first that needs no older. For messages that wait in front of the root.
    virtual void find_waiting(Key /*key*/, uint64_t /*last*/, Records& /*records*/) {}
    virtual void collect_waiting(Key /*low*/, Key /*high*/, uint64_t /*last*/, Records& /*records*/) {}

    // Snapshots (tree_snapshot.cpp).
    using Answer = std::optional<Bytes>;
    [[nodiscard]] Answer get_at(Key key, uint64_t last);
    /// Operation `died` replaces or erases a leaf entry: keeps the value for the snapshots that see it, else gives
    /// its slot back.
    void displace(const Records& records, const Record& old, uint64_t died);
    /// The entry with this key, its value read where it lies beside it.
    [[nodiscard]] std::optional<Record> find_entry(uint32_t node, Key key, Records& records);

    /// Puts a root of one child above the root. Takes one node.
    void grow_root();
    /// Splits child `rank` of a parent that is not full. Takes one node.
    Split split_leaf(PivotTrack& parent, uint32_t rank, uint32_t node);
    Split split_inner(PivotTrack& parent, uint32_t rank, uint32_t node);
    /// Splits the full nodes at the end of `path`, so that its last step has room for one more child (the ranks above
    /// it are not kept up). False, with nothing done, when there are too few nodes for that and the split of a leaf.
    bool split_path(std::vector<Step>& path);
    /// Whether a child of a node `level` levels above the leaves is less than a quarter full.
    [[nodiscard]] bool is_underfull(uint32_t child, uint32_t level) const;
    /// Joins the children of `node`, `level` levels above the leaves, that are less than a quarter full with a
    /// neighbour that takes them. True when something was done.
    bool merge_children(uint32_t node, uint32_t level);
    /// While the root has one child and no message, that child is the root.
    void shrink_root();

    /// Messages go down as far as they can.
    virtual void bring_down() {}

    // A durable index (tree_durable.cpp). Where it is not, these do nothing.
    [[nodiscard]] bool durable() const { return layout_.durable; }
    /// Logs what has changed. Only where the tree and what waits in front of it are a state that operations can have
    /// left; then what was freed can be written again.
    void seal();
    /// So that changes do not pile up in SRAM; where seal() may be called.
    void seal_when_long();
    /// So that one more child fits a parent that is not full.
    void seal_for_room(const PivotTrack& parent) {
        if (parent.free() == 0) seal();
    }
    /// Operations that are to be applied to the tree, oldest first; they have sequence numbers where the kind uses
    /// them.
    [[nodiscard]] virtual std::span<const Record> waiting_records() const = 0;
    /// After recovery: these, oldest first, wait in front of the tree. Their order is theirs in `records`.
    virtual Status restore_waiting(Records&& records, uint64_t last_sequence) = 0;
    /// So many of the oldest waiting operations were applied.
    void note_consumed(size_t count);
    /// A batch that has room, logged as a whole before the first of it is applied.
    virtual Status write_waiting(std::span<const WriteBatch::Operation> operations) = 0;
    /// The record of an operation, its value in the store.
    [[nodiscard]] Record make_waiting(const WriteBatch::Operation& operation);
    [[nodiscard]] Status check_batch(size_t count) const;

    const Kind kind_;
    const IndexConfig config_;
    const NodeLayout layout_;
    LineIo io_;
    NodePool pool_;
    ValueStore store_;
    VersionTable versions_;
    uint64_t sequence_ = 0;  ///< of the last operation, done or refused
    uint32_t root_ = 0;
    uint32_t height_ = 1;  ///< levels; 1 while the root is a leaf
    Counts counts_;
    size_t waiting_logged_ = 0;  ///< of waiting_records(), the oldest ones

    /// What is visible in a part of one leaf's range, ascending. A value is read when it is asked for.
    struct Chunk {
        struct Item {
            Key key = 0;
            Folded folded;
            size_t first_message = 0;  ///< of the key, in `messages`
            std::optional<size_t> entry;
        };
        Key first = 0;
        Key last = 0;
        std::vector<Item> items;
        Records messages;  ///< by key, then from the oldest to the newest
        Records entries;   ///< by key
    };
    /// What a chunk is to hold.
    struct Reach {
        Key low = 0;
        Key high = ~Key{0};
        uint64_t last = kNow;       ///< a snapshot's: then low and high are not limited
        size_t at_most = SIZE_MAX;  ///< entries, about; serially only
        bool backward = false;      ///< serially: the entries up to `at` instead of those from there on
    };
    /// The chunk around `at`; serially the one that begins, or ends, there.
    [[nodiscard]] Chunk load_chunk(Key at, const Reach& reach);
    [[nodiscard]] Bytes value_of(const Chunk& chunk, const Chunk::Item& item);

   private:
    struct Replay;

    void join_nodes(uint32_t node, uint32_t level);
    void move_values(SlotArea& area);
    [[nodiscard]] bool move_some(SlotArea& area, const Records& records, std::span<Record> moving);

    [[nodiscard]] Superblock superblock() const;
    void checkpoint();
    void settle();
    [[nodiscard]] std::string replay(const ChangeRecord& record, Replay& state);
    [[nodiscard]] std::string replay_line(const ChangeRecord& record, Replay& state);
    Status restore_tables(Records& waiting, uint64_t& sequence);
    void note_waiting(Changes& changes, size_t first) const;
    void set_root(uint32_t node, uint32_t height);

    Status write_together(std::span<const WriteBatch::Operation> operations, std::span<const size_t> value_bytes);
    friend class TreeSnapshot;
    friend class TreeIterator;

    Status apply(const WriteBatch::Operation& operation);
    [[nodiscard]] uint32_t take_node();
    [[nodiscard]] uint32_t new_leaf();
    [[nodiscard]] uint32_t new_inner();
    void free_node(uint32_t node);
    bool merge_pair(uint32_t node, uint32_t rank, uint32_t level, uint32_t lower, uint32_t upper);
    [[nodiscard]] std::string verify_node(uint32_t node, uint32_t level, Key low, Key high, std::vector<bool>& seen,
                                          std::vector<ValueRef>& values);
    void collect_entries(uint32_t node, const Reach& reach, Chunk& chunk);
    void merge_chunk(Chunk& chunk);
    void see_entries_at(Chunk& chunk, uint64_t last);
    [[nodiscard]] std::optional<Answer> answer_of_version(Key key, uint64_t last);
    [[nodiscard]] uint64_t pinned_values() const;
    [[nodiscard]] uint64_t sram_bytes() const;

    ChangeLog log_;
    mutable std::mutex reading_;  ///< readers take turns; a writer is alone anyway
    uint32_t leaf_count_ = 0;
    uint32_t inner_count_ = 0;
    std::vector<std::unique_ptr<Leaf>> leaves_;       // by node id
    std::vector<std::unique_ptr<InnerNode>> inners_;  // by node id
};

}  // namespace sky::index
