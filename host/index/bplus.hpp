#pragma once

#include "host/index/tree.hpp"

namespace sky::index {

/// The baseline B+-tree: serial binary search, naive writes, one word at a time, no message buffers.
/// Underfull nodes are not merged yet, so a node once taken stays in use.
class Bplus final : public Tree {
   public:
    Bplus(memory::MemorySession& session, const NodeLayout& layout) : Tree(session, layout) {}

    Status put(Key key, std::span<const std::byte> value) override;
    Status erase(Key key) override;

   private:
    /// Fills path_ and returns the leaf.
    uint32_t descend(Key key);

    std::vector<Step> path_;
};

}  // namespace sky::index
