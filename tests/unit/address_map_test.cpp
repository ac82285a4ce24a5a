// Question: does every byte address name exactly one byte of one word, and does an access name each byte once?
#include <gtest/gtest.h>

#include <set>
#include <tuple>
#include <vector>

#include "sysc/model/address_map.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

TEST(UnitAddressMap, IsABijection) {
    for (const Geometry& geometry : {test::geometry(16, 3, 5), test::geometry(64, 4, 3), test::geometry(8, 1, 7)}) {
        const WordAddressMap map(geometry);
        ASSERT_TRUE(WordAddressMap::fits(geometry));
        ASSERT_EQ(map.capacity_bytes(), geometry.capacity_bits() / 8);
        std::set<std::tuple<uint32_t, uint32_t, uint32_t>> places;
        for (uint64_t address = 0; address < map.capacity_bytes(); ++address) {
            const WordPlace place = map.place(address);
            ASSERT_LT(place.row, geometry.tracks);
            ASSERT_LT(place.segment, geometry.segments);
            ASSERT_LT(place.byte, map.word_bytes());
            ASSERT_TRUE(places.insert({place.row, place.segment, place.byte}).second) << "address " << address;
            ASSERT_EQ(map.address(place), address);
        }
    }
}

TEST(UnitAddressMap, PutsALineIntoEightNeighbouringSegments) {
    const Geometry geometry = test::geometry(64, 32, 16);
    const std::vector<TrackAccess> parts = split_access(geometry, 256 * 3 + 64, 64);
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].row, 3U);
    EXPECT_EQ(parts[0].seg_mask, uint64_t{0xff00});
    EXPECT_EQ(parts[0].partial_mask, 0U);
}

TEST(UnitAddressMap, NeedsWordsOfWholeBytes) {
    EXPECT_FALSE(WordAddressMap::fits(test::geometry(12, 3, 5)));
    EXPECT_TRUE(WordAddressMap::fits(test::geometry(24, 3, 5)));
}

TEST(UnitAddressMap, SplitsEveryAccessIntoItsBytesOnce) {
    const Geometry geometry = test::geometry(16, 3, 4);
    const WordAddressMap map(geometry);
    const uint64_t capacity = map.capacity_bytes();
    for (uint64_t address = 0; address <= capacity; ++address) {
        for (uint64_t bytes = 0; address + bytes <= capacity; ++bytes) {
            uint64_t done = 0;
            for (const TrackAccess& part : split_access(geometry, address, bytes)) {
                ASSERT_EQ(part.offset, done);
                ASSERT_GT(part.bytes, 0U);
                uint64_t touched = 0;
                std::vector<uint32_t> covered(geometry.segments, 0);
                for (uint64_t i = 0; i < part.bytes; ++i) {
                    const WordPlace place = map.place(address + done + i);
                    ASSERT_EQ(place.row, part.row);
                    touched |= uint64_t{1} << place.segment;
                    ++covered[place.segment];
                }
                ASSERT_EQ(part.seg_mask, touched);
                ASSERT_EQ(part.skip_bytes, map.place(address + done).byte);
                for (uint32_t g = 0; g < geometry.segments; ++g)
                    ASSERT_EQ(part.partial_mask >> g & 1, covered[g] % map.word_bytes() != 0 ? 1U : 0U);
                done += part.bytes;
            }
            ASSERT_EQ(done, bytes) << "address " << address;
        }
    }
}

TEST(UnitAddressMap, KnowsWhereTheMemoryEnds) {
    const Geometry geometry = test::geometry(64, 32, 16);  // 4096 bytes
    EXPECT_TRUE(in_range(geometry, 0, 4096));
    EXPECT_TRUE(in_range(geometry, 4096, 0));
    EXPECT_FALSE(in_range(geometry, 4096, 1));
    EXPECT_FALSE(in_range(geometry, 0, 4097));
    EXPECT_FALSE(in_range(geometry, ~uint64_t{0}, 2)) << "the end wraps round";
    EXPECT_FALSE(in_range(geometry, 8, ~uint64_t{0}));
}

}  // namespace
}  // namespace sky::model
