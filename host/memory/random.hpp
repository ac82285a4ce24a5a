#pragma once

#include <cstdint>

namespace sky::memory {

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). The same numbers
/// for the same seed on every machine, which the distributions of the standard library do not promise.
class Random {
 public:
    explicit Random(uint64_t seed) : state_(seed) {}

    uint64_t next() {
        uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// 0 to bound - 1; `bound` is 1 to 2^32.
    uint64_t below(uint64_t bound) { return ((next() >> 32) * bound) >> 32; }

 private:
    uint64_t state_;
};

}  // namespace sky::memory
