// Question: does an array cost host memory only for the tracks that were touched, and keep what they hold?
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <stdexcept>
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

/// Memory of this process that is really there, in bytes.
double resident_bytes() {
    std::ifstream pages("/proc/self/statm");
    double total = 0;
    double resident = 0;
    pages >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

TEST(UnitTrackStore, TakesNoMoreOfTheHostThanItSays) {
    // Sparse and, with large pages and a full array, dense.
    for (const uint64_t tracks : {uint64_t{1} << 32, uint64_t{400'000}}) {
        const double before = resident_bytes();
        TrackStore store(test::geometry(64, 32, tracks));
        std::mt19937_64 random(test::seed());
        const uint64_t touched = std::min<uint64_t>(tracks, 200'000);
        while (store.touched_rows() < touched) std::fill_n(store.touch(random() % tracks).words, 32, 1);
        const double bits = static_cast<double>(touched) * 2048 / 8;
        EXPECT_LE(static_cast<double>(store.host_bytes()), 1.5 * bits) << tracks << " tracks";
        EXPECT_LE(resident_bytes() - before, 1.5 * bits) << tracks << " tracks";
    }
}

TEST(UnitTrackStore, FindsEveryRowWhicheverIndexItHas) {
    // A small array goes over to the plain index on its way; both are asked for rows they have and have not.
    for (const uint64_t tracks : {uint64_t{5'000}, uint64_t{1} << 31}) {
        TrackStore store(test::geometry(64, 32, tracks));
        std::mt19937_64 random(test::seed());
        std::unordered_map<uint64_t, uint64_t> values;
        for (uint64_t i = 1; i < 20'000; ++i) {
            const uint64_t row = random() % std::min<uint64_t>(tracks, 8'000) * (tracks > 8'000 ? 77'777 : 1);
            ASSERT_EQ(store.touched(row), values.contains(row)) << "row " << row;
            ASSERT_EQ(store.word(row, 31), values.contains(row) ? values[row] : 0) << "row " << row;
            store.prefetch(row);
            store.prefetch_words(row, 31, true);
            store.touch(row).words[31] = values[row] = i;
        }
        size_t rows = 0;
        store.each([&](uint64_t row, const TrackStore::Row& stored) {
            ++rows;
            EXPECT_EQ(stored.words[31], values.at(row));
        });
        EXPECT_EQ(rows, values.size());
        EXPECT_FALSE(store.touched(tracks)) << "a row the array does not have";
        EXPECT_THROW((void)store.touch(tracks), std::out_of_range);
    }
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
