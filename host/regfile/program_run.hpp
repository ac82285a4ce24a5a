#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/elf_file.hpp"
#include "host/regfile/migration_meter.hpp"
#include "host/regfile/plan_watch.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/policy.hpp"
#include "sysc/model/regfile/register_file.hpp"
#include "sysc/model/rv32/counts.hpp"
#include "sysc/model/rv32/retirement.hpp"
#include "sysc/model/rv32/side_table.hpp"
#include "sysc/stats/stats.hpp"

namespace sky::bridge {
class RtlSoc;
}

namespace sky::regfile {

/// What a program is run on.
enum class Backend : uint8_t {
    kFast,  ///< the instruction-set model with the cycle model of the register file
    kRtl,   ///< the Verilated system: same results, same cycles, same counters
};
[[nodiscard]] const char* to_string(Backend backend);

struct RunConfig {
    model::rf::Shape shape{};
    model::rf::Options options{};
    model::SlipFaults faults{};  ///< only with Shape::guard
    Backend backend = Backend::kFast;
    uint64_t max_cycles = 0;  ///< the program is given up then; the model ends the instruction that is under way
    std::function<void(char)> console{};  ///< what the program prints
    /// Told from time to time how many cycles have passed; false stops the run.
    std::function<bool(uint64_t cycles)> advance{};
    const model::rv32::SideTable* side_table = nullptr;  ///< only on kFast
    /// Position of each register in a horizontal array; only on kFast. Nothing: x r at r.
    std::optional<std::array<uint8_t, model::rf::kRegisters>> placement{};
    std::optional<WatchedSegment> handler{};  ///< PlannedProgram::added
    /// Told of every retirement, false stops the run; only on kRtl.
    std::function<bool(const model::rv32::Retirement&)> on_retire{};
    /// Shown the memory as the run has left it.
    using ReadMemory = std::function<bool(uint32_t address, std::span<uint8_t> to)>;
    std::function<void(const ReadMemory&)> at_end{};
};

/// Why a run is over.
enum class End : uint8_t {
    kExit,         ///< the program ended itself
    kTrap,         ///< it ended itself in the runtime's handler for traps that nobody expects
    kMaxCycles,    ///< it was given up
    kTrapLoop,     ///< the first instruction of its trap handler traps again, for ever
    kAsleep,       ///< it waits for an interrupt that will not come
    kInterrupted,  ///< advance() said so
    kOverwritten,  ///< the program wrote over RunConfig::handler
    kPlanBroken,   ///< it came to what PlanWatch does not allow
};
[[nodiscard]] const char* to_string(End end);

struct RunResult {
    End end = End::kExit;
    std::optional<uint8_t> exit_code{};  ///< of a program that ended itself: kExit and kTrap
    std::string message{};               ///< of every other end but kInterrupted: what happened, what to look at
    uint64_t instructions = 0;           ///< retired
    uint64_t cycles = 0;                 ///< of the core, up to and including the one that ended it
    model::rf::Counters registers{};
    bool machine_check = false;      ///< a track of the register file was lost
    model::Counters skrm;            ///< of the SK-RM memory of the system
    model::rv32::Counts executed{};  ///< on kFast
    Migrations migrations{};         ///< on kFast
    uint64_t switches_missed = 0;    ///< instructions executed in the other mode than RunConfig::handler names
    std::map<std::string, uint32_t> plan_seen{};  ///< PlanWatch::seen()
};

/// What goes beyond the registers: of the instructions, on kFast, and of the SK-RM memory.
[[nodiscard]] std::vector<stats::Group> statistics(const RunResult& result, Backend backend);

/// Puts the program into the system's memory and makes it start at the entry, with `tohost` if the file has it.
[[nodiscard]] Status load_program(const ElfFile& elf, bridge::RtlSoc& soc);

/// Loads the program and runs it from reset to its end. Errors: the RTL was not built with this register file.
[[nodiscard]] Result<RunResult> run_program(const ElfFile& elf, const RunConfig& config);

}  // namespace sky::regfile
