#include "host/index/beps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sky::index {

Status Beps::put(Key key, std::span<const std::byte> bytes) {
    if (Status status = check_length(bytes); !status.ok()) return status;
    return enqueue(key, bytes, MessageKind::kPut);
}

Status Beps::erase(Key key) { return enqueue(key, {}, MessageKind::kDelete); }

Status Beps::merge(Key key, std::span<const std::byte> operand) {
    if (Status status = check_operand(operand); !status.ok()) return status;
    return enqueue(key, operand, MessageKind::kMerge);
}

Status Beps::enqueue(Key key, std::span<const std::byte> bytes, MessageKind kind) {
    const uint64_t sequence = ++sequence_;
    const bool has_value = kind != MessageKind::kDelete;
    if (stage_.list.size() >= layout_.stage_slots && !empty_stage() && stage_.list.size() >= layout_.stage_slots)
        return memory_full();
    // Only now: what makes room in front of the root may take value slots.
    if (has_value)
        if (Status status = reserve_settled(layout_.message.indexed, bytes.size()); !status.ok()) return status;
    Record record{.key = key, .sequence = sequence, .kind = kind};
    if (has_value) set_value(stage_, record, layout_.message.indexed, bytes);
    record.indexed = layout_.message.indexed;
    record.has_value = true;
    stage_.list.push_back(record);
    if (!io_.parallel() && !empty_stage()) {
        stage_.list.pop_back();
        release_value(record);
        return memory_full();
    }
    return {};
}

/// The registers hold them all until they are logged.
Status Beps::write_waiting(std::span<const WriteBatch::Operation> operations) {
    for (const WriteBatch::Operation& operation : operations) {
        Record record = make_waiting(operation);
        record.sequence = ++sequence_;
        stage_.list.push_back(record);
    }
    if (stage_.list.size() <= layout_.stage_slots) return {};
    seal();
    return empty_stage() ? Status() : memory_full();
}

Status Beps::restore_waiting(Records&& records, uint64_t last_sequence) {
    stage_ = std::move(records);
    sequence_ = last_sequence;
    if (stage_.list.size() > layout_.stage_slots && !empty_stage()) return memory_full();
    return {};
}

/// Room in the root for all of them, so that none of them has to make it.
Status Beps::reserve_operations(size_t count, std::span<const size_t> value_bytes) {
    if (!empty_stage()) return memory_full();
    if (height_ == 1) {
        if (leaf(root_).free() >= count) return check_room(value_bytes, 0);
        if (free_nodes() < 2) return memory_full();
        grow_root();
    }
    if (count > layout_.buffer_slots)
        return Status::error(
            fmt::format("the batch has {} operations, expected at most {}: what a node of {} tracks "
                        "buffers; split the batch or raise node_tracks",
                        count, layout_.buffer_slots, layout_.node_lines));
    return make_room_in_root(count) ? check_room(value_bytes, 0) : memory_full();
}

/// True when no message is left in it.
bool Beps::empty_stage() {
    if (height_ == 1) {
        if (stage_to_leaf()) return true;
        if (free_nodes() < 2) return false;
        grow_root();
    }
    (void)make_room_in_root(stage_.list.size());
    MessageBuffer& root = buffer(root_);
    const size_t count = std::min<size_t>(root.free(), stage_.list.size());
    const std::span<Record> oldest = std::span(stage_.list).first(count);
    root.add_all(io_, stage_, oldest, Cause::kMessage);
    stage_.list.erase(stage_.list.begin(), stage_.list.begin() + static_cast<std::ptrdiff_t>(count));
    note_consumed(std::min(count, waiting_logged_));
    if (!stage_.list.empty()) return false;
    stage_.words.clear();
    return true;
}

/// While the root is a leaf. True when it took all of them.
bool Beps::stage_to_leaf() {
    std::vector<Record>& messages = stage_.list;
    if (leaf(root_).free() < messages.size()) seal();
    std::sort(messages.begin(), messages.end(), by_key_and_age);
    apply_to_leaf({.leaf = root_, .parent = nullptr, .rank = 0, .from = nullptr}, stage_, messages);
    std::erase_if(messages, [](const Record& message) { return message.done; });
    std::sort(messages.begin(), messages.end(), by_age);
    // Those that are left are logged again.
    note_consumed(waiting_logged_);
    if (!messages.empty()) return false;
    stage_.words.clear();
    return true;
}

