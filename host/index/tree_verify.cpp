#include <fmt/format.h>

#include "host/index/tree.hpp"

namespace sky::index {
namespace {

void note_values(std::span<const Record> records, std::vector<ValueRef>& values) {
    for (const Record& record : records)
        if (record.names_value()) values.push_back(record.ref());
}

}  // namespace

/// Checks the subtree of `node`, whose keys are in [low, high]; `seen` marks the nodes that were reached, `values`
/// the value slots that are named.
std::string Tree::verify_node(uint32_t node, uint32_t level, Key low, Key high, std::vector<bool>& seen,
                              std::vector<ValueRef>& values) {
    const auto at = [&](const std::string& why) {
        return fmt::format("node {} (level {}, range {:#x} to {:#x}): {}", node, level, low, high, why);
    };
    if (node >= seen.size()) return at(fmt::format("only {} nodes were ever in use", seen.size()));
    if (seen[node]) return at("reached twice");
    seen[node] = true;
    Records records;
    if (level == 0) {
        if (!leaves_[node]) return at("no leaf where one is expected");
        if (std::string why = leaf(node).verify(io_, low, high, records); !why.empty()) return at(why);
        note_values(records.list, values);
        return {};
    }
    if (!inners_[node]) return at("no internal node where one is expected");
    if (std::string why = pivots(node).verify(io_, low, high); !why.empty()) return at(why);
    if (std::string why = buffer(node).verify(io_, low, high, records); !why.empty()) return at(why);
    note_values(records.list, values);
    PivotReader reader(io_, pivots(node), Cause::kVerify);
    const std::vector<Key> bounds = reader.bounds();
    for (uint32_t rank = 0; rank <= bounds.size(); ++rank) {
        const Key child_low = rank == 0 ? low : bounds[rank - 1];
        const Key child_high = rank == bounds.size() ? high : bounds[rank] - 1;
        const uint32_t child = reader.child(rank, Cause::kVerify);
        if (std::string why = verify_node(child, level - 1, child_low, child_high, seen, values); !why.empty())
            return why;
    }
    return {};
}

std::string Tree::verify() {
    const std::lock_guard turn(reading_);
    if (pool_.used() > layout_.nodes)
        return fmt::format("{} nodes are in use, the memory has {}", pool_.used(), layout_.nodes);
    std::vector<bool> seen(pool_.bottom());
    std::vector<ValueRef> values = versions_.values();
    note_values(waiting_records(), values);
    if (std::string why = verify_node(root_, height_ - 1, 0, ~Key{0}, seen, values); !why.empty()) return why;
    for (uint32_t node = 0; node < pool_.bottom(); ++node)
        if (!seen[node] && (leaves_[node] || inners_[node]))
            return fmt::format("node {} is in use and belongs to no parent", node);
    if (leaf_count_ + inner_count_ != static_cast<uint32_t>(std::count(seen.begin(), seen.end(), true)))
        return fmt::format("{} leaves and {} internal nodes are counted, others are in use", leaf_count_,
                           inner_count_);
    return store_.verify(values);
}

}  // namespace sky::index
