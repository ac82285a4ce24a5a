#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "sysc/model/command.hpp"
#include "sysc/model/costs.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/track.hpp"

namespace sky::model {

/// Runs one pass pulse by pulse on a site-accurate Track, one controller cycle per tick, slot for slot as the
/// sequencer in rtl/skrm does. A pulse takes effect, and is counted, in the last cycle of its slot.
class PulseSequencer {
   public:
    PulseSequencer(const Geometry& geometry, const Timing& timing);

    /// Loads the track from `stored` (S words) and begins. `data`: as for count_pass.
    void start(const Command& command, std::span<const uint64_t> stored, std::span<const uint64_t> data);
    /// One cycle. True in the last cycle of the pass, when the track is home again.
    bool tick(Counters& counters);

    /// Cuts the pass: the pulse under way does not happen, the track and its offset stay as they are.
    void cut();
    /// After cut(): the track is not home and tick() must bring it there before anything else.
    [[nodiscard]] bool away() const { return steps_out_ != 0; }
    void start_recovery();

    [[nodiscard]] uint64_t word(uint32_t segment) const { return track_.word(segment); }
    /// The words a READ sensed, by segment.
    [[nodiscard]] uint64_t sensed_word(uint32_t segment) const { return sensed_.at(segment); }
    [[nodiscard]] uint32_t row() const { return command_.row; }
    [[nodiscard]] const Track& track() const { return track_; }

   private:
    enum class Slot : uint8_t { kNone, kAlign, kDetect, kRemove, kInject, kReturn };

    void enter(Slot slot);
    void after_site();
    void enter_inbound();
    void finish_slot(Counters& counters);
    void shift(Direction direction, Counters& counters);
    /// The port mask of masked segments whose new bit at the site now under the ports is 1.
    [[nodiscard]] PortMask wanted() const;
    [[nodiscard]] bool is_dcw() const { return command_.op == Op::kWrite && command_.write_alg == WriteAlg::kDcw; }

    Geometry geometry_;
    Timing timing_;
    Command command_;
    PortMask ports_;
    std::array<uint64_t, kMaxSegments> data_{};    // by segment
    std::array<uint64_t, kMaxSegments> sensed_{};  // by segment
    Track track_;
    Slot slot_ = Slot::kNone;
    uint32_t cycles_left_ = 0;
    uint32_t steps_out_ = 0;
    bool recovering_ = false;
};

}  // namespace sky::model