bool Beps::make_room_in_root(size_t count) {
    while (buffer(root_).free() < count) {
        if (pivots(root_).full() && free_nodes() >= 2) {
            const uint32_t old = root_;
            grow_root();
            split_inner(pivots(root_), 0, old);
        } else if (!flush(root_, height_ - 1)) {
            return false;
        }
    }
    return true;
}

void Beps::find_waiting(Key key, uint64_t last, Records& records) {
    for (size_t i = stage_.list.size(); i-- > 0;) {
        const Record& record = stage_.list[i];
        if (record.key != key || record.sequence > last) continue;
        records.append(stage_, record);
        if (record.kind != MessageKind::kMerge) return;
    }
}

void Beps::collect_waiting(Key low, Key high, uint64_t last, Records& records) {
    for (const Record& record : stage_.list) {
        if (record.key < low || record.key > high || record.sequence > last) continue;
        records.append(stage_, record);
    }
}

void Beps::bring_down() {
    if (!empty_stage() || height_ == 1) return;
    (void)make_room_in_root(layout_.buffer_slots);
    drain(root_, height_ - 1);
}

/// Flushes the subtree of `node`, `level` levels above the leaves, from the top down.
void Beps::drain(uint32_t node, uint32_t level) {
    const auto has_children_to_spare = [&] { return !pivots(node).full() || free_nodes() == 0; };
    while (buffer(node).size() > 0 && has_children_to_spare())
        if (!flush(node, level)) break;
    if (level == 1) return;
    for (uint32_t rank = 0; rank < pivots(node).size(); ++rank) {
        const uint32_t child = PivotReader(io_, pivots(node), Cause::kCompact).child(rank, Cause::kCompact);
        if (buffer(child).size() > 0 && pivots(child).full() && !pivots(node).full() && free_nodes() > 0)
            split_inner(pivots(node), rank, child);
        drain(child, level - 1);
    }
}

bool Beps::flush(uint32_t node, uint32_t level) {
    ++counts_.flushes;
    Records records;
    buffer(node).load(io_, records, Cause::kFlushKey);
    PivotReader reader(io_, pivots(node), Cause::kPivotSearch);
    std::vector<Batch> batches = batches_by_size(records, reader);
    const size_t at_once = io_.parallel() ? layout_.flush_children : 1;
    for (size_t i = 0; i < batches.size(); i += at_once) {
        const std::span<Batch> chosen = std::span(batches).subspan(i, std::min(at_once, batches.size() - i));
        const bool changed = flush_batches(node, level, records, reader, chosen);
        seal();
        if (changed) return true;
    }
    return false;
}

/// From the last child to the first, so that a split moves no rank that is still to come.
bool Beps::flush_batches(uint32_t node, uint32_t level, Records& records, PivotReader& reader,
                         std::span<Batch> batches) {
    std::sort(batches.begin(), batches.end(), [](const Batch& a, const Batch& b) { return a.rank > b.rank; });
    const uint32_t children = pivots(node).size();
    bool changed = false;
    bool has_underfull = false;
    for (Batch& batch : batches) {
        const uint32_t child = reader.child(batch.rank);
        changed |= flush_batch(node, level, child, records, batch);
        has_underfull |= is_underfull(child, level);
    }
    changed |= pivots(node).size() != children;
    if (!has_underfull) return changed;
    seal();
    merge_children(node, level);
    return changed;
}

