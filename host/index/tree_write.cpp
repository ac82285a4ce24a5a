#include <fmt/format.h>

#include <algorithm>

#include "host/index/tree.hpp"

namespace sky::index {
namespace {

using What = WriteBatch::What;
using Operation = WriteBatch::Operation;

/// An erase_range as erases: of the keys that are there, and of those the operations before it write.
void expand_range(Index& index, const Operation& range, std::vector<Operation>& operations) {
    if (range.key >= range.end) return;
    std::vector<Key> keys;
    for (const auto& [key, value] : index.range(range.key, range.end - 1, SIZE_MAX)) keys.push_back(key);
    for (const Operation& earlier : operations)
        if (earlier.key >= range.key && earlier.key < range.end && earlier.what != What::kErase)
            keys.push_back(earlier.key);
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    for (const Key key : keys) operations.push_back({.what = What::kErase, .key = key, .value = {}});
}

}  // namespace

Status Index::erase_range(Key low, Key end) {
    WriteBatch batch;
    batch.erase_range(low, end);
    return write(batch);
}

Status Tree::write(const WriteBatch& batch) {
    ++sequence_;  // what a refused batch moves is noticed, too
    std::vector<Operation> operations;
    for (const Operation& operation : batch.operations()) {
        if (operation.what == What::kEraseRange)
            expand_range(*this, operation, operations);
        else
            operations.push_back(operation);
    }
    std::vector<size_t> value_bytes;
    for (size_t i = 0; i < operations.size(); ++i) {
        const Operation& operation = operations[i];
        if (operation.what == What::kErase) continue;
        // An operand keeps its slot until the value it is added to has a new one.
        value_bytes.insert(value_bytes.end(), operation.what == What::kMerge ? 2 : 1, operation.value.size());
        Status status =
            operation.what == What::kMerge ? check_operand(operation.value) : check_length(operation.value);
        if (!status.ok()) return Status::error(fmt::format("operation {} of the batch: {}", i + 1, status.message()));
    }
    if (operations.size() > 1) return write_together(operations, value_bytes);
    for (const Operation& operation : operations)
        if (Status status = apply(operation); !status.ok()) return status;
    return {};
}

Status Tree::write_together(std::span<const Operation> operations, std::span<const size_t> value_bytes) {
    if (Status status = check_batch(operations.size()); !status.ok()) return status;
    if (Status status = reserve_operations(operations.size(), value_bytes); !status.ok()) return status;
    if (durable()) return write_waiting(operations);
    for (const Operation& operation : operations)
        if (Status status = apply(operation); !status.ok()) return status;
    return {};
}

Status Tree::check_room(std::span<const size_t> value_bytes, size_t tree_nodes) const {
    const Result<size_t> lines = has_store() ? store_.lines_for(value_bytes) : Result<size_t>(size_t{0});
    if (!lines.ok()) return lines.status();
    const size_t store_nodes = (lines.value() + layout_.node_lines - 1) / layout_.node_lines;
    if (pool_.gap() >= store_nodes && free_nodes() >= store_nodes + tree_nodes) return {};
    return Status::error(
        fmt::format("the memory might be full: the batch may need {} nodes of {} tracks for the tree and {} for "
                    "values, and {} are "
                    "free; use smaller batches or more tracks",
                    tree_nodes, layout_.node_lines, store_nodes, free_nodes()));
}

Status Tree::apply(const Operation& operation) {
    switch (operation.what) {
        case What::kPut: return put(operation.key, operation.value);
        case What::kMerge: return merge(operation.key, operation.value);
        default: return erase(operation.key);
    }
}

}  // namespace sky::index
