#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/io/fio.hpp"
#include "host/offload/log.hpp"

namespace sky::offload {

struct IoBenchOptions {
    std::string folder = ".";  ///< where its files are made; they are removed at the end
    bool loop_device = false;  ///< on a raw block device made of a file there, instead of a file
    uint64_t bytes = uint64_t{1} << 30;
    uint64_t tensor_bytes = uint64_t{8} << 20;
    uint64_t block_bytes = uint64_t{256} << 10;  ///< of a request: the stripe
    uint32_t depth = 32;
    uint32_t seconds = 2;  ///< of each run
    uint32_t rounds = 10;  ///< every way runs once in each, in turn forwards and backwards
    bool write = false;
    Log log;
};

/// One way to move the same bytes.
struct IoWay {
    std::string what;  ///< "fio", "fio, crc32c", "direct", "direct, no checksums", "files"
    std::vector<IoRate> runs;

    // Medians over the rounds.
    double bytes_per_second = 0;
    double ratio = 0;  ///< its rate by fio's of the same round
    double cpu_seconds_per_gib = 0;
    double cpu_ratio = 0;  ///< the same by fio's
    double spread = 0;     ///< its fastest run by its slowest
};

/// Measures, fio first. "fio, crc32c" checks what it reads, as "direct" does, and writes a checksum into each block.
/// On a loop device there is no "files": that needs a file system. `go_on` is asked before every run; when it says
/// no, the rounds that are whole count.
[[nodiscard]] Result<std::vector<IoWay>> bench_io(const IoBenchOptions& options, const std::function<bool()>& go_on);

}  // namespace sky::offload
