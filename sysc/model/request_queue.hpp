#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sysc/model/pass.hpp"
#include "sysc/model/request_pick.hpp"
#include "sysc/model/track_store.hpp"

namespace sky::model {

/// The commands that wait, oldest first, each with its data as it arrives.
class RequestQueue {
   public:
    struct Entry {
        Command command;
        uint32_t beats_left = 0;  ///< data beats that have not arrived
        uint32_t next_beat = 0;
        uint32_t passed = 0;    ///< younger requests of its bank that were served ahead
        uint32_t blockers = 0;  ///< older commands it must not pass

        [[nodiscard]] bool complete() const { return beats_left == 0; }
    };
    explicit RequestQueue(const Array& array);

    [[nodiscard]] bool full() const { return order_.size() == array_->policy.queue_depth; }
    [[nodiscard]] bool empty() const { return order_.empty(); }
    /// Whether a write-data beat can be taken: some entry lacks data.
    [[nodiscard]] bool wants_data() const { return collecting_ < order_.size(); }
    void push(const Command& command);
    void push_data(uint64_t word);
    void clear();

    /// {row, site}, where the elevator stops for a command.
    [[nodiscard]] static uint64_t position(const Command& command) {
        return uint64_t{command.row} << 8 | command.site;
    }
    [[nodiscard]] uint32_t bank_of(const Command& command) const { return command.row & (array_->policy.banks - 1); }
    [[nodiscard]] uint32_t waiting(uint32_t bank) const { return waiting_[bank]; }

    /// The entry a bank serves next, as the scheduler says; none while none is ready. `all_idle`: no bank is at work.
    [[nodiscard]] Pick pick(uint32_t bank, bool all_idle, const Elevator& elevator, const TrackStore& tracks) const;
    /// The elevator when it serves the only command there is.
    [[nodiscard]] Elevator elevator_after(const Command& command, const Elevator& elevator) const;
    /// The oldest entry that can share the pass.
    [[nodiscard]] std::optional<size_t> pick_to_join(uint32_t bank, const Pass& pass) const;

    [[nodiscard]] const Entry& at(size_t index) const { return entries_[order_[index]]; }
    /// Begins with the data beats of a complete entry.
    [[nodiscard]] std::span<const uint64_t> data(size_t index) const { return data_[order_[index]]; }
    /// Takes the entry out: those of its bank that are older have been passed once more.
    void remove(size_t index);

   private:
    [[nodiscard]] bool ready(size_t index, bool all_idle) const;
    [[nodiscard]] bool must_not_pass(const Command& younger, const Command& older) const;
    /// Index of the oldest entry of a bank that has one.
    [[nodiscard]] size_t oldest(uint32_t bank) const;
    [[nodiscard]] PickEntry place(size_t index, bool all_idle, const TrackStore& tracks) const;

    const Array* array_;
    [[nodiscard]] Entry& changing(size_t index) { return entries_[order_[index]]; }

    std::vector<Entry> entries_;   // by slot
    std::vector<uint16_t> order_;  // the slots in use, the oldest entry first
    size_t collecting_ = 0;        // the oldest entry that lacks data
    std::vector<uint32_t> waiting_;
    std::vector<std::vector<uint64_t>> data_;  // by slot, then in the order of arrival
    std::vector<uint16_t> free_slots_;
    mutable std::vector<PickEntry> places_;  // of pick(), kept for its room
};

}  // namespace sky::model
