#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sysc/bridge/rtl_controller.hpp"
#include "sysc/model/controller.hpp"
#include "tb/request_stream.hpp"

namespace sky::tb {

/// How often each side of a channel holds back, in percent of the cycles.
struct Backpressure {
    uint32_t cmd_percent = 0;
    uint32_t wdata_percent = 0;
    uint32_t rsp_percent = 0;
};

/// What a lockstep run found.
struct LockstepResult {
    std::string difference;   ///< empty: none; else cycle, field, both values and the seed
    uint64_t requests = 0;    ///< answered
    uint64_t recoveries = 0;  ///< passes that a reset cut and that were brought home
    uint64_t cycles = 0;
    model::Counters counters;  ///< since the last reset
};

/// Drives the RTL and the pulse-accurate model with the same pins, cycle by cycle, and compares every output,
/// every response and every counter in every cycle; every site of the rows under way in one cycle of 61; at the
/// end, every word and offset of every row.
/// The event-driven model gets the same pins too and must show the same outputs in every cycle and the same
/// counters whenever it is between passes. Stops at the first difference.
class Lockstep {
   public:
    /// `model_timing` differs from `timing` only in tests that break the model on purpose.
    Lockstep(const model::Geometry& geometry, const model::Timing& timing, const model::Timing& model_timing,
             const model::Policy& policy, uint64_t seed);

    /// Runs until every request of `next` is answered; `next` returns false when there are no more.
    LockstepResult run(const std::function<bool(Request&)>& next, const Backpressure& backpressure);

    /// Resets all three at a random moment of the run about once in so many cycles; 0 = never. Requests that a
    /// reset cuts off are not answered.
    void reset_every(uint64_t cycles) { reset_every_ = cycles; }

    [[nodiscard]] bridge::RtlController& rtl() { return *rtl_; }

   private:
    [[nodiscard]] std::string compare_cycle() const;
    [[nodiscard]] std::string compare_active_rows() const;
    [[nodiscard]] std::string compare_rows() const;
    [[nodiscard]] std::string at(const std::string& what) const;

    uint64_t seed_;
    uint64_t reset_every_ = 0;
    uint64_t cycle_ = 0;
    std::unique_ptr<bridge::RtlController> rtl_;
    model::Controller pulses_;
    model::Controller events_;
};

}  // namespace sky::tb
