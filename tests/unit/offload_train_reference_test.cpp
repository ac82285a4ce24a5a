// Question: does the trainer compute what PyTorch computes, in every mode?
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/files.hpp"
#include "tests/support/train_reference.hpp"

namespace sky::offload {
namespace {

constexpr double kLossTolerance = 2e-6;    // relative
constexpr double kNormTolerance = 1e-5;    // relative
constexpr double kWeightTolerance = 3e-5;  // absolute

struct Case {
    std::string reference;
    TrainMode mode;
};

class TrainReferences : public testing::TestWithParam<Case> {};

TEST_P(TrainReferences, GiveEveryLossNormAndWeight) {
    test::TrainReference reference = test::train_reference(GetParam().reference);
    const test::TemporaryFolder folder;
    TrainOptions& options = reference.options;
    options.mode = GetParam().mode;
    options.store_folder = folder.path("store");
    options.tile_bytes = uint64_t{1} << 20;
    options.resident_bytes = 0;
    const auto data = TokenData::read_tokens(reference.tokens(), options.model.shape.vocabulary, options.length);
    ASSERT_TRUE(data.ok()) << data.status().message();
    const auto trainer = Trainer::make(options, data.value());
    ASSERT_TRUE(trainer.ok()) << trainer.status().message();
    double worst_loss = 0;
    double worst_norm = 0;
    for (uint64_t i = 0; i < reference.steps; ++i) {
        const auto step = trainer.value()->step();
        ASSERT_TRUE(step.ok()) << step.status().message();
        worst_loss = std::max(worst_loss, std::abs(step.value()->loss / reference.losses[i] - 1));
        worst_norm = std::max(worst_norm, std::abs(step.value()->grad_norm / reference.grad_norms[i] - 1));
    }
    EXPECT_LE(worst_loss, kLossTolerance);
    EXPECT_LE(worst_norm, kNormTolerance);
    const std::string saved = folder.path("out.safetensors");
    ASSERT_TRUE(trainer.value()->save(saved).ok());
    const double worst_weight = test::largest_difference(saved, reference.folder + "/final.safetensors");
    EXPECT_LE(worst_weight, kWeightTolerance);
    EXPECT_GE(test::largest_difference(saved, reference.folder + "/init.safetensors"), 1e-3) << "it has learned";
    RecordProperty("worst", std::to_string(worst_loss));
    std::printf("worst: loss %.2g, norm %.2g relative; weights %.2g absolute\n", worst_loss, worst_norm,
                worst_weight);
}

std::vector<Case> cases() {
    std::vector<Case> all;
    for (const char* const reference : {"tiny-llama", "gqa-bias", "tied-qk-norm", "three-layers"})
        for (const TrainMode mode : kTrainModes) all.push_back({reference, mode});
    return all;
}

INSTANTIATE_TEST_SUITE_P(All, TrainReferences, testing::ValuesIn(cases()), [](const auto& one) {
    std::string name = one.param.reference + "_" + to_string(one.param.mode);
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

}  // namespace
}  // namespace sky::offload
