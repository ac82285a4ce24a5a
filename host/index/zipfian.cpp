#include "host/index/zipfian.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace sky::index {

namespace {

// Fixed-point numbers with 31 fraction bits: no library function, so no platform's rounding.
constexpr uint32_t kFractionBits = 31;
constexpr uint64_t kOne = uint64_t{1} << kFractionBits;

uint64_t square_root(uint64_t x) {
    uint64_t root = 0;
    for (uint64_t bit = uint64_t{1} << 31; bit != 0; bit >>= 1)
        if ((root | bit) * (root | bit) <= x) root |= bit;
    return root;
}

/// 2^(2^-1), 2^(2^-2), ... in fixed point.
std::array<uint64_t, kFractionBits> roots_of_two() {
    std::array<uint64_t, kFractionBits> roots{};
    uint64_t root = 2 * kOne;
    for (uint64_t& r : roots) r = root = square_root(root << kFractionBits);
    return roots;
}

/// log2(x) for x of 1 to 2^32, digit by digit: squaring the mantissa doubles its logarithm.
uint64_t log2_fixed(uint64_t x) {
    const auto whole = static_cast<uint32_t>(std::bit_width(x)) - 1;
    uint64_t mantissa = (x << (63 - whole)) >> (63 - kFractionBits);
    uint64_t fraction = 0;
    for (uint32_t bit = kFractionBits; bit-- > 0;) {
        mantissa = (mantissa * mantissa) >> kFractionBits;
        if (mantissa < 2 * kOne) continue;
        mantissa >>= 1;
        fraction |= uint64_t{1} << bit;
    }
    return uint64_t{whole} << kFractionBits | fraction;
}

/// 2^x for 0 <= x < 1.
uint64_t exp2_fixed(uint64_t x) {
    static const auto kRoots = roots_of_two();
    uint64_t power = kOne;
    for (uint32_t i = 0; i < kFractionBits; ++i)
        if ((x >> (kFractionBits - 1 - i) & 1) != 0) power = (power * kRoots[i]) >> kFractionBits;
    return power;
}

/// i^-0.99 = i^0.01 / i, scaled by 2^51: four million of them sum to less than 2^56.
uint64_t zipfian_weight(uint64_t i) { return (exp2_fixed(log2_fixed(i) / 100) << 20) / i; }

}  // namespace

ZipfianRanks::ZipfianRanks(uint64_t ranks, const std::function<bool()>& go_on) {
    constexpr uint64_t kRanksBetweenAsking = 1 << 16;
    sums_.reserve(ranks);
    uint64_t sum = 0;
    for (uint64_t rank = 0; rank < ranks; ++rank) {
        if (go_on && rank != 0 && rank % kRanksBetweenAsking == 0 && !go_on()) break;
        sums_.push_back(sum += zipfian_weight(rank + 1));
    }
}

uint64_t ZipfianRanks::draw(memory::Random& random) const {
    const auto above = std::upper_bound(sums_.begin(), sums_.end(), random.below(total()));
    return static_cast<uint64_t>(above - sums_.begin());
}

uint64_t ZipfianRanks::weight(uint64_t rank) const { return rank == 0 ? sums_[0] : sums_[rank] - sums_[rank - 1]; }

}  // namespace sky::index
