#include "host/index/beps.hpp"

#include <algorithm>

namespace sky::index {

Status Beps::put(Key key, std::span<const std::byte> bytes) {
    if (Status status = check_length(bytes); !status.ok()) return status;
    Value value;
    pack(bytes, value);
    if (height_ > 1) return enqueue(key, value, MessageKind::kPut);
    std::vector<Step> no_path;
    return put_at_leaf(no_path, root_, key, value);
}

Status Beps::erase(Key key) {
    if (height_ > 1) return enqueue(key, Value(), MessageKind::kDelete);
    if (const Place place = leaf(root_).find(io_, key); place.found) leaf(root_).erase(place.rank);
    return {};
}

Status Beps::enqueue(Key key, const Value& value, MessageKind kind) {
    if (Status status = make_room_in_root(); !status.ok()) return status;
    buffer(root_).add(io_, key, value, {++sequence_, kind}, Cause::kMessage);
    return {};
}

Status Beps::make_room_in_root() {
    while (buffer(root_).full()) {
        if (pivots(root_).full() && free_nodes() >= 2) {
            const uint32_t old = root_;
            grow_root();
            split_inner(pivots(root_), 0, old);
        } else if (!flush(root_, height_ - 1)) {
            return memory_full();
        }
    }
    return {};
}

bool Beps::flush(uint32_t node, uint32_t level) {
    ++counts_.flushes;
    const uint32_t children = pivots(node).size();
    for (Batch& batch : batches_by_size(node)) {
        const size_t dropped = drop_superseded(node, batch.messages);
        const size_t moved = level == 1 ? apply_to_leaf(node, batch) : move_down(node, level, batch);
        counts_.messages_superseded += dropped;
        counts_.messages_flushed += moved;
        // A split has moved the ranks of the other batches.
        if (dropped + moved > 0 || pivots(node).size() != children) return true;
    }
    return false;
}

/// Reads every buffered key. The batch of the child with most messages comes first.
std::vector<Beps::Batch> Beps::batches_by_size(uint32_t node) {
    const std::vector<Key> bounds = pivots(node).bounds(io_, Cause::kPivotSearch);
    std::vector<Batch> batches(bounds.size() + 1);
    for (uint32_t rank = 0; rank < batches.size(); ++rank) batches[rank].rank = rank;
    for (const Message& message : buffer(node).read_keys(io_, Cause::kFlushKey)) {
        const auto above = std::upper_bound(bounds.begin(), bounds.end(), message.key);
        batches[static_cast<size_t>(above - bounds.begin())].messages.push_back(message);
    }
    std::erase_if(batches, [](const Batch& batch) { return batch.messages.empty(); });
    std::stable_sort(batches.begin(), batches.end(),
                     [](const Batch& a, const Batch& b) { return a.messages.size() > b.messages.size(); });
    return batches;
}

/// Sorts by key and keeps the newest message of each. Returns how many are gone.
size_t Beps::drop_superseded(uint32_t node, std::vector<Message>& messages) {
    std::sort(messages.begin(), messages.end(), [](const Message& a, const Message& b) {
        return a.key != b.key ? a.key < b.key : a.sequence > b.sequence;
    });
    const auto same_key = [](const Message& a, const Message& b) { return a.key == b.key; };
    const size_t before = messages.size();
    for (size_t i = 1; i < messages.size(); ++i)
        if (same_key(messages[i - 1], messages[i])) buffer(node).release(messages[i].slot);
    messages.erase(std::unique(messages.begin(), messages.end(), same_key), messages.end());
    return before - messages.size();
}

/// Into the buffer of an internal child. Returns how many messages moved.
size_t Beps::move_down(uint32_t node, uint32_t level, Batch& batch) {
    uint32_t child = pivots(node).child(io_, batch.rank);
    if (pivots(child).full() && !pivots(node).full() && free_nodes() > 0) split_child(node, batch, child);
    const std::vector<Message>& messages = batch.messages;
    MessageBuffer& below = buffer(child);
    while (below.free() < messages.size() && (!pivots(child).full() || free_nodes() == 0))
        if (!flush(child, level - 1)) break;
    const size_t moved = std::min<size_t>(messages.size(), below.free());
    for (size_t i = 0; i < moved; ++i)
        buffer(node).move(io_, messages[i], below, Cause::kFlushValue, Cause::kFlushMove);
    return moved;
}

/// Splits the child of a batch; the batch and `child` become the half with more messages.
void Beps::split_child(uint32_t node, Batch& batch, uint32_t& child) {
    std::vector<Message>& messages = batch.messages;
    const Split split = split_inner(pivots(node), batch.rank, child);
    const auto upper =
        std::find_if(messages.begin(), messages.end(), [&](const Message& m) { return m.key >= split.separator; });
    if (messages.end() - upper > upper - messages.begin()) {
        child = split.upper;
        messages.erase(messages.begin(), upper);
    } else {
        messages.erase(upper, messages.end());
    }
}

/// Into a leaf, splitting it while its parent has room for the halves. From the highest key down, so that the
/// places found before the first change stay right. Returns how many messages were applied.
size_t Beps::apply_to_leaf(uint32_t node, const Batch& batch) {
    struct Part {
        uint32_t leaf;
        uint32_t first;  // of its entries, counted in the leaf as it was searched
        uint32_t rank;   // in the parent
    };
    std::vector<Part> parts{{pivots(node).child(io_, batch.rank), 0, batch.rank}};
    std::vector<Key> keys;
    for (const Message& message : batch.messages) keys.push_back(message.key);
    std::vector<Place> places(keys.size());
    leaf(parts.back().leaf).find_all(io_, keys, places);

    size_t applied = 0;
    for (size_t i = keys.size(); i-- > 0;) {
        const Message& message = batch.messages[i];
        Place place = places[i];
        const auto leave_parts_above = [&] {
            while (parts.size() > 1 && place.rank + (place.found ? 1 : 0) <= parts.back().first) parts.pop_back();
        };
        leave_parts_above();
        const bool inserts = !place.found && buffer(node).kind(message.slot) == MessageKind::kPut;
        if (inserts && leaf(parts.back().leaf).full()) {
            if (pivots(node).full() || free_nodes() == 0) continue;
            const Part lower = parts.back();
            const uint32_t upper = split_leaf(pivots(node), lower.rank, lower.leaf).upper;
            parts.push_back({upper, lower.first + leaf(lower.leaf).size(), lower.rank + 1});
            leave_parts_above();
        }
        place.rank -= parts.back().first;
        apply_message(node, message, leaf(parts.back().leaf), place);
        ++applied;
    }
    return applied;
}

/// `place` is that of the message's key in `target`, which has room if it must.
void Beps::apply_message(uint32_t node, const Message& message, Leaf& target, Place place) {
    if (buffer(node).kind(message.slot) == MessageKind::kDelete) {
        if (place.found) target.erase(place.rank);
    } else {
        Value value;
        buffer(node).read_value(io_, message.slot, value, Cause::kFlushValue);
        if (place.found)
            target.overwrite(io_, place.rank, value);
        else
            target.insert(io_, place.rank, message.key, value, Cause::kLeafEntry);
    }
    buffer(node).release(message.slot);
}

}  // namespace sky::index
