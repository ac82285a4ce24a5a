#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sky::model {

/// Everything the controller counts, in the order of `stats_o` in rtl/skrm (sky_skrm_pkg::stat_e).
/// Each bank has its own: every cycle of a bank is in exactly one of its kCycles* causes, so that they sum to
/// kCycles.
enum class Counter : uint8_t {
    kCycles,
    kCyclesIdle,         ///< bubble: nothing to do
    kCyclesBlocked,      ///< bubble: commands wait for their data, a barrier, or the dispatch of another bank
    kCyclesDispatch,     ///< bubble: a command leaves the queue and joins a pass
    kCyclesRespond,      ///< bubble: a response beat is taken
    kCyclesRespondWait,  ///< bubble: a response beat waits for the host or for another bank
    kCyclesSettle,       ///< bubble: an operation that takes no time on this device
    kCyclesShift,        ///< operation time
    kCyclesRelax,        ///< operation time: rest after shifts
    kCyclesDetect,       ///< operation time
    kCyclesRemove,       ///< operation time
    kCyclesInject,       ///< operation time
    kCyclesOverlap,      ///< operation time of slots that remove and inject at once
    kCyclesCheck,        ///< operation time of position checks
    kShifts,             ///< shift pulses
    kTrackSteps,         ///< shift pulses times tracks that moved
    kDetects,            ///< per port and track
    kRemoves,            ///< per port and track
    kEmptyRemoves,       ///< removes that found no skyrmion (included in kRemoves)
    kInjects,            ///< per port and track
    kEnergyFj,
    kPasses,  ///< journeys over a row, each for one command or for several that share it
    kReads,
    kWritesNaive,
    kWritesDcw,  ///< these five include what AUTO picked
    kWritesPw,
    kWritesFnw,
    kWritesPwFnw,
    kAutoPermutes,  ///< writes for which AUTO picked a permutation write
    kAutoCompares,  ///< writes for which AUTO picked compare-write
    kErases,
    kScans,
    kScanStops,  ///< scans that stopped early
    kBarriers,
    kRefused,         ///< commands answered with an error status
    kCoalesced,       ///< commands that joined the pass of another
    kWordsRead,       ///< words answered to READ
    kWordsWritten,    ///< words written by WRITE
    kQueueCycles,     ///< sum over cycles of commands waiting in the queue
    kChecks,          ///< of positions, one for each track; each senses two guard sites
    kCorrections,     ///< tracks put right by one step (their steps are included in kTrackSteps)
    kPositionErrors,  ///< passes given up because a track had slipped by two sites
    kRecoveries,      ///< rows brought home after a reset cut their pass
    kCount,
};

inline constexpr size_t kCounters = static_cast<size_t>(Counter::kCount);

struct CounterInfo {
    const char* name;
    const char* unit;
    const char* description;
};
[[nodiscard]] const CounterInfo& info(Counter counter);

/// One value per Counter.
class Counters {
   public:
    uint64_t& operator[](Counter c) { return values_[static_cast<size_t>(c)]; }
    uint64_t operator[](Counter c) const { return values_[static_cast<size_t>(c)]; }
    uint64_t& at(size_t i) { return values_.at(i); }
    [[nodiscard]] uint64_t at(size_t i) const { return values_.at(i); }
    void clear() { values_.fill(0); }

    /// Cycles in which the device worked: shift, relax, detect, remove, inject, overlap.
    [[nodiscard]] uint64_t op_cycles() const;
    /// Cycles of controller overhead, all causes.
    [[nodiscard]] uint64_t bubble_cycles() const;

    /// What was counted since `before`.
    [[nodiscard]] Counters operator-(const Counters& before) const;

    /// The sum over banks: everything adds up but kCycles, which all banks share.
    void add_bank(const Counters& bank);

    bool operator==(const Counters&) const = default;

   private:
    std::array<uint64_t, kCounters> values_{};
};

}  // namespace sky::model
