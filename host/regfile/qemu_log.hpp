#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "host/memory/status.hpp"

namespace sky::regfile {

/// A run as qemu-user tells it with -d exec,nochain: a line for each translation block that begins,
///
///     Trace CPU: 0xHOST [CS_BASE/PC/FLAGS/CFLAGS] SYMBOL
///     Stopped execution of TB chain before 0xHOST [PC] SYMBOL
///
/// numbers but CPU in hexadecimal; CPU tells threads apart, and the second line says that the block of the last one
/// has not begun after all, for a signal. CFLAGS are of qemu 6.1 and later: bits 0 to 8 how many instructions the
/// block may have (0: 512), bit 9 that it is not chained.
struct QemuLog {
    static constexpr uint32_t kMostInstructions = 512;  ///< of a block

    /// A block that ran, and what the log says of its thread next.
    struct Step {
        uint64_t from = 0;
        uint64_t to = 0;
        uint32_t most = kMostInstructions;  ///< instructions that the block at `from` may have
        bool interrupts = false;            ///< `from` did not begin: a signal led to `to`
        uint64_t count = 0;
        uint64_t line = 0;  ///< of the first one

        bool operator==(const Step&) const = default;
    };
    struct Point {
        uint64_t pc = 0;
        uint32_t most = kMostInstructions;
        uint64_t line = 0;
    };

    std::string name;          ///< as messages call it
    std::vector<Step> steps;   ///< each different one once, by from, to
    std::vector<Point> first;  ///< of each thread
    std::vector<Point> last;   ///< of those whose last block ran
    uint64_t blocks = 0;       ///< that ran
};

struct QemuLogConfig {
    /// Told from time to time how many blocks were read; false stops.
    std::function<bool(uint64_t blocks)> advance = nullptr;
    /// Called with every step in the order of the log, `count` and `line` not filled in, if there is one.
    std::function<void(const QemuLog::Step& step)> step = nullptr;
};

/// From a file, or standard input when the path is "-", plain, gzip or zstd, in constant memory but for the steps.
/// Errors name the line: what is no line of such a log, is cut off, or was written without nochain.
[[nodiscard]] Result<QemuLog> read_qemu_log(const std::string& path, const QemuLogConfig& config = {});

}  // namespace sky::regfile
