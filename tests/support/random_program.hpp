#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace sky::test::rv32 {

struct RandomProgramOptions {
    uint32_t items = 100;  ///< of the main part; a few instructions each
    /// Reads cycle counters, interrupt state and the like: what a program computes then depends on when it does.
    bool timing_visible = true;
    bool interrupts = true;  ///< else none is ever enabled while MIE may be set
    bool skrm = false;       ///< loads and stores in the first 2 KiB of the SK-RM region
    bool regfile = true;     ///< switches modes, moves registers, fills the match unit; keeps what registers hold
};

/// Ends by itself with a word written to the exit device. Everything that can trap is skipped by its own handler;
/// interrupts leave no trace but in the handler's part of the save page.
struct RandomProgram {
    static constexpr uint32_t kBase = 0x80000000;
    static constexpr uint32_t kDataOffset = 0x10000;
    static constexpr uint32_t kDataBytes = 0x1000;
    static constexpr uint32_t kHandlerBytes = 0x200;  ///< of the save page, from its first byte on

    uint64_t seed = 0;
    std::vector<uint8_t> bytes;  ///< for memory from kBase on: code, then data; starts at kBase
    uint32_t exit_code = 0;
    /// {cycle, level} of the external interrupt, ascending.
    std::vector<std::pair<uint64_t, bool>> external;
};

[[nodiscard]] RandomProgram make_random_program(uint64_t seed, const RandomProgramOptions& options = {});

}  // namespace sky::test::rv32
