// Question: do memory and open files stay what they are, however many steps are taken?
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

/// `steps` in all, of which the second half may take nothing more than the first has.
void expect_flat(TrainMode mode, uint64_t steps) {
    SCOPED_TRACE(to_string(mode));
    const test::TemporaryFolder folder;
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
    options.store_folder = folder.path("store");
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

}  // namespace
}  // namespace sky::offload
