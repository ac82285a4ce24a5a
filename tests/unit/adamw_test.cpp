// Question: is a step of AdamW the published one, and does it give the same bits with every kind of vectors, number
// of threads, and however a tensor is cut?
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "host/memory/random.hpp"
#include "host/offload/optimizer/adamw.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/seed.hpp"
#include "tests/unit/adamw_golden.hpp"

namespace sky::offload {
namespace {

struct Tensors {
    std::vector<float> p, m, v, g;

    friend bool operator==(const Tensors& a, const Tensors& b) {
        const auto same = [](const std::vector<float>& one, const std::vector<float>& other) {
            return one.size() == other.size() &&
                   (one.empty() || std::memcmp(one.data(), other.data(), one.size() * sizeof(float)) == 0);
        };
        return same(a.p, b.p) && same(a.m, b.m) && same(a.v, b.v) && same(a.g, b.g);
    }
};

/// Numbers of many magnitudes, zeros and subnormal ones among them.
Tensors random_tensors(uint64_t count, uint64_t seed) {
    memory::Random random(seed);
    const auto number = [&random](int lowest, int highest) {
        if (random.below(50) == 0) return 0.0F;
        const int exponent = lowest + static_cast<int>(random.below(static_cast<uint64_t>(highest - lowest) + 1));
        const auto mantissa = 1 + static_cast<double>(random.below(1 << 23)) / (1 << 23);
        return static_cast<float>(std::ldexp(random.percent(50) ? mantissa : -mantissa, exponent));
    };
    Tensors tensors;
    for (uint64_t i = 0; i < count; ++i) {
        tensors.p.push_back(number(-30, 4));
        tensors.m.push_back(number(-140, 2));
        tensors.v.push_back(std::fabs(number(-148, 4)));
        tensors.g.push_back(number(-75, 10));
    }
    return tensors;
}

AdamWStep a_step(uint64_t number) {
    return {.lr = 3e-3, .beta1 = 0.9, .beta2 = 0.95, .weight_decay = 0.1, .step = number, .gradient_scale = 0.37};
}

void step(Tensors& t, const AdamWStep& how, const AdamWOptions& options) { adamw(t.p, t.m, t.v, t.g, how, options); }

TEST(AdamW, IsTheTextbooksStepInDoublePrecisionUpToItsRounding) {
    constexpr uint64_t kCount = 1000;
    memory::Random random(test::seed());
    std::vector<float> p(kCount), m(kCount, 0), v(kCount, 0), g(kCount);
    std::vector<double> exact_p(kCount), exact_m(kCount, 0), exact_v(kCount, 0);
    const auto uniform = [&random] { return static_cast<double>(random.below(1 << 24)) / (1 << 23) - 1; };
    for (uint64_t i = 0; i < kCount; ++i) exact_p[i] = p[i] = static_cast<float>(0.02 * uniform());
    for (uint64_t number = 1; number <= 100; ++number) {
        const AdamWStep how{.lr = 1e-3,
                            .beta1 = 0.9,
                            .beta2 = 0.999,
                            .eps = 1e-6,
                            .weight_decay = 0.1,
                            .step = number,
                            .gradient_scale = 0.5};
        for (uint64_t i = 0; i < kCount; ++i) {
            // Of very different sizes, so that eps matters for some.
            g[i] = static_cast<float>(std::ldexp(uniform(), -static_cast<int>(i % 24)));
            const double scaled = 0.5 * static_cast<double>(g[i]);
            exact_m[i] = 0.9 * exact_m[i] + 0.1 * scaled;
            exact_v[i] = 0.999 * exact_v[i] + 0.001 * scaled * scaled;
            exact_p[i] *= 1 - 1e-3 * 0.1;
            const auto t = static_cast<double>(number);
            const double mean = exact_m[i] / (1 - std::pow(0.9, t));
            const double square = exact_v[i] / (1 - std::pow(0.999, t));
            exact_p[i] -= 1e-3 * mean / (std::sqrt(square) + 1e-6);
        }
        adamw(p, m, v, g, how);
    }
    for (uint64_t i = 0; i < kCount; ++i) {
        EXPECT_NEAR(p[i], exact_p[i], 1e-6) << i;
        EXPECT_NEAR(m[i], exact_m[i], std::ldexp(1e-6, -static_cast<int>(i % 24))) << i;
        EXPECT_NEAR(v[i], exact_v[i], 1e-5 * exact_v[i] + 1e-30) << i;
    }
}

TEST(AdamW, IsThatOfPyTorch) {
    std::vector<float> p(std::begin(golden::kStart), std::end(golden::kStart));
    std::vector<float> m(p.size(), 0), v(p.size(), 0);
    uint64_t number = 0;
    for (const auto& gradients : golden::kGradients)
        adamw(p, m, v, gradients,
              {.lr = 1e-2, .beta1 = 0.9, .beta2 = 0.95, .eps = 1e-6, .weight_decay = 0.1, .step = ++number});
    for (size_t i = 0; i < p.size(); ++i) {
        EXPECT_NEAR(p[i], golden::kEnd[i], 3e-8) << i;
        EXPECT_NEAR(m[i], golden::kMean[i], 1e-5 * std::fabs(golden::kMean[i])) << i;
        EXPECT_NEAR(v[i], golden::kSquare[i], 1e-6 * golden::kSquare[i]) << i;
    }
}

TEST(AdamW, GivesTheSameBitsWithEveryKindOfVectors) {
    for (uint64_t size = 0; size <= 200; ++size) {
        const Tensors start = random_tensors(size, test::seed() + size);
        Tensors wanted = start;
        for (uint64_t number = 1; number <= 4; ++number) step(wanted, a_step(number), {.path = VectorPath::kScalar});
        for (const VectorPath path : available_paths()) {
            Tensors found = start;
            for (uint64_t number = 1; number <= 4; ++number) step(found, a_step(number), {.path = path});
            ASSERT_EQ(found, wanted) << to_string(path) << ", " << size << " elements, seed " << test::seed();
        }
    }
}

TEST(AdamW, GivesTheSameBitsOfALargeTensorWithEveryKindOfVectorsAndThreads) {
    for (const uint64_t size : {kOptimizerBlock - 1, kOptimizerBlock, 3 * kOptimizerBlock + 17}) {
        const Tensors start = random_tensors(size, test::seed());
        Tensors wanted = start;
        step(wanted, a_step(2), {.threads = 1, .path = VectorPath::kScalar});
        EXPECT_NE(wanted, start);
        for (const VectorPath path : available_paths())
            for (const int threads : {1, 2, 3, 8}) {
                Tensors found = start;
                step(found, a_step(2), {.threads = threads, .path = path});
                ASSERT_EQ(found, wanted) << to_string(path) << ", " << threads << " threads, " << size << " elements";
            }
    }
}

TEST(AdamW, GivesTheSameBitsHoweverATensorIsCut) {
    const uint64_t size = kOptimizerBlock + 5000;
    const Tensors start = random_tensors(size, test::seed());
    Tensors wanted = start;
    step(wanted, a_step(7), {});
    memory::Random random(test::seed());
    for (int round = 0; round < 20; ++round) {
        Tensors found = start;
        for (uint64_t at = 0; at < size;) {
            const uint64_t count = std::min(size - at, 1 + random.below(round < 10 ? 200 : 20'000));
            adamw(std::span(found.p).subspan(at, count), std::span(found.m).subspan(at, count),
                  std::span(found.v).subspan(at, count), std::span(found.g).subspan(at, count), a_step(7));
            at += count;
        }
        ASSERT_EQ(found, wanted) << "round " << round << ", seed " << test::seed();
    }
}

TEST(AdamW, TouchesNothingBesideItsSpans) {
    for (const VectorPath path : available_paths())
        for (uint64_t size = 0; size < 70; ++size) {
            Tensors t = random_tensors(size + 2, size);
            const Tensors before = t;
            adamw(std::span(t.p).subspan(1, size), std::span(t.m).subspan(1, size), std::span(t.v).subspan(1, size),
                  std::span(t.g).subspan(1, size), a_step(1), {.path = path});
            EXPECT_EQ(t.g, before.g);
            for (const auto part : {&Tensors::p, &Tensors::m, &Tensors::v}) {
                EXPECT_EQ((t.*part).front(), (before.*part).front());
                EXPECT_EQ((t.*part).back(), (before.*part).back());
            }
        }
}

TEST(AdamW, DecaysWeightsWithoutAGradientAndNothingElse) {
    std::vector<float> p(100, 2), m(100, 0), v(100, 0);
    const std::vector<float> g(100, 0);
    adamw(p, m, v, g, {.lr = 0.5, .weight_decay = 0.5});
    for (const float weight : p) EXPECT_EQ(weight, 1.5F);
    adamw(p, m, v, g, {.lr = 0.5, .weight_decay = 0});
    for (const float weight : p) EXPECT_EQ(weight, 1.5F);
}

TEST(AdamW, TheFirstStepGoesByTheLearningRateWhateverTheGradient) {
    for (const float gradient : {1e-3F, 1.0F, 1e3F}) {
        std::vector<float> p(64, 1), m(64, 0), v(64, 0);
        adamw(p, m, v, std::vector<float>(64, gradient), {.lr = 0.25, .eps = 1e-12});
        for (const float weight : p) EXPECT_NEAR(weight, 0.75F, 1e-6);
    }
}

TEST(AdamW, AllocatesNothing) {
    Tensors t = random_tensors(3 * kOptimizerBlock, 1);
    for (const int threads : {1, 2}) {
        step(t, a_step(1), {.threads = threads});  // starts the threads
        const test::Allocations before = test::allocations();
        for (uint64_t number = 2; number < 12; ++number) step(t, a_step(number), {.threads = threads});
        EXPECT_EQ(test::allocations().heap_calls, before.heap_calls);
    }
}

}  // namespace
}  // namespace sky::offload
