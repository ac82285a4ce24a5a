#include "host/index/bplus.hpp"

namespace sky::index {

uint32_t Bplus::descend(Key key) {
    path_.clear();
    uint32_t node = root_;
    for (uint32_t level = height_ - 1; level > 0; --level) {
        PivotReader reader(io_, pivots(node), Cause::kPivotSearch);
        const uint32_t rank = reader.find(key);
        path_.push_back({node, rank});
        node = reader.child(rank);
    }
    return node;
}

Status Bplus::put(Key key, std::span<const std::byte> bytes) {
    if (Status status = check_length(bytes); !status.ok()) return status;
    seal_when_long();
    if (Status status = reserve_settled(layout_.entry.indexed, bytes.size()); !status.ok()) return status;
    Records records;
    Record record{.key = key, .sequence = ++sequence_};
    set_value(records, record, layout_.entry.indexed, bytes);
    Status status = put_at_leaf(descend(key), records, record);
    if (!status.ok()) release_value(record);
    return status;
}

Status Bplus::merge(Key key, std::span<const std::byte> operand) {
    if (Status status = check_operand(operand); !status.ok()) return status;
    seal_when_long();
    if (Status status = reserve_settled(layout_.entry.indexed, kWordBytes); !status.ok()) return status;
    Value value;
    pack(operand, value);
    return add_to(descend(key), key, value);
}

/// After reserve(): adds the operand to the entry in `node`.
Status Bplus::add_to(uint32_t node, Key key, Value& value) {
    Records records;
    if (const std::optional<Record> old = find_entry(node, key, records)) {
        Value present;
        read_value(records, *old, present, Cause::kStore);
        if (present.bytes == kWordBytes) value.words[0] += present.words[0];
    }
    Record record{.key = key, .sequence = ++sequence_};
    set_value(records, record, layout_.entry.indexed, unpack(value));
    Status status = put_at_leaf(node, records, record);
    if (!status.ok()) release_value(record);
    return status;
}

Status Bplus::put_at_leaf(uint32_t node, Records& records, Record& record) {
    Status status = io_.parallel() ? put_by_lines(node, records, record) : put_by_rank(node, records, record);
    if (status.ok()) versions_.entry_written(record.key, record.sequence);
    return status;
}

/// Inserts or replaces in `node`, splitting it and the full nodes on the path as needed.
Status Bplus::put_by_rank(uint32_t node, Records& records, Record& record) {
    Place place = leaf(node).find(io_, record.key);
    if (place.found) {
        displace_at(node, place, record.key, records, record.sequence);
        leaf(node).overwrite(io_, place.rank, records, record, Cause::kLeafEntry);
        return {};
    }
    if (leaf(node).full()) {
        if (!split_path(path_)) return memory_full();
        const Split split = split_leaf(pivots(path_.back().node), path_.back().rank, node);
        if (const uint32_t kept = leaf(node).size(); place.rank > kept) {
            node = split.upper;
            place.rank -= kept;
        }
    }
    leaf(node).insert(io_, place.rank, records, record, Cause::kLeafEntry);
    return {};
}

Status Bplus::put_by_lines(uint32_t node, Records& records, Record& record) {
    Records found;
    leaf(node).search(io_, {&record.key, 1}, found, Cause::kLeafSearch);
    if (durable()) return put_elsewhere(node, records, record, found);
    if (!found.list.empty()) {
        displace(found, found.list.front(), record.sequence);
        record.slot = found.list.front().slot;
        leaf(node).overwrite_all(io_, records, {&record, 1}, Cause::kLeafEntry);
        return {};
    }
    if (leaf(node).full()) {
        if (!split_path(path_)) return memory_full();
        const Split split = split_leaf(pivots(path_.back().node), path_.back().rank, node);
        if (record.key >= split.separator) node = split.upper;
    }
    leaf(node).add_all(io_, records, {&record, 1}, Cause::kLeafEntry);
    return {};
}

/// The new entry beside the old one (`found`, if it has one), which is valid until the log says otherwise.
Status Bplus::put_elsewhere(uint32_t node, Records& records, Record& record, Records& found) {
    if (leaf(node).full()) seal();
    if (leaf(node).full()) {
        if (!split_path(path_)) return memory_full();
        const Split split = split_leaf(pivots(path_.back().node), path_.back().rank, node);
        if (record.key >= split.separator) node = split.upper;
        if (leaf(node).full()) seal();
        found.clear();
        leaf(node).search(io_, {&record.key, 1}, found, Cause::kLeafSearch);
    }
    leaf(node).add_all(io_, records, {&record, 1}, Cause::kLeafEntry);
    for (const Record& old : found.list) displace(found, old, record.sequence);
    leaf(node).release_all(io_, found.list);
    return {};
}

/// The entry of `key`, whose place is found; read only when its value is somewhere else or still wanted.
void Bplus::displace_at(uint32_t node, Place place, Key key, Records& records, uint64_t died) {
    if (!layout_.entry.indexed && !versions_.sees_entry(key, died)) return;
    const Record old = leaf(node).entry(io_, place.rank, key, records, Cause::kLeafSearch);
    displace(records, old, died);
}

Status Bplus::erase(Key key) {
    seal_when_long();
    return erase_entry(key);
}

Status Bplus::erase_entry(Key key) {
    const uint64_t sequence = ++sequence_;
    const uint32_t node = descend(key);
    if (io_.parallel()) {
        Records found;
        leaf(node).search(io_, {&key, 1}, found, Cause::kLeafSearch);
        if (found.list.empty()) return {};
        displace(found, found.list.front(), sequence);
        leaf(node).release_all(io_, found.list);
    } else {
        const Place place = leaf(node).find(io_, key);
        if (!place.found) return {};
        Records records;
        displace_at(node, place, key, records, sequence);
        leaf(node).erase(io_, place.rank);
    }
    versions_.entry_erased(key);
    join_underfull(node);
    return {};
}

Status Bplus::write_waiting(std::span<const WriteBatch::Operation> operations) {
    for (const WriteBatch::Operation& operation : operations) waiting_.push_back(make_waiting(operation));
    seal();
    return apply_waiting();
}

Status Bplus::restore_waiting(Records&& records, uint64_t last_sequence) {
    sequence_ = last_sequence;
    waiting_ = std::move(records.list);
    return apply_waiting();
}

Status Bplus::apply_waiting() {
    while (!waiting_.empty()) {
        if (Status status = apply_record(waiting_.front()); !status.ok()) return status;
        note_consumed(1);
        waiting_.erase(waiting_.begin());
    }
    return {};
}

Status Bplus::apply_record(const Record& waiting) {
    if (waiting.kind == MessageKind::kDelete) return erase_entry(waiting.key);
    const uint32_t node = descend(waiting.key);
    if (waiting.kind != MessageKind::kMerge) {
        Records records;
        Record record = waiting;
        record.sequence = ++sequence_;
        return put_at_leaf(node, records, record);
    }
    if (Status status = reserve_settled(true, kWordBytes); !status.ok()) return status;
    Value operand;
    store_.read(waiting.ref(), operand, Cause::kStore);
    if (Status status = add_to(node, waiting.key, operand); !status.ok()) return status;
    release_value(waiting);
    return {};
}

/// At worst each one splits a leaf and every second one an internal node, up to the root.
Status Bplus::reserve_operations(size_t count, std::span<const size_t> value_bytes) {
    const bool splits = height_ > 1 || leaf(root_).free() < count;
    return check_room(value_bytes, splits ? count + count / 2 + height_ + 1 : 0);
}

/// After an erase in a leaf, and up its path as far as nodes lose children.
void Bplus::join_underfull(uint32_t node) {
    for (uint32_t level = 1; !path_.empty() && is_underfull(node, level); ++level) {
        node = path_.back().node;
        path_.pop_back();
        if (!merge_children(node, level)) return;
    }
    shrink_root();
}

}  // namespace sky::index
