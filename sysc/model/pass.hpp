#pragma once

#include <cstdint>
#include <span>

#include "sysc/model/command.hpp"
#include "sysc/model/costs.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/geometry.hpp"

namespace sky::model {

/// A command's accepted form is one pass: D steps out, D steps back (home policy).
/// READ and DCW act on the way out: step, detect, then for DCW remove and inject where bits differ.
/// Naive WRITE removes every site on the way out and injects the ones on the way back; ERASE removes only.
/// Passes over one segment that need no detect move that segment alone, every other pass the whole wire.
[[nodiscard]] constexpr bool moves_one_segment(const Command& command) {
    const bool erases =
        command.op == Op::kErase || (command.op == Op::kWrite && command.write_alg == WriteAlg::kNaive);
    return erases && std::has_single_bit(command.seg_mask);
}

/// Whether the controller takes the command, and else why not. kOk for every well-formed command it has.
[[nodiscard]] RspStatus check_command(const Geometry& geometry, const Command& command);

/// Counts that `command` as a whole adds to a controller's statistics when it is done (or refused).
void count_command(const Command& command, RspStatus status, Counters& counters);

/// Adds to `counters` everything the pulses of one pass count, from closed formulas, and returns the pass's
/// length in cycles. `stored` are the track's S words; with kWrite `data` holds the new words, one per set bit
/// of the mask in ascending order.
uint64_t count_pass(const Geometry& geometry, const Timing& timing, const Command& command,
                    std::span<const uint64_t> stored, std::span<const uint64_t> data, Counters& counters);

/// What the pass does to the words: READ copies the masked words to `answer`, WRITE and ERASE change `stored`.
void apply_pass(const Geometry& geometry, const Command& command, std::span<uint64_t> stored,
                std::span<const uint64_t> data, std::span<uint64_t> answer);

}  // namespace sky::model
