#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sysc/bridge/rtl_soc.hpp"
#include "sysc/model/regfile/register_file.hpp"
#include "sysc/model/rv32/machine.hpp"
#include "sysc/model/rv32/skrm_memory.hpp"

namespace sky::tb {

/// What a core is started with.
struct CoreProgram {
    struct Segment {
        uint32_t address = 0;
        std::vector<uint8_t> bytes;
    };
    std::vector<Segment> segments{};
    uint32_t entry = 0x80000000;
    std::optional<uint32_t> to_host{};
};

/// What happens to it from outside.
struct CoreEvents {
    struct Level {
        uint64_t cycle = 1;  ///< in which the core sees it, at least 1 and ascending
        bool high = false;
    };
    std::vector<Level> external{};
    /// Resets with memory kept, each so many retirements after the last one; the levels begin anew with each.
    std::vector<uint64_t> resets{};
};

struct CoreResult {
    std::string difference;  ///< empty: none; else retirement, pc, field, both values and the seed
    uint64_t retirements = 0;
    uint64_t traps = 0;
    uint64_t interrupts = 0;
    uint64_t resets = 0;
    uint64_t cycles = 0;  ///< since the last reset
    std::optional<uint32_t> exit_code;
    std::string console;
    model::rf::Counters counters{};
};

/// Runs programs on the Verilated system and on the instruction-set model with the model of the same register file,
/// and compares every retirement with its cycle, then exit code, console, memory and every counter of the register
/// file and of the SK-RM memory. The core is watched at its retirement outputs only. Registers keep from program to
/// program what they hold, on both sides. Stops at the first difference.
class CoreLockstep {
   public:
    /// `model_options` differ from `options` only in tests that break the model on purpose. Throws
    /// std::invalid_argument when no such register file was Verilated.
    CoreLockstep(const model::rf::Shape& shape, const model::rf::Options& options,
                 const model::rf::Options& model_options, uint64_t seed);

    /// Until the program ends, or for so many cycles after the last reset.
    CoreResult run(const CoreProgram& program, const CoreEvents& events, uint64_t max_cycles);

    [[nodiscard]] bridge::RtlSoc& rtl() { return *rtl_; }

   private:
    class Run;

    model::rf::Shape shape_;
    uint64_t seed_;
    std::unique_ptr<bridge::RtlSoc> rtl_;
    std::unique_ptr<model::rf::RegisterFile> registers_;
    std::unique_ptr<model::rv32::SkrmMemory> skrm_;
};

}  // namespace sky::tb
