#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "sysc/model/bank.hpp"
#include "sysc/model/command.hpp"
#include "sysc/model/costs.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/pins.hpp"
#include "sysc/model/policy.hpp"
#include "sysc/model/request_queue.hpp"
#include "sysc/model/track_store.hpp"

namespace sky::model {

/// Cycle model of the SK-RM controller, equal to rtl/skrm/sky_skrm.sv: same responses, counters and cycles. One tick
/// is one clock edge.
class Controller {
   public:
    static constexpr uint64_t kForever = std::numeric_limits<uint64_t>::max();

    /// Geometry, timing and policy must have no problem(), and the rows divide among the banks.
    Controller(const Geometry& geometry, const Timing& timing, const Policy& policy, PassEngine engine);
    Controller(const Controller&) = delete;
    Controller& operator=(const Controller&) = delete;

    [[nodiscard]] PinsOut outputs() const;
    void tick(const PinsIn& in);

    /// Cycles from now in which outputs() stays as it is if no handshake happens; kForever while idle.
    /// 0 when the next tick may change them.
    [[nodiscard]] uint64_t quiet_cycles() const;
    /// The same as `cycles` ticks without input; at most quiet_cycles().
    void leap(uint64_t cycles);

    /// Whether serve_alone() knows this request: the controller is idle and `data` are all that the command takes.
    [[nodiscard]] bool can_serve_alone(const Command& command, std::span<const uint64_t> data) const {
        return engine_ == PassEngine::kEvents && idle() && data.size() == command.data_beats(array_.geometry);
    }
    /// A request from its first cycle to its last in one step: the same as the ticks in which the host offers it
    /// alone and takes every answer beat at once. Returns how many; `words` become what it answers, see Finished.
    uint64_t serve_alone(const Command& command, std::span<const uint64_t> data, RspStatus& status,
                         std::vector<uint64_t>& words);

    /// Asks the host's caches for what this command will need; prefetch() on tracks() should have come some time
    /// before.
    void prefetch(const Command& command) const;

    /// What the reset input does: queues, statistics and the transactions under way are lost, the tracks and their
    /// positions are not; a row that cannot rest where it is is brought home first.
    void reset();

    /// All banks together.
    [[nodiscard]] const Counters& counters() const;
    [[nodiscard]] const Counters& bank_counters(uint32_t bank) const { return banks_.at(bank).counters(); }
    [[nodiscard]] const Geometry& geometry() const { return array_.geometry; }
    [[nodiscard]] const Timing& timing() const { return array_.timing; }
    [[nodiscard]] const Policy& policy() const { return array_.policy; }
    [[nodiscard]] const TrackStore& tracks() const { return tracks_; }
    [[nodiscard]] TrackStore& tracks() { return tracks_; }
    /// Backdoor to a word as it lies at rest; not while a pass is under way on that row.
    [[nodiscard]] uint64_t word(uint64_t row, uint32_t segment, uint32_t site = 0, uint32_t beat = 0) const;
    void set_word(uint64_t row, uint32_t segment, uint64_t word, uint32_t site = 0, uint32_t beat = 0);
    /// No bank is inside a pass: with kEvents the counters are up to date only then.
    [[nodiscard]] bool settled() const;
    /// With kPulses: of every pulse of every bank, in the order of their cycles. With kEvents there is none to see.
    void observe_pulses(const PulseObserver& observer) {
        for (Bank& bank : banks_) bank.observe(observer);
    }
    /// With kPulses, of the pass under way in a bank.
    [[nodiscard]] const Bank& bank(uint32_t index) const { return banks_.at(index); }
    /// Nothing queued, under way or unanswered.
    [[nodiscard]] bool idle() const { return queue_.empty() && banks_at_rest(); }

   private:
    /// What happens on the one dispatch port in a cycle.
    struct Dispatch {
        uint32_t bank = 0;
        size_t entry = 0;
        bool joins = false;
        bool elevator_up = true;
    };
    [[nodiscard]] bool banks_at_rest() const;
    [[nodiscard]] std::optional<Dispatch> next_dispatch() const;
    [[nodiscard]] std::optional<uint32_t> responding_bank() const;
    void dispatch(const Dispatch& dispatch);

    Array array_;
    PassEngine engine_;
    TrackStore tracks_;
    RequestQueue queue_;
    std::vector<Bank> banks_;
    uint32_t granted_bank_ = 0;  // that responded last
    bool grant_held_ = false;    // and has not shown its last beat
    mutable Counters total_;
};

}  // namespace sky::model
