#include "host/index/tree.hpp"

#include <fmt/format.h>

#include <bit>

namespace sky::index {

Tree::Tree(memory::MemorySession& session, const NodeLayout& layout) : layout_(layout), io_(session, layout_) {
    root_ = new_leaf();
}

uint32_t Tree::new_leaf() {
    const uint32_t node = used_nodes_++;
    leaves_.push_back(std::make_unique<Leaf>(layout_, node));
    inners_.push_back(nullptr);
    ++leaf_count_;
    return node;
}

uint32_t Tree::new_inner() {
    const uint32_t node = used_nodes_++;
    leaves_.push_back(nullptr);
    inners_.push_back(std::make_unique<InnerNode>(layout_, node));
    return node;
}

Status Tree::check_length(std::span<const std::byte> value) const {
    if (value.size() <= layout_.max_value_bytes) return {};
    return Status::error(
        fmt::format("the value has {} bytes, expected at most {}; raise max_value_bytes (up to {} on this "
                    "geometry) or store shorter values",
                    value.size(), layout_.max_value_bytes, layout_.longest_value_bytes));
}

Status Tree::memory_full() const {
    return Status::error(
        fmt::format("the memory is full: {} of {} nodes of {} tracks are in use; use more tracks or fewer entries",
                    used_nodes_, layout_.nodes, layout_.node_tracks));
}

Status Tree::put_at_leaf(std::vector<Step>& path, uint32_t node, Key key, const Value& value) {
    Place place = leaf(node).find(io_, key);
    if (place.found) {
        leaf(node).overwrite(io_, place.rank, value);
        return {};
    }
    if (leaf(node).full()) {
        if (!split_path(path)) return memory_full();
        const Split split = split_leaf(pivots(path.back().node), path.back().rank, node);
        if (const uint32_t kept = leaf(node).size(); place.rank > kept) {
            node = split.upper;
            place.rank -= kept;
        }
    }
    leaf(node).insert(io_, place.rank, key, value, Cause::kLeafEntry);
    return {};
}

/// Splits the full nodes at the end of `path`, so that its last step has room for one more child (the
/// ranks above it are not kept up). False, with
/// nothing done, when there are too few nodes for that and for the split of the leaf.
bool Tree::split_path(std::vector<Step>& path) {
    size_t first = path.size();
    while (first > 0 && pivots(path[first - 1].node).full()) --first;
    const bool grows = first == 0;
    if (free_nodes() < path.size() - first + 1 + (grows ? 1 : 0)) return false;
    if (grows) {
        grow_root();
        path.insert(path.begin(), {root_, 0});
        first = 1;
    }
    for (size_t i = first; i < path.size(); ++i) {
        const Step parent = path[i - 1];
        const Split split = split_inner(pivots(parent.node), parent.rank, path[i].node);
        if (const uint32_t kept = pivots(path[i].node).size(); path[i].rank >= kept)
            path[i] = {split.upper, path[i].rank - kept};
    }
    return true;
}

void Tree::grow_root() {
    const uint32_t old = root_;
    root_ = new_inner();
    ++height_;
    pivots(root_).insert(io_, 0, 0, old, Cause::kPivot);
}

Tree::Split Tree::split_leaf(PivotTrack& parent, uint32_t rank, uint32_t node) {
    const uint32_t upper = new_leaf();
    const Key separator = leaf(node).split_into(io_, leaf(upper));
    parent.insert(io_, rank + 1, separator, upper, Cause::kPivot);
    ++counts_.leaf_splits;
    return {upper, separator};
}

Tree::Split Tree::split_inner(PivotTrack& parent, uint32_t rank, uint32_t node) {
    const uint32_t upper = new_inner();
    const Key separator = pivots(node).split_into(io_, pivots(upper));
    for (const Message& message : buffer(node).read_keys(io_, Cause::kSplit))
        if (message.key >= separator) buffer(node).move(io_, message, buffer(upper), Cause::kSplit, Cause::kSplit);
    parent.insert(io_, rank + 1, separator, upper, Cause::kPivot);
    ++counts_.inner_splits;
    return {upper, separator};
}

/// Slot of the newest message for `key`, reading keys newest first up to it.
std::optional<uint16_t> Tree::newest_message(MessageBuffer& messages, Key key) {
    const std::vector<uint16_t>& slots = messages.by_age();
    for (size_t i = slots.size(); i-- > 0;)
        if (messages.key(io_, slots[i], Cause::kBufferScan) == key) return slots[i];
    return std::nullopt;
}

std::optional<Bytes> Tree::get(Key key) {
    Value value;
    uint32_t node = root_;
    for (uint32_t level = height_ - 1; level > 0; --level) {
        if (const auto slot = newest_message(buffer(node), key)) {
            if (buffer(node).kind(*slot) == MessageKind::kDelete) return std::nullopt;
            buffer(node).read_value(io_, *slot, value, Cause::kAnswer);
            return unpack(value);
        }
        node = pivots(node).child(io_, pivots(node).find(io_, key));
    }
    const Place place = leaf(node).find(io_, key);
    if (!place.found) return std::nullopt;
    leaf(node).read_value(io_, place.rank, value, Cause::kAnswer);
    return unpack(value);
}

/// Tables as a controller would hold them, for the nodes in use and bit-packed. Per entry slot: taken,
/// length, rank. Per child slot: taken, rank. Per message slot: taken, length, kind, age rank, 64-bit
/// sequence number.
uint64_t Tree::sram_bytes() const {
    const auto bits_for = [](uint64_t values) { return static_cast<uint64_t>(std::bit_width(values - 1)); };
    const uint64_t length = bits_for(uint64_t{layout_.max_value_bytes} + 1);
    const uint64_t leaf_bits = layout_.leaf_slots * (1 + length + bits_for(layout_.leaf_slots));
    const uint64_t pivot_bits = layout_.fanout * (1 + bits_for(layout_.fanout));
    const uint64_t buffer_bits =
        layout_.buffer_slots == 0 ? 0 : layout_.buffer_slots * (1 + length + 1 + bits_for(layout_.buffer_slots) + 64);
    const uint64_t inner_count = used_nodes_ - leaf_count_;
    return (leaf_count_ * leaf_bits + inner_count * (pivot_bits + buffer_bits) + 7) / 8;
}

stats::Group Tree::statistics() const {
    stats::Group group("index", "counts of the index itself");
    uint64_t entries = 0;
    uint64_t messages = 0;
    for (const auto& node : leaves_)
        if (node) entries += node->size();
    for (const auto& node : inners_)
        if (node) messages += node->buffer.size();
    group.count("nodes", used_nodes_, "nodes", "nodes in use")
        .count("node_capacity", layout_.nodes, "nodes", "nodes the memory has room for")
        .count("leaves", leaf_count_, "nodes", "nodes that hold entries")
        .count("height", height_, "levels", "levels of the tree, leaves included")
        .count("leaf_entries", entries, "entries", "entries in leaves")
        .count("buffered_messages", messages, "messages", "messages that wait in buffers")
        .count("leaf_splits", counts_.leaf_splits, "splits", "leaves split at the median")
        .count("inner_splits", counts_.inner_splits, "splits", "internal nodes split at the median")
        .count("flushes", counts_.flushes, "flushes", "batches of one child's messages chosen in a buffer")
        .count("messages_flushed", counts_.messages_flushed, "messages", "messages that went one level down")
        .count("messages_superseded", counts_.messages_superseded, "messages",
               "messages dropped for a newer one in their batch")
        .count("sram_bytes", sram_bytes(), "bytes",
               "metadata of the nodes in use, bit-packed; not charged as device operations");
    io_.add_statistics(group);
    return group;
}

}  // namespace sky::index
