#include "sysc/model/request_queue.hpp"

#include <algorithm>
#include <bit>

#include "sysc/model/shift_planner.hpp"

namespace sky::model {

RequestQueue::RequestQueue(const Array& array)
    : array_(&array), waiting_(array.policy.banks), data_(array.policy.queue_depth) {
    const Geometry& geometry = array.geometry;
    for (auto& data : data_) data.resize(std::max(2U, geometry.segments * geometry.beats_per_segment()));
    entries_.reserve(array.policy.queue_depth);
    clear();
}

void RequestQueue::clear() {
    entries_.clear();
    collecting_ = 0;
    std::fill(waiting_.begin(), waiting_.end(), 0U);
    free_slots_.clear();
    for (uint32_t slot = 0; slot < data_.size(); ++slot) free_slots_.push_back(slot);
}

void RequestQueue::push(const Command& command) {
    Entry entry{.command = command, .beats_left = command.data_beats(array_->geometry), .slot = free_slots_.back()};
    if (command.op == Op::kWrite) entry.segments_left = command.seg_mask;
    free_slots_.pop_back();
    entries_.push_back(entry);
    ++waiting_[bank_of(command)];
    while (collecting_ < entries_.size() && entries_[collecting_].complete()) ++collecting_;
}

void RequestQueue::push_data(uint64_t word) {
    Entry& entry = entries_[collecting_];
    const Geometry& geometry = array_->geometry;
    const uint32_t beats = geometry.beats_per_segment();
    const auto segment = static_cast<uint32_t>(std::countr_zero(entry.segments_left));
    if (entry.command.op == Op::kScan) {
        data_[entry.slot][entry.next_beat++] = word;
    } else {
        if (segment < geometry.segments) data_[entry.slot][segment * beats + entry.next_beat] = word;
        if (++entry.next_beat == beats) {
            entry.next_beat = 0;
            entry.segments_left &= entry.segments_left - 1;
        }
    }
    --entry.beats_left;
    while (collecting_ < entries_.size() && entries_[collecting_].complete()) ++collecting_;
}

bool RequestQueue::ready(size_t index, bool all_idle) const {
    const Entry& entry = entries_[index];
    if (!entry.complete()) return false;
    if (entry.command.op == Op::kBarrier) return index == 0 && all_idle;
    for (size_t older = 0; older < index; ++older) {
        const Command& command = entries_[older].command;
        if (command.op == Op::kBarrier || conflict(array_->geometry, command, entry.command)) return false;
    }
    return true;
}

bool RequestQueue::overdue(uint32_t bank) const {
    const auto oldest = std::find_if(entries_.begin(), entries_.end(),
                                     [&](const Entry& entry) { return bank_of(entry.command) == bank; });
    return oldest != entries_.end() && oldest->passed >= array_->policy.age_cap;
}

Pick RequestQueue::pick(uint32_t bank, bool all_idle, const Elevator& elevator, const TrackStore& tracks) const {
    if (waiting_[bank] == 0) return {.index = std::nullopt, .up = elevator.up};
    const Geometry& geometry = array_->geometry;
    std::vector<PickEntry> places(entries_.size());
    for (size_t i = 0; i < entries_.size(); ++i) {
        const Command& command = entries_[i].command;
        if (bank_of(command) != bank) continue;
        PickEntry& place = places[i];
        place.waiting = true;
        place.ready = ready(i, all_idle);
        if (array_->policy.scheduler == Scheduler::kFcfs) break;  // the oldest alone counts
        place.position = position(command);
        if (geometry.mapping() == Mapping::kBit && command.row < geometry.rows() &&
            command.site < geometry.sites_per_segment)
            place.distance = static_cast<uint8_t>(
                plan_shift(geometry.sites_per_segment, tracks.offset(command.row), command.site).distance_steps);
    }
    return pick_request(array_->policy.scheduler, places, overdue(bank), elevator);
}

std::optional<size_t> RequestQueue::pick_to_join(uint32_t bank, const Pass& pass) const {
    const bool only_the_oldest = overdue(bank);
    for (size_t i = 0; i < entries_.size(); ++i) {
        const Command& command = entries_[i].command;
        if (bank_of(command) != bank) continue;
        if (command.op != Op::kBarrier && ready(i, false) && can_join(*array_, pass, command)) return i;
        if (only_the_oldest) break;
    }
    return std::nullopt;
}

void RequestQueue::remove(size_t index) {
    const uint32_t bank = bank_of(entries_[index].command);
    for (size_t older = 0; older < index; ++older)
        if (bank_of(entries_[older].command) == bank) ++entries_[older].passed;
    --waiting_[bank];
    free_slots_.push_back(entries_[index].slot);
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
    if (collecting_ > index) --collecting_;
}

}  // namespace sky::model
