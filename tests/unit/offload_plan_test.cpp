// Question: does the planner say what its formulas say, to the byte, for every model and mode?
#include <gtest/gtest.h>

#include <cmath>

#include "host/offload/plan/known_models.hpp"
#include "host/offload/plan/plan.hpp"
#include "host/offload/plan/slots.hpp"
#include "host/offload/rounding.hpp"
#include "tests/unit/offload_golden.hpp"

namespace sky::offload {
namespace {

using namespace test;

constexpr double kMib = 1024.0 * 1024;
constexpr double kGib = 1024 * kMib;

Model known(const std::string& name) {
    std::optional<Model> model = known_model(name);
    EXPECT_TRUE(model) << name;
    return model ? *model : Model{};
}

ModePlan planned(const Model& model, Mode mode, const PlanRequest& request = {}) {
    Result<ModePlan> result = plan(model, mode, request);
    EXPECT_TRUE(result.ok()) << result.status().message();
    return result.ok() ? result.value() : ModePlan{};
}

/// Equal to the digits it is printed with.
void expect_shown(uint64_t bytes, double unit, double shown, int digits, const std::string& what) {
    EXPECT_NEAR(static_cast<double>(bytes) / unit, shown, 0.5001 * std::pow(10, -digits)) << what;
}

std::map<std::pair<uint64_t, uint64_t>, uint64_t> shape_counts(const Model& model) {
    std::map<std::pair<uint64_t, uint64_t>, uint64_t> counts;
    const auto add = [&](const std::vector<TensorShape>& tensors) {
        for (const TensorShape& t : tensors) counts[{t.rows, t.columns}] += t.copies;
    };
    add(model.embeddings);
    for (const uint32_t kind : model.layers) add(model.blocks[kind]);
    add(model.head);
    return counts;
}

TEST(OffloadPlan, KnowsEveryTensorOfEveryModel) {
    EXPECT_EQ(known_model_names().size(), std::size(kGoldenShapes));
    for (const GoldenShapes& golden : kGoldenShapes) {
        const Model model = known(golden.name);
        EXPECT_EQ(model.parameters(), golden.parameters) << golden.name;
        EXPECT_EQ(shape_counts(model), golden.counts) << golden.name;
    }
    EXPECT_FALSE(known_model("Llama-3.1-8B")) << "names are in lower case";
}

TEST(OffloadPlan, HasTheGoldenBytesOfEveryDenseModel) {
    for (const GoldenModel& golden : kGoldenModels) {
        SCOPED_TRACE(golden.name);
        const Model model = known(golden.name);
        const Slots slots = slots_of(model, 2, 0);
        const ModePlan before = planned(model, Mode::kZeroInfinity);
        const ModePlan after = planned(model, Mode::kMemAscend);
        EXPECT_EQ(model.parameters(), golden.parameters);
        EXPECT_EQ(slots.count(), golden.slots);
        EXPECT_EQ(before.pool_request_bytes, golden.uniform_bytes);
        EXPECT_EQ(before.pool_bytes, golden.uniform_block_gib << 30);
        EXPECT_EQ(after.pool_request_bytes, golden.adaptive_bytes);
        EXPECT_EQ(after.pool_bytes, golden.adaptive_bytes) << "every matrix is whole pages";
        EXPECT_EQ(after.gradient_bytes, golden.gradient_bytes);
        EXPECT_EQ(before.gradient_bytes, golden.gradient_block_bytes);
        EXPECT_EQ(before.overflow_bytes, golden.overflow_bytes);
        EXPECT_EQ(before.overflow_bytes + after.gradient_bytes, golden.overflow_peak_bytes);
        EXPECT_EQ(after.overflow_bytes, 0U);
    }
}

TEST(OffloadPlan, HasTheGoldenSlotsOfEveryDenseModel) {
    for (const GoldenModel& golden : kGoldenModels) {
        SCOPED_TRACE(golden.name);
        const Slots slots = slots_of(known(golden.name), 2, 0);
        ASSERT_EQ(slots.classes.size(), 4U);
        const double mib[]{golden.kv_mib, golden.qo_mib, golden.ffn_mib, golden.largest_mib};
        const uint64_t counts[]{2, 2, 3, golden.slots - 7};
        for (size_t i = 0; i < 4; ++i) {
            EXPECT_EQ(slots.classes[i].slots, counts[i]);
            expect_shown(slots.classes[i].bytes, kMib, mib[i], i == 3 ? 1 : 2, slots.classes[i].names);
        }
        const ModePlan before = planned(known(golden.name), Mode::kZeroInfinity);
        expect_shown(before.pool_request_bytes, kGib, golden.uniform_gib, 3, "uniform");
        expect_shown(slots.bytes(), kGib, golden.adaptive_gib, 3, "adaptive");
        EXPECT_NEAR(reduction_percent(slots.bytes(), before.pool_request_bytes), golden.pool_reduction_percent,
                    0.00005001);
    }
}

void expect_parts(const ModePlan& plan, const GoldenParts& golden) {
    SCOPED_TRACE(to_string(plan.mode));
    const double shown[]{golden.pool,     golden.optimizer,   golden.swap_out, golden.gradient,
                         golden.overflow, 0 /* no context */, golden.runtime};
    for (size_t i = 0; i < std::size(shown); ++i)
        expect_shown(plan.*peak_parts()[i].bytes, kGib, shown[i], 2, peak_parts()[i].name);
    expect_shown(plan.peak_bytes(), kGib, golden.total, 2, "total");
}

TEST(OffloadPlan, PutsTheBytesWhereTheComparisonPutsThem) {
    for (const GoldenComparison& golden : kGoldenComparisons) {
        SCOPED_TRACE(golden.name);
        const ModePlan before = planned(known(golden.name), Mode::kZeroInfinity);
        const ModePlan after = planned(known(golden.name), Mode::kMemAscend);
        expect_parts(before, golden.zero_infinity);
        expect_parts(after, golden.memascend);
        EXPECT_NEAR(reduction_percent(after.peak_bytes(), before.peak_bytes()), golden.reduction_percent, 0.05001);
    }
}

double mean_reduction(const PlanRequest& request) {
    double sum = 0;
    for (const GoldenComparison& golden : kGoldenComparisons) {
        const Model model = known(golden.name);
        sum += reduction_percent(planned(model, Mode::kMemAscend, request).peak_bytes(),
                                 planned(model, Mode::kZeroInfinity, request).peak_bytes());
    }
    return sum / static_cast<double>(std::size(kGoldenComparisons));
}

TEST(OffloadPlan, SavesTheGoldenShareOfFourModels) {
    EXPECT_NEAR(mean_reduction({}), kMeanPeakReductionFp16, 0.005);
    EXPECT_NEAR(mean_reduction({.dtype = Dtype::kBf16}), kMeanPeakReductionBf16, 0.05);
    EXPECT_NEAR(mean_reduction({.dtype = Dtype::kBf16, .gradients = Dtype::kBf16}),
                kMeanPeakReductionBf16Bf16Gradients, 0.05);
    double pool = 0;
    for (const GoldenComparison& golden : kGoldenComparisons) {
        const Model model = known(golden.name);
        pool += reduction_percent(planned(model, Mode::kMemAscend).pool_request_bytes,
                                  planned(model, Mode::kZeroInfinity).pool_request_bytes);
    }
    EXPECT_NEAR(pool / 4, kMeanPoolReduction, 0.00005);
}

TEST(OffloadPlan, CountsTheGoldenTrafficOfEveryScheme) {
    const uint64_t p = known("llama-3.1-8b").parameters();
    const GoldenTraffic golden[]{kSpilledGradientsTraffic, kKeptGradientsTraffic, kBf16StatesTraffic,
                                 kEightBitStatesTraffic};
    for (size_t i = 0; i < std::size(golden); ++i) {
        const Traffic traffic = traffic_of(kTrafficSchemes[i], {.parameters = p});
        EXPECT_EQ(traffic.read_bytes, golden[i].read * p) << to_string(kTrafficSchemes[i]);
        EXPECT_EQ(traffic.written_bytes, golden[i].written * p) << to_string(kTrafficSchemes[i]);
    }
    for (const Mode mode : kModes) {
        const ModePlan row = planned(known("llama-3.1-8b"), mode);
        EXPECT_EQ(row.traffic.read_bytes, 20 * p) << to_string(mode);
        EXPECT_EQ(row.traffic.written_bytes, 18 * p) << to_string(mode);
        EXPECT_EQ(row.steps_per_tbw, 600'000'000'000'000 / (18 * p)) << to_string(mode);
    }
}

TEST(OffloadPlan, MicroBatchesReadWeightsAgainButInTilesGoLayerByLayer) {
    const Model model = known("llama-3.1-8b");
    const uint64_t p = model.parameters();
    PlanRequest request;
    request.context = 1000;
    request.batch = 3;
    request.gpus = 2;
    request.accumulate = 8;
    const uint64_t activation = uint64_t{2} * 3000 * 4096;  // of a layer, a micro-batch and a GPU
    for (const Mode mode : {Mode::kZeroInfinity, Mode::kMemAscend}) {
        const ModePlan row = plan(model, mode, request).value();
        EXPECT_EQ(row.traffic.read_bytes, (8 * 4 + 4 + 12) * p) << to_string(mode);
        EXPECT_EQ(row.traffic.written_bytes, 18 * p) << to_string(mode);
    }
    const ModePlan tiled = plan(model, Mode::kTiled, request).value();
    const uint64_t of_layers = 32 * uint64_t{8} * 2 * activation;
    EXPECT_EQ(tiled.traffic.read_bytes, 20 * p + 3 * of_layers);
    EXPECT_EQ(tiled.traffic.written_bytes, 18 * p + 2 * of_layers);
    EXPECT_EQ(tiled.checkpoint_bytes, uint64_t{4} * 2 * activation);
    request.accumulate = 1;
    EXPECT_EQ(plan(model, Mode::kTiled, request).value().checkpoint_bytes, uint64_t{32} * 2 * activation);
    request.accumulate = uint64_t{1} << 40;
    EXPECT_NE(plan(model, Mode::kTiled, request).status().message().find("choose less of --accumulate"),
              std::string::npos);
}

TEST(OffloadPlan, CountsTheExpertsOfABlock) {
    const Model model = known(kGoldenExperts.name);
    const Slots slots = slots_of(model, 2, 0);
    const ModePlan before = planned(model, Mode::kZeroInfinity);
    EXPECT_EQ(slots.count(), kGoldenExperts.slots);
    expect_shown(before.pool_request_bytes, kGib, kGoldenExperts.uniform_gib, 1, "uniform");
    expect_shown(slots.bytes(), kGib, kGoldenExperts.adaptive_gib, 2, "adaptive");
    EXPECT_NEAR(reduction_percent(slots.bytes(), before.pool_request_bytes), kGoldenExperts.reduction_percent, 0.005);
    // Expert matrices and q, k, v, o are of three sizes; embedding and head share one.
    ASSERT_EQ(slots.classes.size(), 4U);
    EXPECT_EQ(slots.classes[1].slots, 384U);
    expect_shown(slots.classes[1].bytes, kMib, kGoldenExperts.expert_mib, 2, "expert");
    expect_shown(slots_of(model, 2, 0, Experts::kRouted).bytes(), kGib, kGoldenExperts.routed_gib, 2, "routed");
}

TEST(OffloadPlan, TakesFourBytesForEachWeightInFp32) {
    const GoldenModel& golden = kGoldenModels[2];
    const Model model = known(golden.name);
    const PlanRequest request{.dtype = Dtype::kFp32};
    const uint64_t p = golden.parameters;
    const ModePlan before = planned(model, Mode::kZeroInfinity, request);
    const ModePlan after = planned(model, Mode::kMemAscend, request);
    EXPECT_EQ(before.pool_request_bytes, 2 * golden.uniform_bytes);
    EXPECT_EQ(after.pool_bytes, 2 * golden.adaptive_bytes);
    EXPECT_EQ(after.swap_out_bytes, 4 * model.largest_elements());
    EXPECT_EQ(after.optimizer_bytes, 16 * model.largest_elements());
    EXPECT_EQ(after.gradient_bytes, 4 * p);
    EXPECT_EQ(before.overflow_bytes, 0U);
    for (const ModePlan& row : {before, after}) {
        EXPECT_EQ(row.traffic.read_bytes, (8 + 4 + 12) * p);
        EXPECT_EQ(row.traffic.written_bytes, (4 + 12 + 4) * p);
    }
}

TEST(OffloadPlan, HalvesTheFlatBufferWithBf16Gradients) {
    const Model model = known("qwen2.5-7b");
    const uint64_t p = model.parameters();
    const PlanRequest request{.gradients = Dtype::kBf16};
    const ModePlan before = planned(model, Mode::kZeroInfinity, request);
    const ModePlan after = planned(model, Mode::kMemAscend, request);
    EXPECT_EQ(before.gradient_bytes, power_of_two_ceil(2 * p));
    EXPECT_EQ(before.overflow_bytes, 3 * p);
    EXPECT_EQ(after.gradient_bytes, 2 * p);
    EXPECT_EQ(before.traffic.total_bytes(), 38 * p) << "the baseline spills fp32 in any case";
    EXPECT_EQ(after.traffic.total_bytes(), 34 * p);
}

TEST(OffloadPlan, RoundsTheBaselineInEveryProcess) {
    const Model model = known("llama-3.1-8b");
    const GoldenModel& golden = kGoldenModels[2];
    const PlanRequest request{.context = 1000, .batch = 3, .gpus = 3};
    const uint64_t s = model.largest_elements();
    const ModePlan before = planned(model, Mode::kZeroInfinity, request);
    const ModePlan after = planned(model, Mode::kMemAscend, request);
    const auto blocks = [](uint64_t bytes) { return 3 * power_of_two_ceil((bytes + 2) / 3); };
    EXPECT_EQ(before.pool_bytes, blocks(golden.uniform_bytes));
    EXPECT_EQ(before.optimizer_bytes, 4 * blocks(4 * s));
    EXPECT_EQ(before.swap_out_bytes, blocks(2 * s));
    EXPECT_EQ(before.gradient_bytes, blocks(golden.gradient_bytes));
    EXPECT_EQ(before.checkpoint_bytes, power_of_two_ceil(uint64_t{2} * 3000 * 4096) * 32 * 3);
    EXPECT_EQ(after.pool_bytes, golden.adaptive_bytes);
    EXPECT_EQ(after.checkpoint_bytes, uint64_t{3} * 32 * 2 * 3000 * 4096);
}

TEST(OffloadPlan, RoundsEverySlotToPages) {
    // 50257 * 768 * 2 bytes are no whole pages.
    const Model model = known("gpt2");
    const ModePlan row = planned(model, Mode::kMemAscend);
    const uint64_t h = 768;
    EXPECT_EQ(slots_of(model, 2, 0).count(), 6U) << "four matrices, tokens and positions";
    EXPECT_EQ(row.pool_request_bytes, 2 * (50257 * h + 1024 * h + 8 * h * h + 3 * h * h + h * h));
    EXPECT_EQ(row.pool_bytes, row.pool_request_bytes + (4096 - h * 50257 * 2 % 4096));
}

TEST(OffloadPlan, KeepsSmallTensorsInOneSlab) {
    const Model model = known("gpt2");
    const uint64_t h = 768;
    // Below 1.5 MiB lie positions? No: 1024 * 768 * 2 are exactly that. Below it: c_proj of attention, and vectors.
    const Slots slots = slots_of(model, 2, 3 << 19);
    EXPECT_EQ(slots.count(), 5U);
    const uint64_t vectors = 12 * (4 * h + 3 * h + h + 4 * h + h) + 2 * h;
    EXPECT_EQ(slots.resident_bytes, 2 * (12 * h * h + vectors));
    EXPECT_EQ(slots.resident_slab_bytes, round_up(slots.resident_bytes, kPageBytes)) << "lines are whole here";

    const PlanRequest request{.resident_bytes = 3 << 19};
    const uint64_t streamed = model.parameters() - slots.resident_bytes / 2;
    for (const Mode mode : kModes) {
        const ModePlan row = planned(model, mode, request);
        EXPECT_EQ(row.pool_bytes % kPageBytes, 0U);
        EXPECT_EQ(row.traffic.read_bytes, 4 * streamed + 16 * model.parameters()) << to_string(mode);
    }
    EXPECT_EQ(planned(model, Mode::kMemAscend, request).pool_request_bytes, slots.bytes() + slots.resident_bytes);

    // All of it: nothing is streamed.
    const PlanRequest everything{.resident_bytes = uint64_t{1} << 30};
    const ModePlan all = planned(model, Mode::kMemAscend, everything);
    EXPECT_EQ(all.pool_request_bytes, 2 * model.parameters());
    EXPECT_EQ(planned(model, Mode::kZeroInfinity, everything).pool_bytes, all.pool_bytes);
    EXPECT_EQ(planned(model, Mode::kTiled, everything).pool_bytes, all.pool_bytes);
}

TEST(OffloadPlan, NeedsLessThanAGibibyteInTilesForAnyModel) {
    for (const std::string& name : known_model_names()) {
        const Model model = known(name);
        const ModePlan row = planned(model, Mode::kTiled);
        EXPECT_LT(row.peak_bytes() - row.runtime_bytes, uint64_t{1} << 30) << name;
        EXPECT_EQ(row.peak_bytes(), planned(known("gpt2"), Mode::kTiled).peak_bytes()) << name;
        EXPECT_LE(row.traffic.total_bytes(), planned(model, Mode::kZeroInfinity).traffic.total_bytes()) << name;
    }
}

TEST(OffloadPlan, CountsTheTilesUnderWay) {
    const uint64_t tile = uint64_t{3} << 20;  // p, m and v of 262,144 elements
    const uint64_t e = 262144;
    const PlanRequest request{.context = 10, .gpus = 2, .tile_bytes = tile};
    const ModePlan row = planned(known("llama-3.1-8b"), Mode::kTiled, request);
    EXPECT_EQ(row.pool_bytes, tile * 6 * 2);
    EXPECT_EQ(row.optimizer_bytes, (e * 12 * 3 + e * 4 * 2) * 2);
    EXPECT_EQ(row.swap_out_bytes, e * 2 * 2 * 2);
    EXPECT_EQ(row.gradient_bytes, tile * 2 * 2);
    EXPECT_EQ(row.overflow_bytes, 0U);
    EXPECT_EQ(row.checkpoint_bytes, 2U * 32 * 2 * 10 * 4096);
    // A tile that is not whole reduction blocks holds fewer elements.
    PlanRequest ragged = request;
    ragged.tile_bytes = tile + kTileStepBytes;
    EXPECT_EQ(planned(known("llama-3.1-8b"), Mode::kTiled, ragged).optimizer_bytes, row.optimizer_bytes);
}

TEST(OffloadPlan, FindsTheLongestContextAndTheLargestBatch) {
    const Model model = known("qwen2.5-7b");
    for (const uint64_t gpus : {1U, 2U}) {
        for (const uint64_t batch : {1U, 3U}) {
            for (const Mode mode : kModes) {
                SCOPED_TRACE(testing::Message() << to_string(mode) << " gpus " << gpus << " batch " << batch);
                PlanRequest request{.context = 2000, .batch = batch, .gpus = gpus, .ram_bytes = uint64_t{128} << 30};
                const ModePlan row = planned(model, mode, request);
                ASSERT_TRUE(row.max_context && row.max_batch);
                ASSERT_GT(*row.max_context, 0U);
                const auto peak = [&](uint64_t context, uint64_t sequences) {
                    PlanRequest other = request;
                    other.context = context;
                    other.batch = sequences;
                    return planned(model, mode, other).peak_bytes();
                };
                EXPECT_LE(peak(*row.max_context, batch), *request.ram_bytes);
                EXPECT_GT(peak(*row.max_context + 1, batch), *request.ram_bytes);
                EXPECT_LE(peak(2000, *row.max_batch), *request.ram_bytes);
                EXPECT_GT(peak(2000, *row.max_batch + 1), *request.ram_bytes);
            }
        }
    }
}

TEST(OffloadPlan, HasNoContextWhereTheRestDoesNotFit) {
    const PlanRequest request{.context = 1, .ram_bytes = uint64_t{64} << 30};
    const ModePlan before = planned(known("llama-3.1-8b"), Mode::kZeroInfinity, request);
    EXPECT_EQ(before.max_context, 0U);
    EXPECT_EQ(before.max_batch, 0U);
    EXPECT_GT(*planned(known("llama-3.1-8b"), Mode::kMemAscend, request).max_context, 0U);
    EXPECT_FALSE(planned(known("llama-3.1-8b"), Mode::kMemAscend).max_context) << "of no machine";
    const PlanRequest no_context{.ram_bytes = uint64_t{64} << 30};
    EXPECT_FALSE(planned(known("llama-3.1-8b"), Mode::kMemAscend, no_context).max_batch) << "of no tokens";
}

TEST(OffloadPlan, RefusesWhatNoNumberHolds) {
    const PlanRequest request{.context = uint64_t{1} << 40, .batch = uint64_t{1} << 40};
    const Result<ModePlan> row = plan(known("llama-3.1-8b"), Mode::kMemAscend, request);
    ASSERT_FALSE(row.ok());
    EXPECT_NE(row.status().message().find("1099511627776 tokens"), std::string::npos) << row.status().message();
    EXPECT_NE(row.status().message().find("--context, --batch, --gpus or --accumulate"), std::string::npos);
}

}  // namespace
}  // namespace sky::offload
