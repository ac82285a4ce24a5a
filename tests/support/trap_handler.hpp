#pragma once

#include <cstdint>

#include "tests/support/rv32_encode.hpp"

namespace sky::test::rv32 {

/// The handler of random programs: skips what traps, silences what interrupts, changes no register.
struct TrapHandler {
    /// Its words of the save page, as offsets from x0.
    static constexpr int32_t kSaveFirst = -2048;
    static constexpr int32_t kSaveSecond = -2044;
    static constexpr int32_t kResume = -2040;          ///< where a fetch fault goes on
    static constexpr int32_t kSaveAll = -2048 + 0x80;  ///< + 4 r, while it switches the mode

    struct Options {
        uint32_t first = 5;    ///< the register that it uses, besides its neighbour
        bool migrates = true;  ///< follows a recommendation of the match unit
    };

    uint32_t entry = 0;  ///< offsets in the code
    uint32_t table = 0;  ///< for a vectored mtvec
};

TrapHandler emit_trap_handler(Code& code, const TrapHandler::Options& options);

}  // namespace sky::test::rv32
