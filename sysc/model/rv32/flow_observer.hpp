#pragma once

#include <cstdint>

namespace sky::model::rv32 {

/// How a run comes to an instruction that is not the next one in memory.
enum class Departure : uint8_t {
    kJump,       ///< the instruction executed and sent the run elsewhere
    kTrap,       ///< the instruction trapped: it read its registers and did nothing else
    kInterrupt,  ///< the instruction was next and did not execute
};

/// Told of every departure, in order: together with the first pc and the program's code that is the whole run.
class FlowObserver {
   public:
    virtual ~FlowObserver() = default;
    FlowObserver() = default;
    FlowObserver(const FlowObserver&) = delete;
    FlowObserver& operator=(const FlowObserver&) = delete;

    virtual void departs(Departure kind, uint32_t from, uint32_t to) = 0;
};

}  // namespace sky::model::rv32
