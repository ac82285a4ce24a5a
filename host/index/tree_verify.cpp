#include <fmt/format.h>

#include "host/index/tree.hpp"

namespace sky::index {

/// Checks the subtree of `node`, whose keys are in [low, high]; `seen` marks the nodes that were reached.
std::string Tree::verify_node(uint32_t node, uint32_t level, Key low, Key high, std::vector<bool>& seen) {
    const auto at = [&](const std::string& why) {
        return fmt::format("node {} (level {}, range {:#x} to {:#x}): {}", node, level, low, high, why);
    };
    if (node >= used_nodes_) return at(fmt::format("only {} nodes are in use", used_nodes_));
    if (seen[node]) return at("reached twice");
    seen[node] = true;
    if (level == 0) {
        if (!leaves_[node]) return at("an internal node where a leaf is expected");
        const std::string why = leaf(node).verify(io_, low, high);
        return why.empty() ? why : at(why);
    }
    if (!inners_[node]) return at("a leaf where an internal node is expected");
    if (std::string why = pivots(node).verify(io_, low, high); !why.empty()) return at(why);
    if (std::string why = buffer(node).verify(io_, low, high); !why.empty()) return at(why);
    const std::vector<Key> bounds = pivots(node).bounds(io_, Cause::kVerify);
    for (uint32_t rank = 0; rank <= bounds.size(); ++rank) {
        const Key child_low = rank == 0 ? low : bounds[rank - 1];
        const Key child_high = rank == bounds.size() ? high : bounds[rank] - 1;
        const uint32_t child = pivots(node).child(io_, rank, Cause::kVerify);
        if (std::string why = verify_node(child, level - 1, child_low, child_high, seen); !why.empty()) return why;
    }
    return {};
}

std::string Tree::verify() {
    if (used_nodes_ > layout_.nodes)
        return fmt::format("{} nodes are in use, the memory has {}", used_nodes_, layout_.nodes);
    std::vector<bool> seen(used_nodes_);
    if (std::string why = verify_node(root_, height_ - 1, 0, ~Key{0}, seen); !why.empty()) return why;
    for (uint32_t node = 0; node < used_nodes_; ++node)
        if (!seen[node]) return fmt::format("node {} is in use and belongs to no parent", node);
    return {};
}

}  // namespace sky::index
