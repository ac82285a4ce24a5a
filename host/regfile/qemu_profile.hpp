#pragma once

#include <cstdint>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/code.hpp"
#include "host/regfile/profile.hpp"
#include "host/regfile/qemu_log.hpp"

namespace sky::regfile {

/// The instructions that a block of qemu's may have: from `first` straight on to one that goes elsewhere, or after
/// which qemu ends a block, `most` of them, and none that begins or ends on another page than `first`, but for the
/// first itself.
struct StraightCode {
    std::vector<uint64_t> pcs;
    uint64_t end = 0;  ///< behind the last one
    Operation last;
    bool unknown = false;  ///< what stands at `end` is no instruction of RV64GC; pcs is empty if that is the first

    /// Whether its last instruction can go there, or the next in memory is meant.
    [[nodiscard]] bool leads_to(uint64_t pc) const;
    /// How many of the instructions were executed before the run came to `pc`: all, or if they do not lead there as
    /// many as stand before it, where qemu ended a block early; all if it is not among them.
    [[nodiscard]] size_t executed_before(uint64_t pc) const;

    [[nodiscard]] static StraightCode from(const Code& code, uint64_t first, uint32_t most);
};

/// A Linux program's run, made of a log. Exact for the file's own code, but for what the other fields count.
struct QemuProfile {
    Profile profile;
    uint64_t blocks = 0;          ///< of the log
    uint64_t outside_blocks = 0;  ///< of them in shared libraries, the dynamic linker, or what the system keeps
    /// Blocks behind which the log goes on where their code cannot: a signal in their middle, taken as if all of the
    /// block had been executed.
    uint64_t broken_off = 0;
    uint64_t threads = 1;
    uint64_t cut = 0;  ///< threads whose last instruction is no system call: killed, or the log ends early
};

/// Errors: the program never begins in the log, more than a hundredth of its blocks are broken off so that it is
/// another program's, or it executes what is no instruction of RV64GC.
[[nodiscard]] Result<QemuProfile> profile_of(const QemuLog& log, const LinuxFile& file, const Code& code);

}  // namespace sky::regfile
