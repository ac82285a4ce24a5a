#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "sysc/model/pass.hpp"

namespace sky::model {

[[nodiscard]] inline uint32_t ones(uint64_t bits) { return static_cast<uint32_t>(std::popcount(bits)); }

/// What a pass costs, gathered slot by slot.
class Tally {
   public:
    Tally(const Array& array, Counters& counters) : array_(&array), counters_(&counters) {}

    void shifts(uint64_t steps) {
        const Timing& t = array_->timing;
        const uint64_t tracks = array_->geometry.tracks_per_row;
        count(Counter::kShifts, steps);
        count(Counter::kTrackSteps, steps * tracks);
        count(Counter::kEnergyFj, steps * t.shift_fj * (t.shift_charge == ShiftCharge::kPerTrack ? tracks : 1));
        spend(Counter::kCyclesShift, steps * t.shift_cycles);
        spend(Counter::kCyclesRelax, steps * t.relax_cycles);
    }
    void detects(uint64_t slots, uint64_t ports) {
        count(Counter::kDetects, ports);
        count(Counter::kEnergyFj, ports * array_->timing.detect_fj);
        take(Counter::kCyclesDetect, slots, array_->timing.detect_cycles);
    }
    void removes(uint64_t ports, uint64_t empty) {
        const bool per_site = array_->timing.remove_charge == RemoveCharge::kPerSite;
        count(Counter::kRemoves, ports);
        count(Counter::kEmptyRemoves, empty);
        count(Counter::kEnergyFj, (per_site ? ports : ports - empty) * array_->timing.remove_fj);
    }
    void injects(uint64_t ports) {
        count(Counter::kInjects, ports);
        count(Counter::kEnergyFj, ports * array_->timing.inject_fj);
    }
    void remove_slots(uint64_t slots) { take(Counter::kCyclesRemove, slots, array_->timing.remove_cycles); }
    void inject_slots(uint64_t slots) { take(Counter::kCyclesInject, slots, array_->timing.inject_cycles); }
    void overlap_slots(uint64_t slots) {
        take(Counter::kCyclesOverlap, slots, std::max(array_->timing.remove_cycles, array_->timing.inject_cycles));
    }
    [[nodiscard]] uint64_t cycles() const { return cycles_; }

   private:
    void count(Counter counter, uint64_t by) { (*counters_)[counter] += by; }
    void spend(Counter counter, uint64_t cycles) {
        count(counter, cycles);
        cycles_ += cycles;
    }
    void take(Counter counter, uint64_t slots, uint64_t cycles) {
        if (cycles != 0)
            spend(counter, slots * cycles);
        else
            spend(Counter::kCyclesSettle, slots);
    }

    const Array* array_;
    Counters* counters_;
    uint64_t cycles_ = 0;
};

/// The part of run_pass() that knows a pass of a bit-interleaved array.
void count_point(const Array& array, Pass& pass, const TrackStore::Row& row, Tally& tally);

}  // namespace sky::model
