// Question: do means, ratios and targets of an evaluation say what follows from its runs?
#include <gtest/gtest.h>

#include <cmath>

#include "host/cli/rf_evaluation.hpp"

namespace sky::cli {
namespace {

using model::rf::Counter;
using model::rf::Kind;
using regfile::KernelResult;
using regfile::VariantKey;
using regfile::VariantResult;

constexpr uint64_t kInstructions = 1000;

VariantResult result(const VariantKey& key, uint64_t track_steps, uint64_t cycles = kInstructions) {
    VariantResult out{.key = key, .shape = {.kind = key.variant == "ff" ? Kind::kFlipFlop : Kind::kHorizontal}};
    out.counters[static_cast<size_t>(Counter::kTrackSteps)] = track_steps;
    out.counters[static_cast<size_t>(Counter::kSteps)] = track_steps / 32;
    out.counters[static_cast<size_t>(Counter::kAccesses)] = 2 * kInstructions;
    out.cycles = cycles;
    return out;
}

/// All that a target asks for; `scale` multiplies the track-steps of every file.
KernelResult kernel(const std::string& name, uint64_t scale) {
    KernelResult out{.kernel = name, .input = "test", .instructions = kInstructions, .variants = {}, .mincut = {}};
    const auto add = [&](const VariantKey& key, uint64_t track_steps, uint64_t cycles = kInstructions) {
        out.variants.push_back(result(key, scale * track_steps, cycles));
    };
    for (const bool forward : {false, true}) {
        add({.variant = "ff", .forward = forward}, 0);
        add({.variant = "horizontal", .forward = forward}, 320'000);
        for (const bool preshift : {false, true}) {
            add({.variant = "banked4", .forward = forward, .preshift = preshift}, 40'000, 2 * kInstructions);
            add({.variant = "banked8", .forward = forward, .preshift = preshift}, 16'000);
        }
    }
    add({.variant = "vertical", .vertical = "alternate"}, 80'000);
    add({.variant = "vertical_rewind", .vertical = "rewind"}, 160'000);
    add({.variant = "mincut", .vertical = "alternate"}, 50'000);
    add({.variant = "oracle", .vertical = "alternate"}, 49'000);
    add({.variant = "opbuf4"}, 100'000);
    add({.variant = "dual", .vertical = "alternate"}, 60'000);
    add({.variant = "dual", .vertical = "rewind"}, 80'000);
    out.mincut = {.planned = 50, .planned_horizontal = 320, .planned_vertical = 80, .oracle = 49};
    return out;
}

const Target& target(const std::vector<Target>& targets, const std::string& what) {
    for (const Target& one : targets)
        if (one.what.find(what) != std::string::npos) return one;
    ADD_FAILURE() << "no target is about " << what;
    return targets.front();
}

TEST(RfMeans, AreThoseOfTheKernelsOfOneInput) {
    std::vector<KernelResult> results{kernel("a", 1), kernel("b", 4), kernel("c", 1000)};
    results[2].input = "train";
    const Evaluation evaluation(results, "test");
    EXPECT_EQ(evaluation.kernels().size(), 2);
    const Metric track_steps = counted(Counter::kTrackSteps);
    const VariantKey horizontal{.variant = "horizontal"};
    EXPECT_DOUBLE_EQ(evaluation.mean(horizontal, track_steps), 800);
    EXPECT_DOUBLE_EQ(evaluation.geometric(horizontal, track_steps), 640);
    EXPECT_DOUBLE_EQ(evaluation.ratio_of_means(horizontal, {.variant = "banked4"}, track_steps), 8);
    EXPECT_DOUBLE_EQ(evaluation.geometric({.variant = "ff"}, track_steps), 0);
}

TEST(RfMeans, ARatioOfMeansIsNoMeanOfRatios) {
    std::vector<KernelResult> results{kernel("a", 1), kernel("b", 1)};
    for (VariantResult& one : results[1].variants)
        if (one.key.variant == "banked8") one.counters[static_cast<size_t>(Counter::kTrackSteps)] *= 3;
    const Evaluation evaluation(results, "test");
    const Metric track_steps = counted(Counter::kTrackSteps);
    EXPECT_DOUBLE_EQ(evaluation.ratio_of_means({.variant = "horizontal"}, {.variant = "banked8"}, track_steps), 10);
    EXPECT_NEAR(evaluation.ratio({.variant = "horizontal"}, {.variant = "banked8"}, track_steps), 20 / std::sqrt(3),
                1e-9);
}

TEST(RfMeans, ADualFileIsComparedWithTheBetterStaticModeOfItsKind) {
    const std::vector<KernelResult> results{kernel("a", 1), kernel("b", 2)};
    const Evaluation evaluation(results, "test");
    EXPECT_NEAR(evaluation.dual_saving_percent(false), 25, 1e-9);
    EXPECT_NEAR(evaluation.dual_saving_percent(true), 50, 1e-9);
}

TEST(RfMeans, TargetsAreMetOrMissedByWhatWasMeasured) {
    std::vector<KernelResult> results{kernel("sha256", 1), kernel("b", 1)};
    std::vector<Target> targets = Evaluation(results, "test").targets({});
    EXPECT_TRUE(target(targets, "sha256: track-steps").met()) << "6.4 of 5.5";
    EXPECT_DOUBLE_EQ(target(targets, "banked4: steps").value, 8);
    EXPECT_TRUE(target(targets, "banked4: steps").met());
    const Target& cpi = target(targets, "banked4: CPI");
    EXPECT_DOUBLE_EQ(cpi.value, 2);
    EXPECT_FALSE(cpi.met());
    EXPECT_NE(cpi.why.find("sha256 (2.00, with 1.25 steps"), std::string::npos) << cpi.why;
    EXPECT_TRUE(target(targets, "banked8: CPI").met());
    EXPECT_NEAR(target(targets, "than the oracle").value, 100.0 / 49, 1e-9);
    EXPECT_FALSE(target(targets, "operand buffer").met()) << "as many accesses as without one";
    for (KernelResult& one : results) one.variants = kernel("", 1).variants;
    results[0].kernel = "other";
    for (const Target& one : Evaluation(results, "test").targets({}))
        EXPECT_EQ(one.what.find("sha256"), std::string::npos) << "it was not compared";
}

TEST(RfMeans, ACertificateNeedsThePlanBetweenOracleAndStaticModes) {
    std::vector<KernelResult> results{kernel("a", 1), kernel("b", 1), kernel("c", 1)};
    EXPECT_EQ(Evaluation(results, "test").certified(), 3);
    results[0].mincut.planned = 81;
    results[1].mincut.planned = 48;
    EXPECT_EQ(Evaluation(results, "test").certified(), 1);
}

}  // namespace
}  // namespace sky::cli