bool Beps::flush_batch(uint32_t node, uint32_t level, uint32_t child, Records& records, Batch& batch) {
    MessageBuffer& from = buffer(node);
    // Only the entry says what kind of message it is.
    if (layout_.message.indexed)
        for (Record& message : batch.messages) from.load_value(io_, records, message, Cause::kFlushValue);
    const size_t dropped = drop_superseded(from, batch.messages);
    if (level == 1)
        apply_to_leaf({.leaf = child, .parent = &pivots(node), .rank = batch.rank, .from = &from}, records,
                      batch.messages);
    else
        move_down(node, level, child, records, batch);
    const auto moved = static_cast<size_t>(std::count_if(batch.messages.begin(), batch.messages.end(),
                                                         [](const Record& message) { return message.done; }));
    counts_.messages_superseded += dropped;
    counts_.messages_flushed += moved;
    return dropped + moved > 0;
}

/// The batch of the child with most messages comes first.
std::vector<Beps::Batch> Beps::batches_by_size(const Records& records, PivotReader& reader) {
    const std::vector<Key> bounds = reader.bounds();
    std::vector<Batch> batches(bounds.size() + 1);
    for (uint32_t rank = 0; rank < batches.size(); ++rank) batches[rank].rank = rank;
    for (const Record& message : records.list) {
        const auto above = std::upper_bound(bounds.begin(), bounds.end(), message.key);
        batches[static_cast<size_t>(above - bounds.begin())].messages.push_back(message);
    }
    std::erase_if(batches, [](const Batch& batch) { return batch.messages.empty(); });
    std::stable_sort(batches.begin(), batches.end(),
                     [](const Batch& a, const Batch& b) { return a.messages.size() > b.messages.size(); });
    return batches;
}

/// Sorts, and drops the messages of a key that are older than its newest put or erase, but for those that a snapshot
/// between the two sees. Returns how many are gone.
size_t Beps::drop_superseded(MessageBuffer& from, std::vector<Record>& messages) {
    std::sort(messages.begin(), messages.end(), by_key_and_age);
    std::vector<Record> dropped;
    uint64_t newer = 0;  // put or erase of the same key; 0: none
    for (size_t i = messages.size(); i-- > 0;) {
        if (i + 1 == messages.size() || messages[i].key != messages[i + 1].key) newer = 0;
        if (newer != 0 && !versions_.any_in(messages[i].sequence, newer)) {
            messages[i].done = true;
            dropped.push_back(messages[i]);
        }
        if (messages[i].kind != MessageKind::kMerge) newer = messages[i].sequence;
    }
    if (dropped.empty()) return 0;
    for (const Record& message : dropped) release_value(message);
    from.release_all(io_, dropped);
    std::erase_if(messages, [](const Record& message) { return message.done; });
    return dropped.size();
}

/// Into the buffer of an internal child.
void Beps::move_down(uint32_t node, uint32_t level, uint32_t child, Records& records, Batch& batch) {
    if (pivots(child).full() && !pivots(node).full() && free_nodes() > 0) split_child(node, batch, child);
    std::vector<Record>& messages = batch.messages;
    MessageBuffer& below = buffer(child);
    while (below.free() < messages.size() && (!pivots(child).full() || free_nodes() == 0))
        if (!flush(child, level - 1)) break;
    const std::span<Record> moving = std::span(messages).first(std::min<size_t>(messages.size(), below.free()));
    for (Record& message : moving) {
        buffer(node).load_value(io_, records, message, Cause::kFlushValue);
        message.done = true;
    }
    std::vector<Record> copies(moving.begin(), moving.end());
    below.add_all(io_, records, copies, Cause::kFlushMove);
    // At once, so that seal() sees both or none; so in leaves, too.
    buffer(node).release_all(io_, moving);
}

/// Splits the child of a batch; the batch and `child` become the half with more messages.
void Beps::split_child(uint32_t node, Batch& batch, uint32_t& child) {
    std::vector<Record>& messages = batch.messages;
    const Split split = split_inner(pivots(node), batch.rank, child);
    const auto upper =
        std::find_if(messages.begin(), messages.end(), [&](const Record& m) { return m.key >= split.separator; });
    if (messages.end() - upper > upper - messages.begin()) {
        child = split.upper;
        messages.erase(messages.begin(), upper);
    } else {
        messages.erase(upper, messages.end());
    }
}

}  // namespace sky::index
