#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <limits>

#include "sysc/model/command.hpp"
#include "sysc/model/costs.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/pins.hpp"
#include "sysc/model/policy.hpp"
#include "sysc/model/pulse_sequencer.hpp"
#include "sysc/model/track_store.hpp"

namespace sky::model {

/// How a controller works through a pass. Responses, cycles and the counters at the end of a pass are the same.
enum class PassEngine : uint8_t {
    kPulses,  ///< slot by slot on a site-accurate track: counters equal the RTL's in every cycle
    kEvents,  ///< from closed formulas in one step: counters settle in the last cycle of a pass
};

/// Cycle model of the SK-RM controller (one bank, fcfs, home policy), equal to rtl/skrm/sky_skrm.sv: same
/// responses, counters and cycles. One tick is one clock edge.
class Controller {
   public:
    static constexpr uint32_t kDataQueueBeats = 64;
    static constexpr uint64_t kForever = std::numeric_limits<uint64_t>::max();

    /// Geometry, timing and policy must have no problem().
    Controller(const Geometry& geometry, const Timing& timing, const Policy& policy, PassEngine engine);

    [[nodiscard]] PinsOut outputs() const;
    void tick(const PinsIn& in);

    /// Cycles from now in which outputs() stays as it is if no handshake happens; kForever while idle.
    /// 0 when the next tick may change them.
    [[nodiscard]] uint64_t quiet_cycles();
    /// The same as `cycles` ticks without input; at most quiet_cycles().
    void leap(uint64_t cycles);

    /// What the reset input does: queues, statistics and the transaction under way are lost, the tracks and
    /// their position are not; a track that is not home is brought there first.
    void reset();

    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] const Geometry& geometry() const { return geometry_; }
    [[nodiscard]] const Timing& timing() const { return timing_; }
    [[nodiscard]] const TrackStore& tracks() const { return tracks_; }
    /// Backdoor to a word as it lies at rest; not while a pass is under way on that track.
    [[nodiscard]] uint64_t word(uint64_t row, uint32_t segment) const { return tracks_.word(row, segment); }
    void set_word(uint64_t row, uint32_t segment, uint64_t word) { tracks_.touch(row)[segment] = word; }
    /// Not inside a pass: with kEvents the counters are up to date only then.
    [[nodiscard]] bool settled() const { return state_ != State::kPass; }
    /// With kPulses, the site-accurate track of the pass under way.
    [[nodiscard]] const Track& active_track() const { return sequencer_.track(); }
    [[nodiscard]] uint32_t active_row() const { return sequencer_.row(); }
    /// Nothing queued, under way or unanswered.
    [[nodiscard]] bool idle() const;

   private:
    enum class State : uint8_t { kIdle, kCollect, kDrain, kPass, kRecover, kRespond };

    void step_idle();
    void step_collect();
    void step_drain();
    void step_pass();
    void step_recover();
    void step_respond(bool ready);
    void begin_pass();
    void settle_pass();
    void store_pass_result();
    [[nodiscard]] uint32_t response_beats() const;

    Geometry geometry_;
    Timing timing_;
    Policy policy_;
    PassEngine engine_;
    TrackStore tracks_;
    Counters counters_;

    std::deque<Command> commands_;
    std::deque<uint64_t> data_queue_;

    State state_ = State::kIdle;
    Command command_;
    RspStatus status_ = RspStatus::kOk;
    uint32_t beat_ = 0;
    std::array<uint64_t, kMaxSegments> buffer_{};  // data in, or words answered, in mask order
    PulseSequencer sequencer_;
    uint64_t pass_cycles_ = 0;  // kEvents: length of the pass
    uint64_t pass_left_ = 0;    // kEvents: cycles still to go
    Counters pass_counts_;      // kEvents: what the pass will have counted
};

}  // namespace sky::model
