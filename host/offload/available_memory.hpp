#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "host/memory/status.hpp"

namespace sky::offload {

/// What the system can give without swapping; 0 when it does not say.
[[nodiscard]] inline uint64_t available_memory_bytes() {
    std::ifstream file("/proc/meminfo");
    std::string name;
    uint64_t kib = 0;
    std::string rest;
    while (file >> name >> kib && std::getline(file, rest))
        if (name == "MemAvailable:") return kib * 1024;
    return 0;
}

/// Before a measurement takes so many bytes: a process that takes what is not there is killed, or another one is.
[[nodiscard]] inline Status check_memory(uint64_t bytes) {
    const uint64_t available = available_memory_bytes();
    if (available == 0 || bytes <= available) return {};
    return Status::error("the measurement takes " + std::to_string(bytes) + " bytes of memory, and " +
                         std::to_string(available) + " are available\nmeasure less, or on a larger machine");
}

}  // namespace sky::offload
