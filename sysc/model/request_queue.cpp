#include "sysc/model/request_queue.hpp"

#include <algorithm>

#include "sysc/model/shift_planner.hpp"

namespace sky::model {

RequestQueue::RequestQueue(const Array& array)
    : array_(&array),
      entries_(array.policy.queue_depth),
      waiting_(array.policy.banks),
      data_(array.policy.queue_depth) {
    const Geometry& geometry = array.geometry;
    for (auto& data : data_) data.resize(std::max(2U, geometry.segments * geometry.beats_per_segment()));
    order_.reserve(array.policy.queue_depth);
    places_.reserve(array.policy.queue_depth);
    clear();
}

void RequestQueue::clear() {
    order_.clear();
    collecting_ = 0;
    std::fill(waiting_.begin(), waiting_.end(), 0U);
    free_slots_.clear();
    for (size_t slot = 0; slot < data_.size(); ++slot) free_slots_.push_back(static_cast<uint16_t>(slot));
}

void RequestQueue::push(const Command& command) {
    const uint16_t slot = free_slots_.back();
    free_slots_.pop_back();
    Entry& entry = entries_[slot];
    entry = {.command = command, .beats_left = command.data_beats(array_->geometry)};
    for (const uint16_t older : order_)
        if (must_not_pass(command, entries_[older].command)) ++entry.blockers;
    order_.push_back(slot);
    ++waiting_[bank_of(command)];
    while (collecting_ < order_.size() && at(collecting_).complete()) ++collecting_;
}

void RequestQueue::push_data(uint64_t word) {
    const uint16_t slot = order_[collecting_];
    Entry& entry = entries_[slot];
    // One that names segments beyond the last has more beats than there is room for, and will be refused.
    if (entry.next_beat < data_[slot].size()) data_[slot][entry.next_beat] = word;
    ++entry.next_beat;
    --entry.beats_left;
    while (collecting_ < order_.size() && at(collecting_).complete()) ++collecting_;
}

bool RequestQueue::must_not_pass(const Command& younger, const Command& older) const {
    return younger.op == Op::kBarrier || older.op == Op::kBarrier || conflict(array_->geometry, older, younger);
}

bool RequestQueue::ready(size_t index, bool all_idle) const {
    const Entry& entry = at(index);
    return entry.complete() && entry.blockers == 0 && (entry.command.op != Op::kBarrier || all_idle);
}

size_t RequestQueue::oldest(uint32_t bank) const {
    size_t index = 0;
    while (bank_of(at(index).command) != bank) ++index;
    return index;
}

PickEntry RequestQueue::place(size_t index, bool all_idle, const TrackStore& tracks) const {
    const Geometry& geometry = array_->geometry;
    const Command& command = at(index).command;
    PickEntry place{.waiting = true, .ready = ready(index, all_idle), .position = position(command)};
    if (geometry.mapping() == Mapping::kBit && command.row < geometry.rows() &&
        command.site < geometry.sites_per_segment)
        place.distance = static_cast<uint8_t>(
            plan_shift(geometry.sites_per_segment, tracks.offset(command.row), command.site).distance_steps);
    return place;
}

Pick RequestQueue::pick(uint32_t bank, bool all_idle, const Elevator& elevator, const TrackStore& tracks) const {
    if (waiting_[bank] == 0) return {.index = std::nullopt, .up = elevator.up};
    const size_t first = oldest(bank);
    const bool overdue = at(first).passed >= array_->policy.age_cap;
    if (overdue || array_->policy.scheduler == Scheduler::kFcfs)  // the oldest alone counts
        return {.index = ready(first, all_idle) ? std::optional(first) : std::nullopt, .up = elevator.up};
    places_.assign(order_.size(), {});
    for (size_t i = first; i < order_.size(); ++i)
        if (bank_of(at(i).command) == bank) places_[i] = place(i, all_idle, tracks);
    return pick_request(array_->policy.scheduler, places_, overdue, elevator);
}

Elevator RequestQueue::elevator_after(const Command& command, const Elevator& elevator) const {
    const PickEntry alone{.waiting = true, .ready = true, .position = position(command)};
    const bool up = array_->policy.scheduler != Scheduler::kElevator
                        ? elevator.up
                        : pick_request(Scheduler::kElevator, {&alone, 1}, false, elevator).up;
    return {.position = alone.position, .up = up};
}

std::optional<size_t> RequestQueue::pick_to_join(uint32_t bank, const Pass& pass) const {
    if (waiting_[bank] == 0) return std::nullopt;
    const size_t first = oldest(bank);
    const bool only_the_oldest = at(first).passed >= array_->policy.age_cap;
    for (size_t i = first; i < order_.size(); ++i) {
        const Command& command = at(i).command;
        if (bank_of(command) != bank) continue;
        if (command.op != Op::kBarrier && ready(i, false) && can_join(*array_, pass, command)) return i;
        if (only_the_oldest) break;
    }
    return std::nullopt;
}

void RequestQueue::remove(size_t index) {
    const Command gone = at(index).command;
    const uint32_t bank = bank_of(gone);
    for (size_t older = 0; older < index; ++older)
        if (bank_of(at(older).command) == bank) ++changing(older).passed;
    for (size_t younger = index + 1; younger < order_.size(); ++younger)
        if (must_not_pass(at(younger).command, gone)) --changing(younger).blockers;
    --waiting_[bank];
    free_slots_.push_back(order_[index]);
    order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(index));
    if (collecting_ > index) --collecting_;
}

}  // namespace sky::model
