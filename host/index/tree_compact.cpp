#include <fmt/format.h>

#include <algorithm>

#include "host/index/tree.hpp"

namespace sky::index {

Status Tree::compact() {
    if (!versions_.empty())
        return Status::error(
            fmt::format("compact has to wait: {} snapshots or iterators hold values where they are; drop them first",
                        versions_.snapshots()));
    bring_down();
    join_nodes(root_, height_ - 1);
    shrink_root();
    seal();
    pool_.trim();
    if (!has_store()) return {};
    store_.begin_compaction();
    for (uint32_t node = 0; node < leaves_.size(); ++node)
        if (leaves_[node]) move_values(leaf(node).slots());
    // In a durable index the log has messages in the order in which they came to their slots.
    for (uint32_t node = 0; node < inners_.size() && !durable(); ++node)
        if (inners_[node]) move_values(buffer(node).slots());
    seal();
    store_.end_compaction();
    seal();
    return {};
}

/// Joins what is less than a quarter full below `node`, `level` levels above the leaves.
void Tree::join_nodes(uint32_t node, uint32_t level) {
    if (level == 0) return;
    if (level > 1) {
        PivotReader reader(io_, pivots(node), Cause::kCompact);
        for (uint32_t rank = 0; rank < reader.size(); ++rank)
            join_nodes(reader.child(rank, Cause::kCompact), level - 1);
    }
    seal();
    merge_children(node, level);
}

/// Gives the values of an area new slots where the store wants theirs to be empty.
void Tree::move_values(SlotArea& area) {
    if (!area.format().indexed) return;
    Records records;
    area.load_all(io_, records, Cause::kCompact);
    std::vector<Record> moving;
    for (const Record& record : records.list)
        if (record.names_value() && store_.is_to_move(record.ref())) moving.push_back(record);
    for (std::span<Record> rest = moving; !rest.empty();) {
        // A durable index writes beside what is valid until the log says otherwise.
        if (durable() && area.free() < rest.size()) seal();
        const size_t count = durable() ? std::min<size_t>(area.free(), rest.size()) : rest.size();
        if (count == 0) return;
        if (!move_some(area, records, rest.first(count))) return;
        rest = rest.subspan(count);
    }
}

/// False when there is no room for one of the values; then it and those behind it stay where they are.
bool Tree::move_some(SlotArea& area, const Records& records, std::span<Record> moving) {
    std::vector<Record> moved;
    bool has_room = true;
    Value value;
    for (Record record : moving) {
        store_.read(record.ref(), value, Cause::kCompact);
        if (has_room = store_.reserve(value.bytes).ok(); !has_room) break;
        if (record.kind == MessageKind::kPutPadded) record.kind = MessageKind::kPut;
        Records none;
        set_value(none, record, true, unpack(value));
        moved.push_back(record);
    }
    const std::span<Record> old = moving.first(moved.size());
    if (durable()) {
        area.add_all(io_, records, moved, Cause::kCompact);
        area.release_all(io_, old);
    } else {
        area.overwrite_all(io_, records, moved, Cause::kCompact);
    }
    for (const Record& record : old) release_value(record);
    return has_room;
}

}  // namespace sky::index
