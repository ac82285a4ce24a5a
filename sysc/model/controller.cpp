#include "sysc/model/controller.hpp"

#include <algorithm>
#include <bit>

namespace sky::model {

Controller::Controller(const Geometry& geometry, const Timing& timing, const Policy& policy, PassEngine engine)
    : array_{.geometry = geometry, .timing = timing, .policy = policy},
      engine_(engine),
      tracks_(geometry),
      queue_(array_) {
    banks_.reserve(policy.banks);
    for (uint32_t b = 0; b < policy.banks; ++b) banks_.emplace_back(array_, b, engine, tracks_);
}

PinsOut Controller::outputs() const {
    PinsOut out;
    out.cmd_ready = !queue_.full();
    out.wdata_ready = queue_.wants_data();
    if (const std::optional<uint32_t> bank = responding_bank()) {
        out.rsp_valid = true;
        out.rsp = banks_[*bank].response();
    }
    return out;
}

/// A bank keeps the channel until its last beat; then the next one in turn has it.
std::optional<uint32_t> Controller::responding_bank() const {
    if (grant_held_) return granted_bank_;
    const auto count = static_cast<uint32_t>(banks_.size());
    for (uint32_t i = 1; i <= count; ++i) {
        const uint32_t bank = (granted_bank_ + i) % count;
        if (banks_[bank].state() == Bank::State::kRespond) return bank;
    }
    return std::nullopt;
}

/// One command a cycle leaves the queue: for the lowest bank that has a use for one.
std::optional<Controller::Dispatch> Controller::next_dispatch() const {
    if (queue_.empty()) return std::nullopt;
    const bool all_idle = banks_at_rest();
    for (uint32_t b = 0; b < banks_.size(); ++b) {
        const Bank& bank = banks_[b];
        if (bank.at_rest()) {
            const Pick pick = queue_.pick(b, all_idle, bank.elevator, tracks_);
            if (pick.index) return Dispatch{.bank = b, .entry = *pick.index, .elevator_up = pick.up};
        } else if (bank.can_gather()) {
            if (const std::optional<size_t> entry = queue_.pick_to_join(b, bank.pass()))
                return Dispatch{.bank = b, .entry = *entry, .joins = true};
        }
    }
    return std::nullopt;
}

void Controller::dispatch(const Dispatch& dispatch) {
    Bank& bank = banks_[dispatch.bank];
    const RequestQueue::Entry& entry = queue_.at(dispatch.entry);
    if (dispatch.joins) {
        bank.join(entry.command, queue_.data(dispatch.entry));
    } else {
        bank.elevator = {.position = RequestQueue::position(entry.command), .up = dispatch.elevator_up};
        bank.dispatch(entry.command, queue_.data(dispatch.entry));
    }
    queue_.remove(dispatch.entry);
}

void Controller::tick(const PinsIn& in) {
    const bool cmd_taken = in.cmd_valid && !queue_.full();
    const bool beat_taken = in.wdata_valid && queue_.wants_data();
    const std::optional<uint32_t> responding = responding_bank();
    const std::optional<Dispatch> next = next_dispatch();
    const bool last = responding && banks_[*responding].response().last;
    for (uint32_t b = 0; b < banks_.size(); ++b) {
        Bank& bank = banks_[b];
        ++bank.counters()[Counter::kCycles];
        bank.counters()[Counter::kQueueCycles] += queue_.waiting(b);
        if (next && next->bank == b) continue;
        // Of the banks before the one that dispatches next_dispatch() knows that nobody joins.
        const bool may_join = next && next->bank < b && bank.can_gather() && queue_.pick_to_join(b, bank.pass());
        bank.tick(queue_.waiting(b), responding == b && in.rsp_ready, may_join);
    }
    if (next) dispatch(*next);
    if (responding) {
        granted_bank_ = *responding;
        grant_held_ = !(in.rsp_ready && last);
    }
    // What arrives in this cycle is seen in the next.
    if (beat_taken) queue_.push_data(in.wdata);
    if (cmd_taken) queue_.push(in.cmd);
}

uint64_t Controller::quiet_cycles() const {
    uint64_t quiet = kForever;
    for (const Bank& bank : banks_) {
        if (bank.state() == Bank::State::kPass && bank.pass_left() != 0) {
            quiet = std::min(quiet, bank.pass_left());
        } else if (!bank.at_rest()) {
            return 0;
        }
    }
    return next_dispatch() ? 0 : quiet;
}

void Controller::leap(uint64_t cycles) {
    if (cycles == 0) return;
    for (uint32_t b = 0; b < banks_.size(); ++b) {
        banks_[b].counters()[Counter::kCycles] += cycles;
        banks_[b].counters()[Counter::kQueueCycles] += cycles * queue_.waiting(b);
        banks_[b].leap(cycles, queue_.waiting(b));
    }
}

/// One cycle takes the command, one each of its beats, and in the next it leaves the queue for its bank.
uint64_t Controller::serve_alone(const Command& command, std::span<const uint64_t> data, RspStatus& status,
                                 std::vector<uint64_t>& words) {
    const uint32_t index = queue_.bank_of(command);
    Bank& bank = banks_[index];
    bank.elevator = queue_.elevator_after(command, bank.elevator);
    const uint64_t before = 1 + data.size();
    bank.counters()[Counter::kQueueCycles] += before;
    bank.counters()[Counter::kCyclesIdle] += 1;
    bank.counters()[Counter::kCyclesBlocked] += data.size();
    const uint64_t cycles = before + bank.serve_alone(command, data, status, words);
    bank.counters()[Counter::kCycles] += cycles;
    if (banks_.size() > 1) {
        for (uint32_t b = 0; b < banks_.size(); ++b) {
            if (b == index) continue;
            banks_[b].counters()[Counter::kCycles] += cycles;
            banks_[b].counters()[Counter::kCyclesIdle] += cycles;
        }
    }
    granted_bank_ = index;
    return cycles;
}

void Controller::prefetch(const Command& command) const {
    const auto segment = static_cast<uint32_t>(std::countr_zero(command.seg_mask));
    if (segment < array_.geometry.segments && command.site < array_.geometry.sites_per_segment)
        tracks_.prefetch_words(command.row, tracks_.word_index(segment, command.site),
                               array_.policy.return_policy == ReturnPolicy::kStay);
}

void Controller::reset() {
    for (Bank& bank : banks_) bank.reset();
    queue_.clear();
    granted_bank_ = 0;
    grant_held_ = false;
}

const Counters& Controller::counters() const {
    if (banks_.size() == 1) return banks_.front().counters();
    total_.clear();
    for (const Bank& bank : banks_) total_.add_bank(bank.counters());
    return total_;
}

bool Controller::settled() const {
    return std::none_of(banks_.begin(), banks_.end(),
                        [](const Bank& bank) { return bank.state() == Bank::State::kPass; });
}

bool Controller::banks_at_rest() const {
    return std::all_of(banks_.begin(), banks_.end(), [](const Bank& bank) { return bank.at_rest(); });
}

uint64_t Controller::word(uint64_t row, uint32_t segment, uint32_t site, uint32_t beat) const {
    const uint64_t word = tracks_.word(row, segment, site, beat);
    const bool flipped = (tracks_.flags(row) >> segment & 1) != 0;
    return flipped ? ~word & array_.geometry.word_mask() : word;
}

void Controller::set_word(uint64_t row, uint32_t segment, uint64_t word, uint32_t site, uint32_t beat) {
    const TrackStore::Row stored = tracks_.touch(row);
    stored.words[tracks_.word_index(segment, site, beat)] = word & array_.geometry.word_mask();
    if (stored.flags != nullptr) *stored.flags &= ~(uint64_t{1} << segment);
}

}  // namespace sky::model
