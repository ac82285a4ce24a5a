#pragma once

#include <cstdint>

namespace sky::model {

/// splitmix64: small, fast, the same on every platform.
class Random {
   public:
    explicit Random(uint64_t seed) : state_(seed) {}

    uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    /// 0 to bound - 1.
    uint64_t below(uint64_t bound) { return next() % bound; }
    bool percent(uint32_t p) { return below(100) < p; }

   private:
    uint64_t state_;
};

}  // namespace sky::model
