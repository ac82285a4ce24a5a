// Question: are the bits of a training the same wherever its state lives, whatever moves it and however many threads
// compute, and does what should move really move?
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <optional>

#include "host/memory/random.hpp"
#include "host/offload/train/blas.hpp"
#include "host/offload/train/trainer.hpp"
#include "tests/support/files.hpp"
#include "tests/support/seed.hpp"

namespace sky::offload {
namespace {

constexpr uint64_t kSteps = 2;
constexpr uint64_t kLength = 12;
constexpr uint64_t kBatch = 2;
constexpr uint64_t kTile = kMinTileBytes;

/// Rows of no round number of bytes, and matrices that take several tiles.
HfDecoder small_model(bool tied) {
    HfDecoder model;
    model.shape = {.name = "small",
                   .hidden = 192,
                   .intermediate = 1100,
                   .layers = 2,
                   .heads = 6,
                   .kv_heads = 2,
                   .head_dim = 32,
                   .vocabulary = 1500,
                   .tied_head = tied,
                   .qkv_bias = !tied,
                   .qk_norm = tied};
    return model;
}

/// What a training comes to: all losses and norms, and the weights.
struct Outcome {
    std::vector<uint64_t> losses;
    std::vector<uint64_t> norms;
    uint64_t weights = 0;
    uint64_t read_bytes = 0;     ///< of the last step
    uint64_t written_bytes = 0;  ///< the same
};

class Lab {
   public:
    Lab() {
        memory::Random random(test::seed());
        std::ofstream out(folder_.path("tokens.i32"), std::ios::binary);
        for (uint64_t i = 0; i < 12 * kBatch * (kLength + 1); ++i) {
            const auto token = static_cast<int32_t>(random.below(1500));
            out.write(reinterpret_cast<const char*>(&token), sizeof token);
        }
    }

    [[nodiscard]] TrainOptions options(bool tied, uint64_t accumulate) const {
        TrainOptions options;
        options.model = small_model(tied);
        options.seed = test::seed();
        options.batch = kBatch;
        options.length = kLength;
        options.accumulate = accumulate;
        options.lr = 1e-2;
        options.weight_decay = 0.1;
        options.clip = 1;
        options.warmup = 2;
        options.tile_bytes = kTile;
        options.resident_bytes = 0;
        options.store_folder = folder_.path("store");
        return options;
    }

    Outcome run(const TrainOptions& options) const {
        Outcome outcome;
        const auto data =
            TokenData::read_tokens(folder_.path("tokens.i32"), options.model.shape.vocabulary, options.length);
        EXPECT_TRUE(data.ok()) << data.status().message();
        const auto trainer = Trainer::make(options, data.value());
        EXPECT_TRUE(trainer.ok()) << trainer.status().message();
        if (!trainer.ok()) return outcome;
        for (uint64_t i = 0; i < kSteps; ++i) {
            const auto step = trainer.value()->step();
            EXPECT_TRUE(step.ok()) << step.status().message();
            if (!step.ok() || !step.value()) return outcome;
            outcome.losses.push_back(std::bit_cast<uint64_t>(step.value()->loss));
            outcome.norms.push_back(std::bit_cast<uint64_t>(step.value()->grad_norm));
            outcome.read_bytes = step.value()->read_bytes;
            outcome.written_bytes = step.value()->written_bytes;
        }
        const auto hash = trainer.value()->weights_hash();
        EXPECT_TRUE(hash.ok()) << hash.status().message();
        if (hash.ok()) outcome.weights = hash.value();
        return outcome;
    }

