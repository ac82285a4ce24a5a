#pragma once

#include <memory>
#include <optional>

#include "host/index/tree.hpp"

namespace sky::index {

class TreeSnapshot final : public Snapshot {
   public:
    explicit TreeSnapshot(Tree& tree);
    ~TreeSnapshot() override;

    [[nodiscard]] uint64_t sequence() const { return sequence_; }

   private:
    Tree* tree_;
    uint64_t sequence_;
};

/// Walks chunks of the tree as a snapshot sees them, and holds one at a time.
class TreeIterator final : public Iterator {
   public:
    /// `own`: the snapshot, where nobody else holds it.
    TreeIterator(Tree& tree, uint64_t sequence, std::unique_ptr<TreeSnapshot> own);

    void seek(Key key) override;
    void seek_back(Key key) override;
    void next() override;
    void prev() override;
    [[nodiscard]] bool valid() const override { return valid_; }
    [[nodiscard]] Key key() const override { return chunk_->items[at_].key; }
    [[nodiscard]] Bytes value() override;

   private:
    enum class Towards : uint8_t { kHigher, kLower };

    void load(Key at, Towards towards);
    [[nodiscard]] bool holds(Key key) const { return chunk_ && key >= chunk_->first && key <= chunk_->last; }
    [[nodiscard]] size_t items_before(Key key) const;
    void settle_from(size_t at);
    void settle_before(size_t end);

    Tree* tree_;
    uint64_t sequence_;
    std::unique_ptr<TreeSnapshot> own_;
    std::optional<Tree::Chunk> chunk_;
    uint64_t loaded_at_ = 0;  ///< the tree's sequence number then
    size_t at_ = 0;           ///< in the chunk's items
    bool valid_ = false;
};

}  // namespace sky::index
