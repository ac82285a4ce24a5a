// Question: does rounding to bf16 at random leave the mean where it is, with bits that depend on nothing but seed,
// step, tensor, element and which of its numbers it is?
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "host/offload/optimizer/stochastic.hpp"
#include "tests/support/seed.hpp"

namespace sky::offload {
namespace {

using Words = std::vector<uint16_t>;

struct States {
    Words p, m, v;
    std::vector<float> g;
    bool operator==(const States&) const = default;
};

States some_states(uint64_t count) {
    memory::Random random(test::seed());
    States states;
    for (uint64_t i = 0; i < count; ++i) {
        const auto number = [&random](float scale) {
            return scale * (static_cast<float>(random.below(1 << 24)) * 0x1p-23F - 1);
        };
        states.p.push_back(round_to_bf16(number(0.05F), 0x8000));
        states.m.push_back(round_to_bf16(number(1e-3F), 0x8000));
        states.v.push_back(round_to_bf16(std::fabs(number(1e-6F)), 0x8000));
        states.g.push_back(number(1e-3F));
    }
    return states;
}

AdamWStep a_step(uint64_t number) { return {.lr = 1e-4, .weight_decay = 0.1, .step = number}; }

void step(States& s, uint64_t number, const Bf16Place& place, const AdamWOptions& options = {}) {
    adamw_bf16(s.p, s.m, s.v, s.g, a_step(number), place, options);
}

TEST(StochasticRounding, OfAMillionDrawsTheMeanLiesWithinThreeSigma) {
    constexpr uint32_t kDraws = 1'000'000;
    for (const float number : {1.0F + 0x1p-9F, 1.0F + 0x1p-16F, -3.14159265F, 1.99999988F, 1e-20F, 1.1e-39F}) {
        uint64_t ups = 0;
        const uint32_t low = std::bit_cast<uint32_t>(number) & 0xffff;
        const auto below = static_cast<uint16_t>(std::bit_cast<uint32_t>(number) >> 16);
        for (uint32_t draw = 0; draw < kDraws; ++draw) {
            const StochasticKey key = stochastic_key(test::seed(), 3, 5, draw / kOptimizerBlock, StatePart::kM);
            const uint16_t rounded =
                round_to_bf16(number, stochastic_bits(key, static_cast<uint32_t>(draw % kOptimizerBlock)));
            ASSERT_TRUE(rounded == below || rounded == below + 1) << number;
            ups += rounded == below ? 0 : 1;
        }
        const double chance = low / 65536.0;
        const double sigma = std::sqrt(kDraws * chance * (1 - chance));
        EXPECT_NEAR(static_cast<double>(ups), kDraws * chance, 3 * sigma) << number << ", seed " << test::seed();
    }
}

TEST(StochasticRounding, BitsAreUniformAndOfNeighboursIndependent) {
    // Chi-squared over 256 classes: mean 255, standard deviation 22.6.
    constexpr uint32_t kDraws = 1'000'000;
    const auto squared = [](const std::vector<uint64_t>& counts) {
        double sum = 0;
        const double wanted = static_cast<double>(kDraws) / static_cast<double>(counts.size());
        for (const uint64_t count : counts) sum += std::pow(static_cast<double>(count) - wanted, 2) / wanted;
        return sum;
    };
    std::vector<uint64_t> high(256), pairs(256), steps(256), parts(256);
    for (uint32_t draw = 0; draw < kDraws; ++draw) {
        const uint64_t block = draw / kOptimizerBlock;
        const auto element = static_cast<uint32_t>(draw % kOptimizerBlock);
        const auto bits = [&](uint64_t number, StatePart part, uint32_t which) {
            return stochastic_bits(stochastic_key(test::seed(), number, 1, block, part), which) >> 8;
        };
        const uint32_t one = bits(1, StatePart::kP, element);
        ++high[one];
        ++pairs[one ^ bits(1, StatePart::kP, element ^ 1)];
        ++steps[one ^ bits(2, StatePart::kP, element)];
        ++parts[one ^ bits(1, StatePart::kV, element)];
    }
    EXPECT_LT(squared(high), 255 + 5 * 22.6) << "seed " << test::seed();
    EXPECT_LT(squared(steps), 255 + 5 * 22.6);
    EXPECT_LT(squared(parts), 255 + 5 * 22.6);
    EXPECT_LT(squared(pairs), 2 * (255 + 5 * 22.6)) << "every pair counts twice";
}

TEST(StochasticRounding, ExactNumbersInfinitiesAndNaNsStay) {
    for (const uint32_t bits : {0U, 1U, 0x8000U, 0xffffU}) {
        for (uint32_t word = 0; word < 65536; ++word) {
            const float number = from_bf16(static_cast<uint16_t>(word));
            const uint16_t rounded = round_to_bf16(number, bits);
            if (std::isnan(number))
                ASSERT_TRUE(std::isnan(from_bf16(rounded)));
            else
                ASSERT_EQ(rounded, word);
        }
        EXPECT_TRUE(std::isnan(from_bf16(round_to_bf16(std::bit_cast<float>(0x7fffffffU), bits))));
        EXPECT_TRUE(std::isnan(from_bf16(round_to_bf16(std::bit_cast<float>(0xff800001U), bits))));
    }
}

TEST(StochasticRounding, AStepIsTheSameOnEveryPathByAnyThreadsAndHoweverItIsCut) {
    const uint64_t size = 3 * kOptimizerBlock + 1234;
    const Bf16Place place{.seed = test::seed(), .tensor = 4, .first_element = 0};
    const States start = some_states(size);
    States wanted = start;
    step(wanted, 9, place, {.threads = 1, .path = VectorPath::kScalar});
    for (const VectorPath path : available_paths())
        for (const int threads : {1, 2, 3}) {
            States found = start;
            step(found, 9, place, {.threads = threads, .path = path});
            ASSERT_EQ(found, wanted) << to_string(path) << ' ' << threads;
        }
    memory::Random random(test::seed());
    States found = start;
    for (uint64_t at = 0; at < size;) {
        const uint64_t count = std::min(size - at, 1 + random.below(90'000));
        adamw_bf16(std::span(found.p).subspan(at, count), std::span(found.m).subspan(at, count),
                   std::span(found.v).subspan(at, count), std::span(found.g).subspan(at, count), a_step(9),
                   {.seed = test::seed(), .tensor = 4, .first_element = at}, {.threads = 2});
        at += count;
    }
    EXPECT_EQ(found, wanted);
}

TEST(StochasticRounding, SeedStepTensorAndPartEachChangeTheBits) {
    std::set<uint64_t> keys;
    for (uint64_t seed = 0; seed < 4; ++seed)
        for (uint64_t number = 0; number < 4; ++number)
            for (uint64_t tensor = 0; tensor < 4; ++tensor)
                for (uint64_t block = 0; block < 4; ++block)
                    for (const StatePart part : {StatePart::kP, StatePart::kM, StatePart::kV}) {
                        const StochasticKey key = stochastic_key(seed, number, tensor, block, part);
                        keys.insert(static_cast<uint64_t>(key.second) << 32 | key.first);
                    }
    EXPECT_EQ(keys.size(), 4U * 4 * 4 * 4 * 3);
}

TEST(StochasticRounding, SmallUpdatesAddUpThatRoundingToNearestLoses) {
    // A hundredth of the distance to the next bf16 a step, a hundred times.
    constexpr uint64_t kCount = 20'000;
    States states{.p = Words(kCount, round_to_bf16(1.0F, 0)), .m = Words(kCount, 0), .v = Words(kCount, 0), .g = {}};
    states.g.assign(kCount, -1.0F);
    for (uint64_t number = 1; number <= 100; ++number) {
        // Without a past, a step goes by the learning rate.
        std::fill(states.m.begin(), states.m.end(), uint16_t{0});
        std::fill(states.v.begin(), states.v.end(), uint16_t{0});
        adamw_bf16(states.p, states.m, states.v, states.g,
                   {.lr = 0x1p-7 / 100, .beta1 = 0, .beta2 = 0, .step = number}, {.seed = test::seed()});
    }
    double mean = 0;
    for (const uint16_t p : states.p) mean += static_cast<double>(from_bf16(p)) / kCount;
    EXPECT_NEAR(mean, 1 + 0x1p-7, 3 * 0x1p-7 / std::sqrt(static_cast<double>(kCount)));
}

}  // namespace
}  // namespace sky::offload
