#pragma once

#include <cstdint>
#include <string>

#include "host/memory/status.hpp"

namespace sky::offload {

/// What moved in a measurement.
struct IoRate {
    uint64_t bytes = 0;
    double seconds = 0;
    double cpu_seconds = 0;  ///< of user and system, of the process that moved it
};

struct FioJob {
    std::string file;
    uint64_t offset = 0;  ///< of the part that is read or overwritten, from its begin to its end and again
    uint64_t bytes = 0;
    uint64_t block_bytes = 0;
    uint32_t depth = 0;
    uint32_t seconds = 0;
    bool write = false;
    bool both = false;       ///< reads and writes, as many bytes of each
    bool checksums = false;  ///< a CRC32C of every block is written, or checked in what was so written
    bool once = false;       ///< all bytes once, however long it takes
};

/// Runs fio: io_uring, O_DIRECT, registered file and buffers, one job.
[[nodiscard]] Result<IoRate> run_fio(const FioJob& job);

}  // namespace sky::offload
