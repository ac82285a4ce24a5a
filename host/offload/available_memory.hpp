#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "host/memory/status.hpp"

namespace sky::offload {

/// The bytes that a file of /proc gives in KiB behind `name`; 0 when it does not say.
[[nodiscard]] inline uint64_t proc_bytes(const char* path, std::string_view name) {
    std::ifstream file(path);
    std::string word;
    uint64_t kib = 0;
    while (file >> word)
        if (word == name) return file >> kib ? kib * 1024 : 0;
    return 0;
}

/// What the system can give without swapping; 0 when it does not say.
[[nodiscard]] inline uint64_t available_memory_bytes() { return proc_bytes("/proc/meminfo", "MemAvailable:"); }
/// What the system has seen this process hold at most; 0 when it does not say.
[[nodiscard]] inline uint64_t peak_rss_bytes() { return proc_bytes("/proc/self/status", "VmHWM:"); }

/// Before a measurement takes so many bytes: a process that takes what is not there is killed, or another one is.
[[nodiscard]] inline Status check_memory(uint64_t bytes) {
    const uint64_t available = available_memory_bytes();
    if (available == 0 || bytes <= available) return {};
    return Status::error("the measurement takes " + std::to_string(bytes) + " bytes of memory, and " +
                         std::to_string(available) + " are available\nmeasure less, or on a larger machine");
}

}  // namespace sky::offload
