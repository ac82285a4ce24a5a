#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <utility>
#include <vector>

#include "sysc/model/counters.hpp"
#include "sysc/model/pass.hpp"
#include "sysc/model/pulse.hpp"
#include "sysc/model/track.hpp"

namespace sky::model {

/// Runs one pass pulse by pulse on site-accurate tracks, one controller cycle per tick, slot for slot as the
/// sequencer in rtl/skrm does. A pulse takes effect, and is counted, in the last cycle of its slot.
///
/// What to do next is decided from the state alone, at the beginning of every slot: see next_slot().
class PulseSequencer {
   public:
    /// `bank` is its number, for the faults.
    explicit PulseSequencer(const Array& array, uint32_t bank = 0);
    /// Empty: nobody.
    void observe(PulseObserver observer) { observer_ = std::move(observer); }

    /// Loads the row and begins.
    void start(const Pass& pass, const TrackStore::Row& row);
    /// One cycle. True in the last cycle of the pass; store() then has its result.
    bool tick(Counters& counters);
    /// Writes the row back as it lies now.
    void store(const TrackStore::Row& row) const;

    /// Where a pass was left before its end: the row cannot rest like this and must be brought home before anything
    /// else.
    [[nodiscard]] bool away() const;
    void start_recovery();

    /// The pass was given up: a track is two sites off and nobody knows which way.
    [[nodiscard]] bool lost() const { return lost_; }
    /// Shift pulses so far; they number the faults.
    [[nodiscard]] uint64_t pulses() const { return pulses_; }
    void set_pulses(uint64_t pulses) { pulses_ = pulses; }

    [[nodiscard]] uint32_t row() const { return pass_.row; }
    /// What a READ sensed, by segment and beat: the words as they are answered.
    [[nodiscard]] uint64_t sensed_word(uint32_t segment, uint32_t beat) const;
    [[nodiscard]] const ScanResult& scan() const { return scan_; }
    [[nodiscard]] const std::vector<Track>& tracks() const { return tracks_; }

   private:
    enum class Slot : uint8_t { kEnd, kShift, kDetect, kRemove, kOverlap, kInject, kCheck, kCorrect };
    using SiteSet = std::bitset<kMaxSitesPerSegment + 1>;

    /// What has been done where the head is now.
    enum class Phase : uint8_t { kArrived, kSensed, kRemoved, kDone };
    /// Part of a pass. kSense and kAct go from one end of the track to the other (a point: to its site).
    enum class Leg : uint8_t { kPosition, kSense, kAct, kReturn, kAssemble, kPermute, kSurplus, kRecover };

    /// Ports of every track of the row that act in one pulse.
    struct Acting {
        std::vector<PortMask> removes;
        std::vector<PortMask> injects;
        bool overlaps = false;  // a slot that removes and injects at once

        [[nodiscard]] bool any() const;
    };

    [[nodiscard]] Slot next_slot();
    [[nodiscard]] Slot unguarded_slot();
    [[nodiscard]] Slot guarded(Slot slot) const;
    [[nodiscard]] Slot site_slot();
    [[nodiscard]] Slot move_slot();
    [[nodiscard]] Slot permutation_slot();
    void begin_leg(Leg leg);
    /// The leg after this one; false when the pass is over.
    [[nodiscard]] bool next_leg();
    [[nodiscard]] uint32_t length(Slot slot) const;
    void count_cycle(Counters& counters) const;
    void finish_slot(Counters& counters);
    void finish_shift(Counters& counters);
    void shift_segment(Counters& counters);
    void pulse(uint32_t start, uint32_t end, Direction direction, Counters& counters);
    /// One shift pulse; `skyrmions` moved, which is asked for only where they are charged.
    void count_shift(uint64_t tracks, uint64_t skyrmions, Counters& counters) const;
    void finish_check(Counters& counters);
    void finish_correction(Counters& counters);
    void move(Track& track, uint32_t index, Direction direction);
    void finish_detect(Counters& counters);
    void finish_acts(Counters& counters);
    /// Completes a pulse of this slot and tells the observer of it.
    void show(Pulse pulse, const Counters& counters) const;
    void compare_keys(bool outbound);
    void choose_polarity();

    [[nodiscard]] uint64_t detecting_segments() const;
    [[nodiscard]] bool point() const { return pass_.kind == PassKind::kPoint; }
    [[nodiscard]] bool permutes() const { return pass_.kind == PassKind::kPermute; }
    [[nodiscard]] bool home() const { return array_.policy.return_policy == ReturnPolicy::kHome; }
    [[nodiscard]] uint32_t depth() const { return array_.geometry.depth(); }
    /// Whole-wire offset, or that of the one segment that moves.
    [[nodiscard]] int32_t position() const { return one_segment_ ? segment_steps_ : offset_; }
    /// The port that stands over the site, for a segment.
    [[nodiscard]] uint32_t port(uint32_t segment) const { return segment + (right_port_ ? 1 : 0); }
    /// The new bit of a segment's site under the ports, on one track.
    [[nodiscard]] bool wanted(uint32_t segment, uint32_t track) const;
    [[nodiscard]] bool target_bit(uint32_t segment, uint32_t bit, bool flipped) const;
    /// Ports that still have to act here, in the first slot (removes, overlapped injects) or in the inject slot.
    [[nodiscard]] Acting find_acting(bool first_slot) const;
    /// What one port of one track does here in this leg: remove, inject, or inject what it has removed.
    struct Act {
        bool remove = false;
        bool inject = false;
        bool late_inject = false;
    };
    [[nodiscard]] Act act_of(uint32_t segment, uint32_t track) const;
    /// The lowest max_ports_driven ports of each track.
    void limit(Acting& acting) const;
    /// Of a permutation on its way back: the site that comes next under the port is to hold a 1.
    [[nodiscard]] bool wants_next() const;
    [[nodiscard]] bool takes_from_stock() const;

    Array array_;
    uint32_t bank_;
    PulseObserver observer_;
    Pass pass_;
    std::vector<Track> tracks_;
    std::vector<PortMask> sensed_;                      // by track: what the last detect saw
    std::vector<PortMask> removed_;                     // by track: ports that have acted in the slots of this site
    std::vector<PortMask> injected_;                    // by track
    std::array<SiteSet, kMaxSegments> seen_{};          // word-based: what was sensed, site 0 in bit depth() - 1
    std::array<uint64_t, kMaxPassWords> seen_words_{};  // bit-interleaved: by segment and beat
    std::array<bool, kMaxSegments> flips_{};
    ScanResult scan_;

    Slot slot_ = Slot::kEnd;
    uint32_t cycle_ = 0;  // of the slot
    Acting acting_;       // of this pulse
    Leg leg_ = Leg::kAct;
    Phase phase_ = Phase::kDone;
    bool outbound_ = true;
    bool acted_ = false;  // the act leg is over
    bool lost_ = false;
    std::vector<bool> ahead_;   // by track: to be put right by one step to the right
    std::vector<bool> behind_;  // and to the left
    uint64_t pulses_ = 0;
    // Non-volatile in the RTL.
    int32_t offset_ = 0;
    int32_t goal_ = 0;  // of kPosition and of a point
    bool right_port_ = false;
    bool one_segment_ = false;
    uint32_t segment_ = 0;       // of a permutation or of the one segment that moves
    int32_t segment_steps_ = 0;  // how far that segment is from its place
    int32_t stock_ = 0;          // skyrmions pushed out of it, to the left of its port
    uint32_t burst_ = 0;         // shifts since the position was known
    bool port_full_ = false;     // a surplus skyrmion stands under its port
};

}  // namespace sky::model
