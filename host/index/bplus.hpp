#pragma once

#include "host/index/tree.hpp"

namespace sky::index {

/// A B+-tree: every operation goes down to its leaf, there are no message buffers. With its mechanisms off it is the
/// serial baseline; with port-parallel passes, values in a store, compare-write and fingerprints the strongest one.
class Bplus final : public Tree {
   public:
    Bplus(memory::MemorySession& session, const NodeLayout& layout) : Tree(session, layout) {}

    Status put(Key key, std::span<const std::byte> value) override;
    Status erase(Key key) override;
    Status merge(Key key, std::span<const std::byte> operand) override;

   private:
    [[nodiscard]] Status reserve_operations(size_t count, std::span<const size_t> value_bytes) override;
    /// Fills path_ and returns the leaf.
    uint32_t descend(Key key);
    Status put_at_leaf(uint32_t node, Records& records, Record& record);
    Status put_by_rank(uint32_t node, Records& records, Record& record);
    Status put_by_lines(uint32_t node, Records& records, Record& record);
    void join_underfull(uint32_t node);

    std::vector<Step> path_;
};

}  // namespace sky::index