   private:
    test::TemporaryFolder folder_;
};

void expect_same(const Outcome& found, const Outcome& wanted) {
    EXPECT_EQ(wanted.losses.size(), kSteps);
    EXPECT_EQ(found.losses, wanted.losses);
    EXPECT_EQ(found.norms, wanted.norms);
    EXPECT_EQ(found.weights, wanted.weights);
}

/// What the planner says of a step of one micro-batch.
Traffic planned(const TrainOptions& options) {
    const Mode mode = options.mode == TrainMode::kZeroInfinity ? Mode::kZeroInfinity
                      : options.mode == TrainMode::kMemAscend  ? Mode::kMemAscend
                                                               : Mode::kTiled;
    const auto made = plan(decoder_model(options.model.shape), mode,
                           {.dtype = Dtype::kFp32, .resident_bytes = options.resident_bytes, .tile_bytes = kTile});
    EXPECT_TRUE(made.ok()) << made.status().message();
    return made.ok() ? made.value().traffic : Traffic{};
}

void expect_moved(const Outcome& outcome, const TrainOptions& options) {
    const Traffic traffic = planned(options);
    EXPECT_GE(outcome.read_bytes, traffic.read_bytes);
    EXPECT_GE(outcome.written_bytes, traffic.written_bytes);
}

class TrainBits : public testing::TestWithParam<bool> {
   protected:
    Lab lab_;
    Outcome wanted_ = lab_.run(lab_.options(GetParam(), 1));
    [[nodiscard]] TrainOptions options(TrainMode mode, uint32_t threads = 2) const {
        TrainOptions options = lab_.options(GetParam(), 1);
        options.mode = mode;
        options.threads = threads;
        return options;
    }
    void expect_same_bits(const TrainOptions& options, const std::string& what) const {
        SCOPED_TRACE(std::string(to_string(options.mode)) + ": " + what);
        const Outcome found = lab_.run(options);
        expect_same(found, wanted_);
        if (options.mode != TrainMode::kInMemory) expect_moved(found, options);
    }
};

TEST_P(TrainBits, AreThoseOfOneThreadInMemoryInEveryMode) {
    std::printf("BLAS for %s\n", blas_core());
    for (const TrainMode mode : kTrainModes)
        for (const uint32_t threads : {1U, 2U})
            expect_same_bits(options(mode, threads), std::to_string(threads) + " threads");
}

TEST_P(TrainBits, DoNotDependOnTiles) {
    for (const uint64_t tile : {kTile, kTile + kTileStepBytes, 4 * kTile}) {
        TrainOptions tiled = options(TrainMode::kTiled);
        tiled.tile_bytes = tile;
        expect_same_bits(tiled, std::to_string(tile) + " bytes a tile");
    }
}

/// Each mechanism that a mode has not by itself; those that it has are tried above.
TEST_P(TrainBits, DoNotDependOnAnyMechanism) {
    for (const TrainMode mode : {TrainMode::kZeroInfinity, TrainMode::kMemAscend, TrainMode::kTiled}) {
        std::vector<Mechanisms> all{
            {.pinned = mode == TrainMode::kZeroInfinity ? PinnedKind::kExact : PinnedKind::kPowerOfTwo},
            {.io = mode == TrainMode::kZeroInfinity ? IoKind::kDirect : IoKind::kFiles}};
        if (mode != TrainMode::kTiled) {
            all.push_back({.pool = mode == TrainMode::kZeroInfinity ? PoolKind::kAdaptive : PoolKind::kUniform});
            all.push_back({.overflow = CheckMethod::kChain});
            all.push_back({.overflow = CheckMethod::kFused});
        }
        for (size_t i = 0; i < all.size(); ++i) {
            TrainOptions with = options(mode);
            with.mechanisms = all[i];
            expect_same_bits(with, "mechanism " + std::to_string(i));
        }
    }
}

TEST_P(TrainBits, DoNotDependOnWhereInputsOfLayersWait) {
    for (const TrainMode mode : kTrainModes)
        for (const CheckpointPlace place : {CheckpointPlace::kHost, CheckpointPlace::kSsd}) {
            if (place == CheckpointPlace::kHost && mode == TrainMode::kMemAscend) continue;  // as zero-infinity
            TrainOptions with = options(mode);
            with.activations = place;
            expect_same_bits(with, to_string(place));
        }
}

TEST_P(TrainBits, DoNotDependOnWhatStaysInMemory) {
    constexpr uint64_t kAll = uint64_t{1} << 40;
    for (const TrainMode mode : {TrainMode::kMemAscend, TrainMode::kTiled})
        for (const uint64_t resident : {uint64_t{500'000}, kAll}) {
            TrainOptions with = options(mode);
            with.resident_bytes = resident;
            expect_same_bits(with, std::to_string(resident) + " resident bytes");
        }
}

TEST_P(TrainBits, DoNotDependOnHowMuchOfTheStoreIsKeptInMemory) {
    constexpr uint64_t kLeast = uint64_t{10} << 20;  // the buffers and little more
    uint64_t before = UINT64_MAX;
    for (const uint64_t bytes : {kLeast, 2 * kLeast, uint64_t{1} << 30}) {
        TrainOptions with = options(TrainMode::kTiled);
        with.host_memory = bytes;
        SCOPED_TRACE(std::to_string(bytes) + " bytes");
        const Outcome found = lab_.run(with);
        expect_same(found, wanted_);
        EXPECT_LT(found.read_bytes + found.written_bytes, before) << "what is kept does not move";
        before = found.read_bytes + found.written_bytes;
    }
    EXPECT_EQ(before, 0U) << "all of it fits";
}

TEST_P(TrainBits, AreTheSameWhenMicroBatchesComeOneByOneOrTogether) {
    TrainOptions with = lab_.options(GetParam(), 3);
    const Outcome wanted = lab_.run(with);
    EXPECT_NE(wanted.losses, wanted_.losses);
    for (const TrainMode mode : kTrainModes)
        for (const CheckpointPlace place : {CheckpointPlace::kDevice, CheckpointPlace::kSsd}) {
            if (place == CheckpointPlace::kSsd && mode == TrainMode::kZeroInfinity) continue;  // as memascend
            with.mode = mode;
            with.threads = 2;
            with.activations = place;
            SCOPED_TRACE(std::string(to_string(mode)) + ": " + to_string(place));
            expect_same(lab_.run(with), wanted);
        }
}

/// Products of the head are cut by tokens: never across micro-batches, however many tokens these have.
TEST_P(TrainBits, AreTheSameForMicroBatchesOfAnyNumberOfTokens) {
    for (const auto& [batch, length, accumulate] :
         {std::array<uint64_t, 3>{1, 31, 2}, {1, 100, 3}, {2, 100, 2}, {1, 1, 5}}) {
        SCOPED_TRACE(std::to_string(batch) + " x " + std::to_string(length) + " tokens, " +
                     std::to_string(accumulate) + " times");
        TrainOptions with = lab_.options(GetParam(), accumulate);
        with.batch = batch;
        with.length = length;
        const Outcome wanted = lab_.run(with);
        with.mode = TrainMode::kTiled;
        expect_same(lab_.run(with), wanted);
    }
}

INSTANTIATE_TEST_SUITE_P(Heads, TrainBits, testing::Bool(),
                         [](const auto& one) { return one.param ? "Tied" : "Untied"; });

}  // namespace
}  // namespace sky::offload
