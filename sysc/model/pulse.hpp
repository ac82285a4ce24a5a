#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "sysc/model/shift_planner.hpp"
#include "sysc/model/track.hpp"

namespace sky::model {

/// One pulse group: what a bank drives in one slot, over all tracks of a row at once.
struct Pulse {
    enum class Kind : uint8_t { kShift, kDetect, kRemove, kOverlap, kInject, kCheck, kCorrect };

    Kind kind = Kind::kShift;
    uint64_t cycle = 0;  ///< counted from 1: the last one of its slot, in which it takes effect
    uint32_t bank = 0;
    uint32_t row = 0;
    int32_t offset = 0;  ///< of the head behind it, whole-wire steps to the left
    // A shift: see Track::shift.
    Direction direction = Direction::kLeft;
    uint32_t start = 0;
    uint32_t end = 0;
    PortMask detects{};                   ///< of every track
    std::span<const PortMask> removes{};  ///< by track
    std::span<const PortMask> injects{};
};

/// Told of every pulse as it takes effect. The pulse is valid during the call.
using PulseObserver = std::function<void(const Pulse&)>;

[[nodiscard]] const char* to_string(Pulse::Kind kind);

}  // namespace sky::model
