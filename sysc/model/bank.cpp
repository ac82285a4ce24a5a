#include "sysc/model/bank.hpp"

#include <algorithm>
#include <bit>

#include "sysc/model/segments.hpp"

namespace sky::model {

Bank::Bank(const Array& array, uint32_t number, PassEngine engine, TrackStore& tracks)
    : array_(&array), engine_(engine), tracks_(&tracks), sequencer_(array, number) {
    members_.reserve(kMaxMembers);
    old_words_.resize(size_t{array.geometry.segments} * array.geometry.beats_per_segment());
}

void Bank::dispatch(const Command& command, std::span<const uint64_t> data) {
    ++counters_[Counter::kCyclesDispatch];
    const RspStatus status = status_of(command);
    members_.assign(1, {command, status});
    member_ = 0;
    if (status != RspStatus::kOk || command.op == Op::kBarrier) {
        state_ = State::kRespond;
        beat_ = 0;
        return;
    }
    make_pass(*array_, command, data, pass_);
    if (gathers()) {
        state_ = State::kGather;
    } else {
        begin_pass();
    }
}

RspStatus Bank::status_of(const Command& command) const {
    const RspStatus status = check_command(*array_, command);
    const bool gone = status == RspStatus::kOk && command.op != Op::kBarrier && lost(command.row);
    return gone ? RspStatus::kPositionLost : status;
}

/// The sequencer has given a row up: nobody gets an answer from it now or later.
void Bank::note_lost() {
    if (!sequencer_.lost()) return;
    lost_rows_.insert(sequencer_.row());
    for (Member& member : members_) member.status = RspStatus::kPositionLost;
}

void Bank::join(const Command& command, std::span<const uint64_t> data) {
    ++counters_[Counter::kCyclesDispatch];
    ++counters_[Counter::kCoalesced];
    members_.push_back({command, RspStatus::kOk});
    join_pass(*array_, command, data, pass_);
}

void Bank::tick(uint32_t waiting, bool granted, bool may_join) {
    switch (state_) {
        case State::kIdle:
            if (sequencer_.away()) {
                ++counters_[Counter::kCyclesDispatch];
                ++counters_[Counter::kRecoveries];
                sequencer_.start_recovery();
                state_ = State::kRecover;
            } else {
                ++counters_[waiting != 0 ? Counter::kCyclesBlocked : Counter::kCyclesIdle];
            }
            break;
        case State::kGather:
            ++counters_[Counter::kCyclesDispatch];
            if (!may_join) begin_pass();
            break;
        case State::kPass:
            if (engine_ == PassEngine::kPulses) {
                if (!sequencer_.tick(counters_)) break;
                sequencer_.store(tracks_->touch(pass_.row));
                take_from_sequencer();
                note_lost();
                end_pass();
            } else if (--pass_left_ == 0) {
                end_pass();
            }
            break;
        case State::kRecover:
            if (!sequencer_.tick(counters_)) break;
            sequencer_.store(tracks_->touch(sequencer_.row()));
            note_lost();
            state_ = State::kIdle;
            break;
        case State::kRespond:
            if (granted) {
                respond();
            } else {
                ++counters_[Counter::kCyclesRespondWait];
            }
            break;
    }
}

void Bank::leap(uint64_t cycles, uint32_t waiting) {
    if (state_ == State::kPass) {
        pass_left_ -= cycles;
        if (pass_left_ == 0) end_pass();
    } else {
        counters_[waiting != 0 ? Counter::kCyclesBlocked : Counter::kCyclesIdle] += cycles;
    }
}

// ---- The pass

void Bank::begin_pass() {
    state_ = State::kPass;
    const TrackStore::Row row = tracks_->touch(pass_.row);
    if (engine_ == PassEngine::kPulses) {
        ++counters_[Counter::kPasses];
        sequencer_.start(pass_, row);
        return;
    }
    keep_row(row);
    pass_counts_.clear();
    pass_cycles_ = run_by_events(row, pass_counts_);
    pass_left_ = pass_cycles_;
}

bool Bank::gathers() const {
    const bool shares = pass_.kind == PassKind::kWalk || pass_.kind == PassKind::kPoint;
    return array_->policy.scheduler == Scheduler::kCoalesce && shares;
}

uint64_t Bank::run_by_events(const TrackStore::Row& row, Counters& counters) {
    if (array_->timing.shift_charge == ShiftCharge::kPerSkyrmion || array_->geometry.position_guard)
        return run_by_pulses(row, counters);
    return run_pass(*array_, pass_, row, scan_, counters);
}

/// Where no closed formula knows the energy or the position.
uint64_t Bank::run_by_pulses(const TrackStore::Row& row, Counters& counters) {
    ++counters[Counter::kPasses];
    sequencer_.start(pass_, row);
    uint64_t cycles = 1;
    while (!sequencer_.tick(counters)) ++cycles;
    sequencer_.store(row);
    take_from_sequencer();
    return cycles;
}

void Bank::take_from_sequencer() {
    const uint32_t lanes = array_->geometry.beats_per_segment();
    if (pass_.kind == PassKind::kWalk || pass_.kind == PassKind::kPoint)
        each_segment(pass_.sense, [&](uint32_t g, uint32_t) {
            for (uint32_t lane = 0; lane < lanes; ++lane)
                pass_.words[g * lanes + lane] = sequencer_.sensed_word(g, lane);
        });
    scan_ = sequencer_.scan();
}

void Bank::end_pass() {
    if (engine_ == PassEngine::kEvents) {
        if (array_->geometry.position_guard) note_lost();
        for (size_t i = 0; i < kCounters; ++i) counters_.at(i) += pass_counts_.at(i);
    }
    state_ = State::kRespond;
    member_ = 0;
    beat_ = 0;
    segments_left_ = members_[0].command.seg_mask;
    lane_ = 0;
}

uint64_t Bank::changing_segments() const {
    switch (pass_.kind) {
        case PassKind::kScan: return 0;
        case PassKind::kFlip:
        case PassKind::kPermute: return pass_.sense;
        case PassKind::kWalk:
        case PassKind::kPoint: break;
    }
    return pass_.compare | pass_.rewrite | pass_.erase;
}

/// Copies the words that the pass changes.
void Bank::copy_changing(const uint64_t* from, uint64_t* to) const {
    const size_t lanes = array_->geometry.beats_per_segment();
    each_segment(changing_segments(),
                 [&](uint32_t g, uint32_t) { std::copy_n(from + g * lanes, lanes, to + g * lanes); });
}

void Bank::keep_row(const TrackStore::Row& row) {
    copy_changing(row.words + tracks_->word_index(0, pass_.site), old_words_.data());
    if (row.flags != nullptr) old_flags_ = *row.flags;
    old_offset_ = *row.offset;
    old_pulses_ = sequencer_.pulses();
}

/// The closed formulas know only whole passes: puts the row back and replays the pulses issued so far.
void Bank::cut_pass() {
    const TrackStore::Row row = tracks_->touch(pass_.row);
    copy_changing(old_words_.data(), row.words + tracks_->word_index(0, pass_.site));
    if (row.flags != nullptr) *row.flags = old_flags_;
    *row.offset = old_offset_;
    Counters lost;
    sequencer_.set_pulses(old_pulses_);
    sequencer_.start(pass_, row);
    for (uint64_t i = pass_left_; i < pass_cycles_; ++i) sequencer_.tick(lost);
}

void Bank::reset() {
    if (state_ == State::kPass && engine_ == PassEngine::kEvents) cut_pass();
    const bool cut = state_ == State::kPass || state_ == State::kRecover;
    if (cut && !sequencer_.away()) sequencer_.store(tracks_->touch(sequencer_.row()));
    sequencer_.set_pulses(0);
    members_.clear();
    state_ = State::kIdle;
    elevator = {};
    counters_.clear();
}

// ---- The answer

uint32_t Bank::beats() const {
    const Member& member = members_[member_];
    return member.status == RspStatus::kOk ? member.command.response_beats(array_->geometry) : 1;
}

Response Bank::response() const {
    const Member& member = members_[member_];
    Response response{.tag = member.command.tag, .status = member.status, .last = beat_ + 1 == beats()};
    if (member.status != RspStatus::kOk) return response;
    if (member.command.op == Op::kRead) {
        const auto segment = static_cast<uint32_t>(std::countr_zero(segments_left_));
        response.word = pass_.words[segment * array_->geometry.beats_per_segment() + lane_];
    } else if (member.command.op == Op::kScan) {
        const std::array<uint64_t, 4> masks{scan_.below_low, scan_.equal_low, scan_.below_high, scan_.equal_high};
        response.word = masks[beat_];
    }
    return response;
}

void Bank::respond() {
    ++counters_[Counter::kCyclesRespond];
    const Member& member = members_[member_];
    const bool reads = member.status == RspStatus::kOk && member.command.op == Op::kRead;
    if (reads) ++counters_[Counter::kWordsRead];
    if (++lane_ == array_->geometry.beats_per_segment()) {
        lane_ = 0;
        segments_left_ &= segments_left_ - 1;
    }
    if (++beat_ < beats()) return;
    count_command(*array_, member.command, member.status, counters_);
    beat_ = 0;
    lane_ = 0;
    if (++member_ == members_.size()) {
        state_ = State::kIdle;
    } else {
        segments_left_ = members_[member_].command.seg_mask;
    }
}

// ---- A request that is alone

uint64_t Bank::serve_alone(const Command& command, std::span<const uint64_t> data, RspStatus& status,
                           std::vector<uint64_t>& words) {
    status = status_of(command);
    words.clear();
    uint64_t dispatch = 1;
    uint64_t pass = 0;
    uint64_t beats = 1;
    if (status == RspStatus::kOk && command.op != Op::kBarrier) {
        make_pass(*array_, command, data, pass_);
        if (gathers()) ++dispatch;
        pass = run_by_events(tracks_->touch(pass_.row), counters_);
        if (array_->geometry.position_guard && sequencer_.lost()) {
            note_lost();
            status = RspStatus::kPositionLost;
        } else {
            beats = command.response_beats(array_->geometry);
            answer_alone(command, words);
        }
    }
    if (status == RspStatus::kOk && command.op == Op::kRead) counters_[Counter::kWordsRead] += beats;
    counters_[Counter::kCyclesDispatch] += dispatch;
    counters_[Counter::kCyclesRespond] += beats;
    count_command(*array_, command, status, counters_);
    return dispatch + pass + beats;
}

void Bank::answer_alone(const Command& command, std::vector<uint64_t>& words) const {
    if (command.op == Op::kRead) {
        const size_t lanes = array_->geometry.beats_per_segment();
        each_run(command.seg_mask, [&](uint32_t first, uint32_t count) {
            const uint64_t* sensed = pass_.words.data() + first * lanes;
            words.insert(words.end(), sensed, sensed + count * lanes);
        });
    } else if (command.op == Op::kScan) {
        words.assign({scan_.below_low, scan_.equal_low, scan_.below_high, scan_.equal_high});
    }
}

}  // namespace sky::model
