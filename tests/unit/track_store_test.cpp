// Question: does an array cost host memory only for the tracks that were touched, and keep what they hold?
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <unordered_map>

#include "sysc/model/track_store.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::model {
namespace {

TEST(UnitTrackStore, CostsNothingUntilATrackIsTouched) {
    const TrackStore small(test::geometry(64, 32, 1));
    const TrackStore tebibyte(test::geometry(64, 32, uint64_t{1} << 32));
    EXPECT_EQ(small.host_bytes(), tebibyte.host_bytes());
    EXPECT_LT(tebibyte.host_bytes(), 1024U);
    EXPECT_FALSE(tebibyte.touched(0xffffffff));
    EXPECT_EQ(tebibyte.word(0xffffffff, 31), 0U);
    EXPECT_EQ(tebibyte.touched_rows(), 0U);
}

TEST(UnitTrackStore, CostsAtMostOneAndAHalfTimesTheBitsOfTouchedTracks) {
    const Geometry geometry = test::geometry(64, 32, uint64_t{1} << 32);
    TrackStore store(geometry);
    std::mt19937_64 random(test::seed());
    for (uint64_t tracks = 1; tracks <= 100'000; ++tracks) {
        while (store.touched_rows() < tracks) (void)store.touch(random() >> 32);
        if (tracks < 1000 || tracks % 997 != 0) continue;
        const double bytes = static_cast<double>(tracks) * 2048 / 8;
        ASSERT_LE(static_cast<double>(store.host_bytes()), 1.5 * bytes) << tracks << " tracks";
    }
    EXPECT_EQ(store.touched_rows(), 100'000U);
}

TEST(UnitTrackStore, KeepsWhatTouchedTracksHold) {
    TrackStore store(test::geometry(64, 4, uint64_t{1} << 32));
    std::mt19937_64 random(test::seed());
    std::unordered_map<uint64_t, uint64_t*> addresses;
    std::unordered_map<uint64_t, uint64_t> values;
    for (int i = 0; i < 20'000; ++i) {
        const uint64_t row = random() >> (random() % 2 == 0 ? 32 : 54);  // sparse rows and neighbouring ones
        uint64_t* words = store.touch(row).words;
        const uint64_t before = values.contains(row) ? values[row] : 0;
        for (uint32_t g = 0; g < 4; ++g) ASSERT_EQ(words[g], before) << "row " << row;
        const auto [it, fresh] = addresses.try_emplace(row, words);
        ASSERT_EQ(it->second, words) << "row " << row << " moved";
        const uint64_t value = values[row] = random();
        std::fill_n(words, 4, value);
    }
    for (const auto& [row, value] : values) {
        ASSERT_EQ(store.touch(row).words, addresses[row]);
        for (uint32_t g = 0; g < 4; ++g) ASSERT_EQ(store.word(row, g), value) << "row " << row;
    }
    EXPECT_EQ(store.touched_rows(), values.size());
}

}  // namespace
}  // namespace sky::model
