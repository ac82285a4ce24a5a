// Question: do memory and open files stay what they are, however many steps are taken, and does a training that is
// stopped before its first step end at once and leave nothing?
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "host/offload/train/decoder.hpp"
#include "host/offload/train/trainer.hpp"
#include "tests/support/files.hpp"

namespace sky::offload {
namespace {

/// Of this process, in pages.
uint64_t resident_pages() {
    std::ifstream in("/proc/self/statm");
    uint64_t all = 0;
    uint64_t resident = 0;
    in >> all >> resident;
    return resident;
}

int64_t open_files() {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
}

TrainOptions little(TrainMode mode, const std::string& store) {
    TrainOptions options;
    options.model = tiny_decoder();
    options.model.shape.hidden = 16;
    options.model.shape.intermediate = 32;
    options.model.shape.head_dim = 4;
    options.length = 8;
    options.mode = mode;
    options.activations = mode == TrainMode::kInMemory ? CheckpointPlace::kDevice : CheckpointPlace::kSsd;
    options.tile_bytes = kMinTileBytes;
    options.resident_bytes = 0;
    options.store_folder = store;
    return options;
}

/// `steps` in all, of which the second half may take nothing more than the first has.
void expect_flat(TrainMode mode, uint64_t steps) {
    SCOPED_TRACE(to_string(mode));
    const test::TemporaryFolder folder;
    const TrainOptions options = little(mode, folder.path("store"));
    const auto data = TokenData::read_text("/usr/share/common-licenses/GPL-3", 256, options.length);
    ASSERT_TRUE(data.ok()) << data.status().message();
    const auto trainer = Trainer::make(options, data.value());
    ASSERT_TRUE(trainer.ok()) << trainer.status().message();
    uint64_t pages = 0;
    int64_t files = 0;
    for (uint64_t i = 0; i < steps; ++i) {
        ASSERT_TRUE(trainer.value()->step().ok());
        if (i + 1 == steps / 2) {
            pages = resident_pages();
            files = open_files();
        }
    }
    EXPECT_EQ(open_files(), files);
#ifndef __SANITIZE_ADDRESS__  // keeps what is freed, to tell of its use
    // What an allocator keeps of small blocks varies by a few pages.
    EXPECT_LE(resident_pages(), pages + 64);
#else
    (void)pages;
#endif
}

TEST(OffloadTrainMemory, IsFlatOverAHundredSteps) {
    for (const TrainMode mode : kTrainModes) expect_flat(mode, 100);
}

TEST(SlowOffloadTrainMemory, IsFlatOverAThousandSteps) {
    for (const TrainMode mode : kTrainModes) expect_flat(mode, 1000);
}

TEST(OffloadTrainStop, IsHeardBetweenTheTensorsOfTheBeginning) {
    for (const TrainMode mode : kTrainModes)
        for (const uint64_t moment : {uint64_t{1}, uint64_t{2}, uint64_t{5}, uint64_t{12}}) {
            const test::TemporaryFolder folder;
            TrainOptions options = little(mode, folder.path("in/store"));
            uint64_t asked = 0;
            options.stop = [&] { return ++asked >= moment; };
            const auto data = TokenData::read_text("/usr/share/common-licenses/GPL-3", 256, options.length);
            ASSERT_TRUE(data.ok()) << data.status().message();
            EXPECT_FALSE(Trainer::make(options, data.value()).ok()) << to_string(mode) << ", " << moment;
            EXPECT_LE(asked, moment + 3) << "nothing goes on";
            EXPECT_EQ(folder.names(), std::vector<std::string>{}) << to_string(mode) << ", " << moment;
        }
}

TEST(OffloadTrainStore, IsOfOneTrainingAlone) {
    const test::TemporaryFolder folder;
    const auto data = TokenData::read_text("/usr/share/common-licenses/GPL-3", 256, 8);
    ASSERT_TRUE(data.ok()) << data.status().message();
    for (const TrainMode first : {TrainMode::kZeroInfinity, TrainMode::kTiled})
        for (const TrainMode second : {TrainMode::kZeroInfinity, TrainMode::kMemAscend}) {
            const TrainOptions one = little(first, folder.path("store"));
            const TrainOptions other = little(second, folder.path("store"));
            auto trainer = Trainer::make(one, data.value());
            ASSERT_TRUE(trainer.ok()) << trainer.status().message();
            const auto refused = Trainer::make(other, data.value());
            ASSERT_FALSE(refused.ok());
            EXPECT_NE(refused.status().message().find("another run uses it"), std::string::npos)
                << refused.status().message();
            for (int i = 0; i < 3; ++i) {
                const auto step = trainer.value()->step();
                ASSERT_TRUE(step.ok()) << step.status().message();
            }
            trainer.value().reset();
            EXPECT_EQ(folder.names(), std::vector<std::string>{});
        }
}

TEST(OffloadTrainStore, TakesNoFolderOfSomebodyElse) {
    const test::TemporaryFolder folder;
    const auto data = TokenData::read_text("/usr/share/common-licenses/GPL-3", 256, 8);
    ASSERT_TRUE(data.ok()) << data.status().message();
    const auto refused = [&](const std::string& what) {
        for (const TrainMode mode : {TrainMode::kZeroInfinity, TrainMode::kTiled}) {
            const TrainOptions options = little(mode, folder.path("store"));
            const auto trainer = Trainer::make(options, data.value());
            ASSERT_FALSE(trainer.ok()) << what;
            EXPECT_NE(trainer.status().message().find(what), std::string::npos) << trainer.status().message();
        }
    };
    std::filesystem::create_directories(folder.path("store/lost+found"));
    {
        const TrainOptions options = little(TrainMode::kTiled, folder.path("store"));
        EXPECT_TRUE(Trainer::make(options, data.value()).ok()) << "an empty file system";
    }
    EXPECT_EQ(folder.names(), std::vector<std::string>{"store"}) << "it was there before";
    (void)folder.file("store/notes", "mine");
    refused("holds 'notes', which is of no store");
    EXPECT_EQ(test::read_file(folder.path("store/notes")), "mine");
    std::filesystem::remove(folder.path("store/notes"));
    std::filesystem::create_directory(folder.path("store/skytrack-offload.run"));
    refused("a run was killed");
    EXPECT_TRUE(std::filesystem::exists(folder.path("store/skytrack-offload.run"))) << "it is not ours";
}

}  // namespace
}  // namespace sky::offload
