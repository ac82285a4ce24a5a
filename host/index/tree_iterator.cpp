#include "host/index/tree_iterator.hpp"

#include <algorithm>

namespace sky::index {
namespace {

/// Entries that a chunk holds without port_parallel, where each one costs its reads; with buffers on the way, which
/// are read whole for every chunk, as many more as they hold messages.
constexpr size_t kSerialEntries = 16;

}  // namespace

TreeIterator::TreeIterator(Tree& tree, uint64_t sequence, std::unique_ptr<TreeSnapshot> own)
    : tree_(&tree), sequence_(sequence), own_(std::move(own)) {}

void TreeIterator::load(Key at, Towards towards) {
    const std::lock_guard turn(tree_->reading_);
    chunk_ = tree_->load_chunk(at, {.last = sequence_,
                                    .at_most = kSerialEntries + tree_->layout_.buffer_slots,
                                    .backward = towards == Towards::kLower});
    loaded_at_ = tree_->sequence_;
}

/// How many items of the chunk have smaller keys.
size_t TreeIterator::items_before(Key key) const {
    const auto& items = chunk_->items;
    const auto it =
        std::partition_point(items.begin(), items.end(), [&](const auto& item) { return item.key < key; });
    return static_cast<size_t>(it - items.begin());
}

/// To the item `at` of the chunk, or the first one behind the chunk. Leaves may have been joined since it was loaded,
/// so that the next chunk begins before its end.
void TreeIterator::settle_from(size_t at) {
    while (at == chunk_->items.size()) {
        valid_ = chunk_->last != ~Key{0};
        if (!valid_) return;
        const Key behind = chunk_->last + 1;
        load(behind, Towards::kHigher);
        at = items_before(behind);
    }
    at_ = at;
    valid_ = true;
}

/// To the item before `end`, or the last one before the chunk.
void TreeIterator::settle_before(size_t end) {
    while (end == 0) {
        valid_ = chunk_->first != 0;
        if (!valid_) return;
        const Key first = chunk_->first;
        load(first - 1, Towards::kLower);
        end = items_before(first);
    }
    at_ = end - 1;
    valid_ = true;
}

void TreeIterator::seek(Key key) {
    if (!holds(key)) load(key, Towards::kHigher);
    settle_from(items_before(key));
}

void TreeIterator::seek_back(Key key) {
    if (!holds(key)) load(key, Towards::kLower);
    settle_before(key == ~Key{0} ? chunk_->items.size() : items_before(key + 1));
}

void TreeIterator::next() { settle_from(at_ + 1); }

void TreeIterator::prev() { settle_before(at_); }

Bytes TreeIterator::value() {
    const std::lock_guard turn(tree_->reading_);
    const Tree::Chunk::Item& item = chunk_->items[at_];
    // A message whose value moved into a leaf since leaves its slot to others. Every other slot stays: the snapshot
    // holds it.
    if (loaded_at_ != tree_->sequence_ && item.folded.what == Tree::Folded::What::kMessage &&
        tree_->layout_.message.indexed && !tree_->layout_.entry.indexed)
        return *tree_->get_at(item.key, sequence_);
    return tree_->value_of(*chunk_, item);
}

}  // namespace sky::index
