#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "host/memory/status.hpp"
#include "host/regfile/elf_file.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/policy.hpp"
#include "sysc/model/regfile/register_file.hpp"

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
    uint64_t max_cycles = 0;              ///< the program is given up then
    std::function<void(char)> console{};  ///< what the program prints
    /// Told from time to time how many cycles have passed; false stops the run.
    std::function<bool(uint64_t cycles)> advance{};
};

struct RunResult {
    enum class End : uint8_t {
        kExit,    ///< the program ended itself with exit_code
        kFailed,  ///< it cannot end, or did not within max_cycles: see message
        kStopped  ///< by advance()
    };
    End end = End::kExit;
    uint8_t exit_code = 0;
    std::string message;        ///< of kFailed: what happened where, and what to look at
    uint64_t instructions = 0;  ///< retired
    uint64_t cycles = 0;        ///< of the core, up to and including the one that ended it
    model::rf::Counters registers{};
    bool machine_check = false;  ///< a track of the register file was lost
    model::Counters skrm;        ///< of the SK-RM memory of the system
};

/// Puts the program into the system's memory and makes it start at the entry, with `tohost` if the file has it.
[[nodiscard]] Status load_program(const ElfFile& elf, bridge::RtlSoc& soc);

/// Loads the program and runs it from reset to its end. Errors: the RTL was not built with this register file.
[[nodiscard]] Result<RunResult> run_program(const ElfFile& elf, const RunConfig& config);

}  // namespace sky::regfile
