#pragma once

#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

#include "sysc/model/pass.hpp"
#include "sysc/model/pulse_sequencer.hpp"
#include "sysc/model/request_pick.hpp"

namespace sky::model {

/// How a controller works through a pass. Responses, cycles and the counters at the end of a pass are the same.
enum class PassEngine : uint8_t {
    kPulses,  ///< slot by slot on site-accurate tracks: counters equal the RTL's in every cycle
    kEvents,  ///< from closed formulas in one step: counters settle in the last cycle of a pass
};

/// One bank: takes commands, one or several to a pass, works through the pass and answers them.
class Bank {
   public:
    enum class State : uint8_t { kIdle, kGather, kPass, kRecover, kRespond };
    /// Most commands that share a pass.
    static constexpr size_t kMaxMembers = 32;

    /// `array` and `tracks` outlive the bank.
    Bank(const Array& array, uint32_t number, PassEngine engine, TrackStore& tracks);

    [[nodiscard]] State state() const { return state_; }
    /// Nothing under way, and no row that a reset has left away from home.
    [[nodiscard]] bool at_rest() const { return state_ == State::kIdle && !sequencer_.away(); }
    /// A track of the row has slipped so far that nothing in it can be reached any more.
    [[nodiscard]] bool lost(uint32_t row) const { return !lost_rows_.empty() && lost_rows_.contains(row); }
    [[nodiscard]] const Pass& pass() const { return pass_; }
    [[nodiscard]] bool can_gather() const { return state_ == State::kGather && members_.size() < kMaxMembers; }

    /// The cycle of dispatch: takes a command that nothing stands in the way of. `data`: see make_pass().
    void dispatch(const Command& command, std::span<const uint64_t> data);
    /// The cycle in which one more joins.
    void join(const Command& command, std::span<const uint64_t> data);
    /// Any other cycle. `waiting`: commands in the queue for this bank; `granted`: the response channel is this
    /// bank's and the host takes the beat; `may_join`: a command would join but another bank dispatches.
    void tick(uint32_t waiting, bool granted, bool may_join);

    /// The beat this bank shows in State::kRespond.
    [[nodiscard]] Response response() const;

    /// Cycles of the pass still to go; only with kEvents.
    [[nodiscard]] uint64_t pass_left() const { return pass_left_; }
    /// As many ticks without a grant or a join; in State::kPass at most pass_left().
    void leap(uint64_t cycles, uint32_t waiting);

    /// kEvents, at rest: the cycles from the dispatch of a command to its last answer beat in one step; returns how
    /// many. See Controller::serve_alone().
    uint64_t serve_alone(const Command& command, std::span<const uint64_t> data, RspStatus& status,
                         std::vector<uint64_t>& words);

    void reset();

    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] Counters& counters() { return counters_; }
    [[nodiscard]] const PulseSequencer& sequencer() const { return sequencer_; }
    void observe(const PulseObserver& observer) { sequencer_.observe(observer); }
    Elevator elevator;

   private:
    struct Member {
        Command command;
        RspStatus status = RspStatus::kOk;
    };

    void begin_pass();
    void end_pass();
    /// A command that was taken and shares its pass, if others wait for the same row.
    [[nodiscard]] bool gathers() const;
    [[nodiscard]] uint64_t run_by_events(const TrackStore::Row& row, Counters& counters);
    [[nodiscard]] uint64_t run_by_pulses(const TrackStore::Row& row, Counters& counters);
    void answer_alone(const Command& command, std::vector<uint64_t>& words) const;
    void keep_row(const TrackStore::Row& row);
    void cut_pass();
    [[nodiscard]] uint64_t changing_segments() const;
    void copy_changing(const uint64_t* from, uint64_t* to) const;
    [[nodiscard]] RspStatus status_of(const Command& command) const;
    void note_lost();
    void take_from_sequencer();
    void respond();
    [[nodiscard]] uint32_t beats() const;

    const Array* array_;
    PassEngine engine_;
    TrackStore* tracks_;
    State state_ = State::kIdle;
    std::vector<Member> members_;
    Pass pass_;
    ScanResult scan_;
    std::unordered_set<uint32_t> lost_rows_;
    PulseSequencer sequencer_;
    Counters counters_;
    Counters pass_counts_;      // kEvents: what the pass will have counted
    uint64_t pass_cycles_ = 0;  // kEvents: its length
    uint64_t pass_left_ = 0;
    // kEvents: what the pass changes as it was, for a reset in mid-pass.
    std::vector<uint64_t> old_words_;
    uint64_t old_flags_ = 0;
    int16_t old_offset_ = 0;
    uint64_t old_pulses_ = 0;
    size_t member_ = 0;  // that is answered
    uint32_t beat_ = 0;
    uint64_t segments_left_ = 0;  // of a READ that is answered
    uint32_t lane_ = 0;
};

}  // namespace sky::model
