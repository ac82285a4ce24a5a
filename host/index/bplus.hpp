#pragma once

#include "host/index/tree.hpp"

namespace sky::index {

/// A B+-tree: every operation goes down to its leaf, there are no message buffers. With its mechanisms off it is the
/// serial baseline; with port-parallel passes, values in a store, compare-write and fingerprints the strongest one.
class Bplus final : public Tree {
   public:
    Bplus(Kind kind, memory::MemorySession& session, const NodeLayout& layout, const IndexConfig& config)
        : Tree(kind, session, layout, config) {}

    Status put(Key key, std::span<const std::byte> value) override;
    Status erase(Key key) override;
    Status merge(Key key, std::span<const std::byte> operand) override;

   private:
    [[nodiscard]] std::span<const Record> waiting_records() const override { return waiting_; }
    Status restore_waiting(Records&& records, uint64_t last_sequence) override;
    Status write_waiting(std::span<const WriteBatch::Operation> operations) override;
    Status apply_waiting();
    Status apply_record(const Record& record);
    Status add_to(uint32_t node, Key key, Value& operand);
    [[nodiscard]] Status reserve_operations(size_t count, std::span<const size_t> value_bytes) override;
    /// Fills path_ and returns the leaf.
    uint32_t descend(Key key);
    Status put_at_leaf(uint32_t node, Records& records, Record& record);
    Status put_by_rank(uint32_t node, Records& records, Record& record);
    Status put_by_lines(uint32_t node, Records& records, Record& record);
    Status put_elsewhere(uint32_t node, Records& records, Record& record, Records& found);
    Status erase_entry(Key key);
    void displace_at(uint32_t node, Place place, Key key, Records& records, uint64_t died);
    void join_underfull(uint32_t node);

    std::vector<Step> path_;
    std::vector<Record> waiting_;  ///< of a durable batch: logged, not applied yet
};

}  // namespace sky::index
