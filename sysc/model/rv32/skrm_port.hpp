#pragma once

#include <cstdint>

namespace sky::model::rv32 {

/// The SK-RM memory behind its controller, as the core's data port sees it. The model knows no more of it.
class SkrmPort {
   public:
    struct Access {
        uint64_t cycle = 0;   ///< first cycle of the load or store in X
        uint32_t offset = 0;  ///< from the region's first byte; aligned
        uint32_t bytes = 4;   ///< 1, 2 or 4
        bool write = false;
        uint32_t data = 0;  ///< of a write, in the low bytes
    };
    struct Reply {
        uint32_t data = 0;         ///< of a read, in the low bytes
        uint64_t wait_cycles = 0;  ///< the access is done in cycle + wait_cycles
        bool fault = false;
    };

    SkrmPort() = default;
    SkrmPort(const SkrmPort&) = delete;
    SkrmPort& operator=(const SkrmPort&) = delete;
    virtual ~SkrmPort() = default;

    virtual Reply access(const Access& access) = 0;
};

}  // namespace sky::model::rv32
