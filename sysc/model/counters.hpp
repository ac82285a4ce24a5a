#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sky::model {

/// Everything the controller counts, in the order of `stats_o` in rtl/skrm (sky_skrm_pkg::stat_e).
/// Every cycle is in exactly one of the kCycles* causes below kCycles, so that they sum to it.
enum class Counter : uint8_t {
    kCycles,
    kCyclesIdle,         ///< bubble: nothing to do
    kCyclesDispatch,     ///< bubble: a command leaves the queue and is checked
    kCyclesCollect,      ///< bubble: a write-data beat is taken
    kCyclesDataWait,     ///< bubble: a write-data beat is awaited
    kCyclesRespond,      ///< bubble: a response beat is taken
    kCyclesRespondWait,  ///< bubble: a response beat waits for the host
    kCyclesShift,        ///< operation time
    kCyclesDetect,       ///< operation time
    kCyclesRemove,       ///< operation time
    kCyclesInject,       ///< operation time
    kShifts,             ///< shift pulses
    kTrackSteps,         ///< shift pulses times tracks that moved
    kDetects,            ///< per port
    kRemoves,            ///< per port
    kEmptyRemoves,       ///< removes that found no skyrmion (included in kRemoves)
    kInjects,            ///< per port
    kEnergyFj,
    kReads,
    kWritesNaive,
    kWritesDcw,
    kErases,
    kBarriers,
    kRefused,       ///< commands answered with an error status
    kWordsRead,     ///< data beats answered
    kWordsWritten,  ///< data beats written
    kQueueCycles,   ///< sum over cycles of commands waiting in the queue
    kRecoveries,    ///< passes cut by a reset and brought home
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

    /// Cycles in which the device worked: shift, detect, remove, inject.
    [[nodiscard]] uint64_t op_cycles() const;
    /// Cycles of controller overhead, all causes.
    [[nodiscard]] uint64_t bubble_cycles() const;

    /// What was counted since `before`.
    [[nodiscard]] Counters operator-(const Counters& before) const;

    bool operator==(const Counters&) const = default;

   private:
    std::array<uint64_t, kCounters> values_{};
};

}  // namespace sky::model
