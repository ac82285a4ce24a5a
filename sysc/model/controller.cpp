#include "sysc/model/controller.hpp"

#include <bit>

#include "sysc/model/pass.hpp"
#include "sysc/model/segments.hpp"

namespace sky::model {

Controller::Controller(const Geometry& geometry, const Timing& timing, const Policy& policy, PassEngine engine)
    : geometry_(geometry),
      timing_(timing),
      policy_(policy),
      engine_(engine),
      tracks_(geometry),
      sequencer_(geometry, timing) {}

PinsOut Controller::outputs() const {
    PinsOut out;
    out.cmd_ready = commands_.size() < policy_.queue_depth;
    out.wdata_ready = data_queue_.size() < kDataQueueBeats;
    out.rsp_valid = state_ == State::kRespond;
    if (out.rsp_valid) {
        const bool has_word = status_ == RspStatus::kOk && command_.op == Op::kRead;
        out.rsp = {.tag = command_.tag,
                   .status = status_,
                   .last = beat_ + 1 == response_beats(),
                   .word = has_word ? buffer_[beat_] : 0};
    }
    return out;
}

uint32_t Controller::response_beats() const {
    if (status_ != RspStatus::kOk || command_.op != Op::kRead) return 1;
    return static_cast<uint32_t>(std::popcount(command_.seg_mask));
}

bool Controller::idle() const { return state_ == State::kIdle && commands_.empty() && !sequencer_.away(); }

void Controller::tick(const PinsIn& in) {
    const PinsOut out = outputs();
    ++counters_[Counter::kCycles];
    counters_[Counter::kQueueCycles] += commands_.size();
    switch (state_) {
        case State::kIdle: step_idle(); break;
        case State::kCollect: step_collect(); break;
        case State::kDrain: step_drain(); break;
        case State::kPass: step_pass(); break;
        case State::kRecover: step_recover(); break;
        case State::kRespond: step_respond(in.rsp_ready); break;
    }
    // What arrives in this cycle is seen in the next.
    if (in.cmd_valid && out.cmd_ready) commands_.push_back(in.cmd);
    if (in.wdata_valid && out.wdata_ready) data_queue_.push_back(in.wdata);
}

void Controller::step_idle() {
    if (sequencer_.away()) {
        ++counters_[Counter::kCyclesDispatch];
        ++counters_[Counter::kRecoveries];
        sequencer_.start_recovery();
        state_ = State::kRecover;
        return;
    }
    if (commands_.empty()) {
        ++counters_[Counter::kCyclesIdle];
        return;
    }
    ++counters_[Counter::kCyclesDispatch];
    command_ = commands_.front();
    commands_.pop_front();
    status_ = check_command(geometry_, command_);
    beat_ = 0;
    if (status_ != RspStatus::kOk) {
        state_ = command_.data_beats(geometry_) != 0 ? State::kDrain : State::kRespond;
    } else if (command_.op == Op::kBarrier) {
        state_ = State::kRespond;
    } else if (command_.op == Op::kWrite) {
        state_ = State::kCollect;
    } else {
        begin_pass();
    }
}

void Controller::step_collect() {
    if (data_queue_.empty()) {
        ++counters_[Counter::kCyclesDataWait];
        return;
    }
    ++counters_[Counter::kCyclesCollect];
    buffer_[beat_++] = data_queue_.front() & geometry_.word_mask();
    data_queue_.pop_front();
    if (beat_ == command_.data_beats(geometry_)) begin_pass();
}

void Controller::step_drain() {
    if (data_queue_.empty()) {
        ++counters_[Counter::kCyclesDataWait];
        return;
    }
    ++counters_[Counter::kCyclesCollect];
    data_queue_.pop_front();
    if (++beat_ == command_.data_beats(geometry_)) {
        beat_ = 0;
        state_ = State::kRespond;
    }
}

void Controller::begin_pass() {
    beat_ = 0;
    state_ = State::kPass;
    const std::span<const uint64_t> stored(tracks_.touch(command_.row), geometry_.segments);
    if (engine_ == PassEngine::kPulses) {
        sequencer_.start(command_, stored, buffer_);
        return;
    }
    pass_counts_.clear();
    pass_cycles_ = count_pass(geometry_, timing_, command_, stored, buffer_, pass_counts_);
    pass_left_ = pass_cycles_;
}

void Controller::step_pass() {
    if (engine_ == PassEngine::kPulses) {
        if (!sequencer_.tick(counters_)) return;
        store_pass_result();
        if (command_.op == Op::kRead) {
            each_segment(command_.seg_mask,
                         [&](uint32_t segment, uint32_t k) { buffer_[k] = sequencer_.sensed_word(segment); });
        }
        state_ = State::kRespond;
    } else if (--pass_left_ == 0) {
        settle_pass();
    }
}

void Controller::store_pass_result() {
    uint64_t* words = tracks_.touch(sequencer_.row());
    for (uint32_t segment = 0; segment < geometry_.segments; ++segment) words[segment] = sequencer_.word(segment);
}

void Controller::settle_pass() {
    for (size_t i = 0; i < kCounters; ++i) counters_.at(i) += pass_counts_.at(i);
    apply_pass(geometry_, command_, {tracks_.touch(command_.row), geometry_.segments}, buffer_, buffer_);
    state_ = State::kRespond;
}

void Controller::step_recover() {
    if (!sequencer_.tick(counters_)) return;
    store_pass_result();
    state_ = State::kIdle;
}

void Controller::step_respond(bool ready) {
    if (!ready) {
        ++counters_[Counter::kCyclesRespondWait];
        return;
    }
    ++counters_[Counter::kCyclesRespond];
    if (status_ == RspStatus::kOk && command_.op == Op::kRead) ++counters_[Counter::kWordsRead];
    if (++beat_ == response_beats()) {
        count_command(command_, status_, counters_);
        state_ = State::kIdle;
    }
}

uint64_t Controller::quiet_cycles() {
    if (state_ == State::kPass && engine_ == PassEngine::kEvents) return pass_left_;
    if (state_ == State::kIdle && commands_.empty() && !sequencer_.away()) return kForever;
    return 0;
}

void Controller::leap(uint64_t cycles) {
    if (cycles == 0) return;
    counters_[Counter::kCycles] += cycles;
    counters_[Counter::kQueueCycles] += cycles * commands_.size();
    if (state_ == State::kIdle) {
        counters_[Counter::kCyclesIdle] += cycles;
    } else {
        pass_left_ -= cycles;
        if (pass_left_ == 0) settle_pass();
    }
}

void Controller::reset() {
    if (state_ == State::kPass && engine_ == PassEngine::kEvents) {
        // The closed formulas know only whole passes: replay the pulses issued so far.
        Counters lost;
        sequencer_.start(command_, {tracks_.touch(command_.row), geometry_.segments}, buffer_);
        for (uint64_t i = pass_left_; i < pass_cycles_; ++i) sequencer_.tick(lost);
    }
    sequencer_.cut();
    commands_.clear();
    data_queue_.clear();
    state_ = State::kIdle;
    command_ = {};
    counters_.clear();
}

}  // namespace sky::model
