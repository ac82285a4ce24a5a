#pragma once

#include <cstdint>
#include <string>

namespace sky::model::rv32 {

enum class StopReason : uint8_t {
    kNone,              ///< it can go on
    kExit,              ///< the program wrote to the exit device
    kToHost,            ///< it wrote to `tohost`
    kInstructionLimit,  ///< of this run; it can go on
    kCycleLimit,        ///< of this run; it can go on
    kTrapLoop,          ///< the first instruction of the trap handler traps again, for ever
    kAsleep,            ///< wfi, and no interrupt that is enabled will ever come
    kRefused,           ///< the guard of the run did not allow the instruction
};

/// Why a run stopped.
struct Stop {
    StopReason reason = StopReason::kNone;
    uint32_t exit_code = 0;  ///< of kExit and kToHost
    uint32_t pc = 0;         ///< of the instruction that would be next; of kTrapLoop the one that trapped first
    uint32_t cause = 0;      ///< of kTrapLoop: mcause and mtval of that trap, and where the handler should be
    uint32_t value = 0;
    uint32_t handler = 0;

    /// One sentence: what happened, where, and what to look at.
    [[nodiscard]] std::string message() const;
};

/// Where a run stops at the latest; both count from the reset.
struct Limits {
    uint64_t instructions = ~uint64_t{0};  ///< retired
    uint64_t cycles = ~uint64_t{0};        ///< no instruction begins to execute in this cycle or later
};

}  // namespace sky::model::rv32
