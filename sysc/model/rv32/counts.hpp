#pragma once

#include <array>
#include <cstdint>

#include "sysc/model/rv32/isa.hpp"
#include "sysc/stats/stats.hpp"

namespace sky::model::rv32 {

/// What was executed, by kind, and what of registers it took. x0 is no register here; two reads of one register by
/// one instruction are one.
struct Counts {
    std::array<uint64_t, kOps> executed{};  ///< retired, by Op
    uint64_t compressed = 0;
    uint64_t taken_branches = 0;
    uint64_t register_reads = 0;
    uint64_t register_writes = 0;
    uint64_t traps = 0;       ///< synchronous exceptions
    uint64_t interrupts = 0;  ///< taken, machine checks included

    void retire(const Insn& insn, bool redirect) {
        ++executed[static_cast<size_t>(insn.op)];
        compressed += insn.length == 2 ? 1 : 0;
        taken_branches += redirect && is_branch(insn.op) ? 1 : 0;
        register_reads += insn.reads;
        register_writes += insn.rd != 0 ? 1 : 0;
    }

    bool operator==(const Counts&) const = default;
};

[[nodiscard]] stats::Group statistics(const Counts& counts, uint64_t cycles, uint64_t instructions);

}  // namespace sky::model::rv32
