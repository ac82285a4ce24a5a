#pragma once

#include <cstdint>

namespace sky::model {

/// A bijection of the 64-bit words: the finalizer of SplitMix64.
[[nodiscard]] constexpr uint64_t mix64(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). The same numbers for
/// the same seed on every machine, which the distributions of the standard library do not promise.
class Random {
   public:
    explicit Random(uint64_t seed) : state_(seed) {}

    uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15); }

    /// Uniform in 0 .. bound - 1, without bias; bound > 0.
    uint64_t below(uint64_t bound) {
        if ((bound & (bound - 1)) == 0) return below_power_of_two(bound);
        const uint64_t unbiased = ~uint64_t{0} - ~uint64_t{0} % bound;
        uint64_t draw = next();
        while (draw >= unbiased) draw = next();
        return draw % bound;
    }
    bool percent(uint32_t p) { return below(100) < p; }

   private:
    /// The same numbers without a division.
    uint64_t below_power_of_two(uint64_t bound) {
        const uint64_t unbiased = ~(bound - 1);
        uint64_t draw = next();
        while (draw >= unbiased) draw = next();
        return draw & (bound - 1);
    }

    uint64_t state_;
};

}  // namespace sky::model
