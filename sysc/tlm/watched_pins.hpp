#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "sysc/model/pin_driver.hpp"

namespace sky::tlm {

/// Passes a controller's pins, and its shorter way if it has one, on to a model::PinDriver and counts what crosses
/// them, to know how long nothing can finish. Adds no behaviour.
template <typename Target>
class WatchedPins {
   public:
    explicit WatchedPins(Target& target) : target_(&target) {}

    [[nodiscard]] model::PinsOut outputs() const {
        const model::PinsOut out = target_->outputs();
        cmd_ready_ = out.cmd_ready;
        wdata_ready_ = out.wdata_ready;
        return out;
    }
    void tick(const model::PinsIn& in) {
        if (in.cmd_valid && cmd_ready_) ++commands_taken_;
        if (in.wdata_valid && wdata_ready_) ++beats_taken_;
        target_->tick(in);
    }
    [[nodiscard]] uint64_t quiet_cycles() { return target_->quiet_cycles(); }
    void leap(uint64_t cycles) { target_->leap(cycles); }

    [[nodiscard]] bool can_serve_alone(const model::Command& command,
                                       std::span<const uint64_t> data) const requires model::ServesAlone<Target> {
        return target_->can_serve_alone(command, data);
    }
    uint64_t serve_alone(const model::Command& command, std::span<const uint64_t> data, model::RspStatus& status,
                         std::vector<uint64_t>& words) requires model::ServesAlone<Target> {
        ++commands_taken_;
        beats_taken_ += data.size();
        return target_->serve_alone(command, data, status, words);
    }

    /// Cycles from now before which no answer can be complete, at least 1. `commands` and `beats` were handed in
    /// so far.
    [[nodiscard]] uint64_t cycles_without_answer(uint64_t commands, uint64_t beats) {
        const model::PinsOut out = outputs();
        // An answer is complete in the cycle after its last beat was shown.
        if (out.rsp_valid) return out.rsp.last ? 1 : 2;
        const bool moves =
            (commands != commands_taken_ && out.cmd_ready) || (beats != beats_taken_ && out.wdata_ready);
        // Quiet cycles change no output, the one after them may; so may the next one.
        return std::max<uint64_t>(moves ? 0 : std::min(quiet_cycles(), kFar), 1) + 1;
    }

   private:
    static constexpr uint64_t kFar = uint64_t{1} << 32;

    Target* target_;
    mutable bool cmd_ready_ = false;  // in the cycle that ends with the next tick
    mutable bool wdata_ready_ = false;
    uint64_t commands_taken_ = 0;
    uint64_t beats_taken_ = 0;
};

}  // namespace sky::tlm
