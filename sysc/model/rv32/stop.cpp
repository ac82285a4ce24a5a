#include "sysc/model/rv32/stop.hpp"

#include <array>
#include <cstdio>

#include "sysc/model/rv32/isa.hpp"

namespace sky::model::rv32 {

namespace {

std::string hex(uint32_t value) {
    std::array<char, 16> text{};
    (void)std::snprintf(text.data(), text.size(), "0x%08x", value);
    return text.data();
}

const char* cause_name(uint32_t cause) {
    switch (static_cast<Cause>(cause)) {
        case Cause::kFetchFault: return "instruction access fault";
        case Cause::kIllegal: return "illegal instruction";
        case Cause::kBreakpoint: return "breakpoint";
        case Cause::kLoadMisaligned: return "misaligned load";
        case Cause::kLoadFault: return "load access fault";
        case Cause::kStoreMisaligned: return "misaligned store";
        case Cause::kStoreFault: return "store access fault";
        case Cause::kEcall: return "environment call";
        case Cause::kMachineCheck: return "machine check";
        default: return "trap";
    }
}

}  // namespace

std::string Stop::message() const {
    switch (reason) {
        case StopReason::kNone: return "the program can go on at " + hex(pc);
        case StopReason::kExit: return "the program ended with exit code " + std::to_string(exit_code);
        case StopReason::kToHost:
            return "the program ended through tohost with exit code " + std::to_string(exit_code);
        case StopReason::kInstructionLimit:
            return "the limit of instructions is reached; the next one would be at " + hex(pc);
        case StopReason::kCycleLimit:
            return "the limit of cycles is reached; the next instruction would be at " + hex(pc);
        case StopReason::kTrapLoop:
            return std::string(cause_name(cause)) + " (cause " + std::to_string(cause) + ", mtval " + hex(value) +
                   ") at pc " + hex(pc) + ", and the trap handler at " + hex(handler) +
                   " traps in its first instruction, for ever: set mtvec to a handler before anything can trap";
        case StopReason::kAsleep:
            return "wfi at " + hex(pc) +
                   " waits for ever: no interrupt that mie enables will come (set mtimecmp, or raise the external "
                   "line)";
        case StopReason::kRefused: return "the instruction at pc " + hex(pc) + " was not allowed";
    }
    return {};
}

}  // namespace sky::model::rv32
