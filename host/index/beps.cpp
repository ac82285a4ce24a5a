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
        if (pivots(root_).full()) {
            if (free_nodes() < 2) return memory_full();
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
    Batch batch = choose_batch(node);
    const size_t dropped = drop_superseded(node, batch.messages);
    const size_t moved = level == 1 ? apply_to_leaf(node, batch) : move_down(node, level, batch);
    counts_.messages_superseded += dropped;
    counts_.messages_flushed += moved;
    return dropped + moved > 0;
}

/// Reads every buffered key; the child with most messages wins.
Beps::Batch Beps::choose_batch(uint32_t node) {
    std::vector<Message> messages = buffer(node).read_keys(io_, Cause::kFlushKey);
    const std::vector<Key> bounds = pivots(node).bounds(io_, Cause::kPivotSearch);
    const auto rank_of = [&](const Message& message) {
        const auto above = std::upper_bound(bounds.begin(), bounds.end(), message.key);
        return static_cast<uint32_t>(above - bounds.begin());
    };
    std::vector<uint32_t> wanted(bounds.size() + 1);
    for (const Message& message : messages) ++wanted[rank_of(message)];
    const auto winner =
        static_cast<uint32_t>(std::max_element(wanted.begin(), wanted.end()) - wanted.begin());
    std::erase_if(messages, [&](const Message& message) { return rank_of(message) != winner; });
    std::sort(messages.begin(), messages.end(), [](const Message& a, const Message& b) {
        return a.key != b.key ? a.key < b.key : a.sequence > b.sequence;
    });
    return {winner, std::move(messages)};
}

/// Keeps the newest message of each key, which stands first. Returns how many are gone.
size_t Beps::drop_superseded(uint32_t node, std::vector<Message>& messages) {
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
    std::vector<Message>& messages = batch.messages;
    if (pivots(child).full() && free_nodes() > 0) {
        const Split split = split_inner(pivots(node), batch.rank, child);
        const auto upper = std::find_if(messages.begin(), messages.end(),
                                        [&](const Message& m) { return m.key >= split.separator; });
        if (messages.end() - upper > upper - messages.begin()) {
            child = split.upper;
            messages.erase(messages.begin(), upper);
        } else {
            messages.erase(upper, messages.end());
        }
    }
    MessageBuffer& below = buffer(child);
    while (below.free() < messages.size() && !pivots(child).full())
        if (!flush(child, level - 1)) break;
    const size_t moved = std::min<size_t>(messages.size(), below.free());
    for (size_t i = 0; i < moved; ++i)
        buffer(node).move(io_, messages[i], below, Cause::kFlushValue, Cause::kFlushMove);
    return moved;
}

/// Into a leaf, splitting it while there is room for its upper halves. From the highest key down, so that the
/// places found before the first change stay right. Returns how many messages were applied.
size_t Beps::apply_to_leaf(uint32_t node, const Batch& batch) {
    struct Part {
        uint32_t leaf;
        uint32_t first;  // of its entries, counted in the leaf as it was searched
        uint32_t rank;   // in the parent
    };
    std::vector<Part> parts{{pivots(node).child(io_, batch.rank), 0, batch.rank}};
    std::vector<Key> keys(batch.messages.size());
    std::transform(batch.messages.begin(), batch.messages.end(), keys.begin(),
                   [](const Message& m) { return m.key; });
    std::vector<Place> places(keys.size());
    leaf(parts.back().leaf).find_all(io_, keys, places);

    Value value;
    size_t applied = 0;
    for (size_t i = keys.size(); i-- > 0;) {
        const Place place = places[i];
        const auto lies_below = [&](const Part& p) {
            return place.rank < p.first || (place.rank == p.first && !place.found);
        };
        const bool is_delete = buffer(node).kind(batch.messages[i].slot) == MessageKind::kDelete;
        while (parts.size() > 1 && lies_below(parts.back())) parts.pop_back();
        if (!is_delete && !place.found && leaf(parts.back().leaf).full()) {
            if (pivots(node).full() || free_nodes() == 0) continue;
            const Part lower = parts.back();
            const uint32_t upper = split_leaf(pivots(node), lower.rank, lower.leaf).upper;
            parts.push_back({upper, lower.first + leaf(lower.leaf).size(), lower.rank + 1});
            if (lies_below(parts.back())) parts.pop_back();
        }
        Leaf& target = leaf(parts.back().leaf);
        const uint32_t rank = place.rank - parts.back().first;
        if (is_delete) {
            if (place.found) target.erase(rank);
        } else {
            buffer(node).read_value(io_, batch.messages[i].slot, value, Cause::kFlushValue);
            if (place.found)
                target.overwrite(io_, rank, value);
            else
                target.insert(io_, rank, keys[i], value, Cause::kLeafEntry);
        }
        buffer(node).release(batch.messages[i].slot);
        ++applied;
    }
    return applied;
}

}  // namespace sky::index
