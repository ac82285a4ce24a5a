// Question: does every byte address name exactly one byte of one word, in both mappings, and does an access name
// each byte once?
#include <gtest/gtest.h>

#include <set>
#include <tuple>
#include <vector>

#include "sysc/model/address_map.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

Geometry bits(uint32_t sites_per_segment, uint32_t segments, uint32_t tracks_per_row, uint64_t rows) {
    Geometry geometry = test::geometry(sites_per_segment, segments, rows * tracks_per_row);
    geometry.tracks_per_row = tracks_per_row;
    EXPECT_EQ(geometry.problem(), "");
    return geometry;
}

Geometry flagged(Geometry geometry) {
    geometry.flag_site = true;
    geometry.overhead_sites = geometry.depth();
    return geometry;
}

TEST(UnitAddressMap, IsABijection) {
    for (const Geometry& geometry : {test::geometry(16, 3, 5), test::geometry(64, 4, 3), test::geometry(8, 1, 7),
                                     flagged(test::geometry(24, 3, 4)), bits(2, 1, 64, 1), bits(5, 3, 64, 3),
                                     bits(4, 2, 192, 2), bits(3, 4, 512, 2)}) {
        const AddressMap map(geometry);
        const bool word = geometry.mapping() == Mapping::kWord;
        ASSERT_TRUE(AddressMap::fits(geometry));
        ASSERT_EQ(map.capacity_bytes(), geometry.capacity_bits() / 8);
        ASSERT_EQ(map.capacity_bytes(), capacity_bytes(geometry));
        std::set<std::tuple<uint32_t, uint32_t, uint32_t, uint32_t, uint32_t>> places;
        for (uint64_t address = 0; address < map.capacity_bytes(); ++address) {
            const BytePlace place = map.place(address);
            ASSERT_LT(place.row, geometry.rows());
            ASSERT_LT(place.site, word ? 1 : geometry.sites_per_segment);
            ASSERT_LT(place.segment, geometry.segments);
            ASSERT_LT(place.beat, geometry.beats_per_segment());
            ASSERT_LT(place.byte, geometry.word_bits() / 8);
            ASSERT_TRUE(places.insert({place.row, place.site, place.segment, place.beat, place.byte}).second)
                << "address " << address;
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

TEST(UnitAddressMap, PutsALineIntoOneOffsetOf512Tracks) {
    const Geometry geometry = bits(32, 32, 512, 4);  // a row: 32 sites x 32 segments x 64 bytes
    constexpr uint64_t kSiteBytes = 2'048;
    constexpr uint64_t kRowBytes = 32 * kSiteBytes;
    const uint64_t address = 3 * kRowBytes + 7 * kSiteBytes + 320;
    const std::vector<TrackAccess> parts = split_access(geometry, address, 64);
    ASSERT_EQ(parts.size(), 1U);
    EXPECT_EQ(parts[0].row, 3U);
    EXPECT_EQ(parts[0].site, 7U);
    EXPECT_EQ(parts[0].seg_mask, uint64_t{1} << 5);
    EXPECT_EQ(parts[0].partial_mask, 0U);
    EXPECT_EQ(AddressMap(geometry).place(address + 17),
              (BytePlace{.row = 3, .site = 7, .segment = 5, .beat = 2, .byte = 1}));
    EXPECT_EQ(split_access(geometry, 7 * kSiteBytes, kSiteBytes).size(), 1U) << "all segments of a site: one pass";
    EXPECT_EQ(split_access(geometry, 7 * kSiteBytes + 1'024, kSiteBytes).size(), 2U) << "two sites";
}

TEST(UnitAddressMap, NeedsWordsOfWholeBytes) {
    EXPECT_FALSE(AddressMap::fits(test::geometry(12, 3, 5)));
    EXPECT_TRUE(AddressMap::fits(test::geometry(24, 3, 5)));
    EXPECT_TRUE(AddressMap::fits(bits(12, 3, 64, 5))) << "a word lies across tracks";
}

TEST(UnitAddressMap, FlagSitesHaveNoAddress) {
    const Geometry plain = test::geometry(64, 32, 16);
    EXPECT_EQ(capacity_bytes(flagged(plain)), capacity_bytes(plain));
    EXPECT_EQ(AddressMap(flagged(plain)).place(1'234), AddressMap(plain).place(1'234));
}

void expect_each_byte_once(const Geometry& geometry, uint64_t address, uint64_t bytes) {
    const AddressMap map(geometry);
    uint64_t done = 0;
    for (const TrackAccess& part : split_access(geometry, address, bytes)) {
        ASSERT_EQ(part.offset, done);
        ASSERT_GT(part.bytes, 0U);
        uint64_t touched = 0;
        std::vector<uint32_t> covered(geometry.segments, 0);
        for (uint64_t i = 0; i < part.bytes; ++i) {
            const BytePlace place = map.place(address + done + i);
            ASSERT_EQ(place.row, part.row);
            ASSERT_EQ(place.site, part.site);
            touched |= uint64_t{1} << place.segment;
            ++covered[place.segment];
        }
        ASSERT_EQ(part.seg_mask, touched);
        const BytePlace first = map.place(address + done);
        ASSERT_EQ(part.skip_bytes, first.beat * map.word_bytes() + first.byte);
        for (uint32_t g = 0; g < geometry.segments; ++g)
            ASSERT_EQ(part.partial_mask >> g & 1, covered[g] % map.segment_bytes() != 0 ? 1U : 0U);
        done += part.bytes;
    }
    ASSERT_EQ(done, bytes) << "address " << address;
}

TEST(UnitAddressMap, SplitsEveryAccessIntoItsBytesOnce) {
    for (const Geometry& geometry : {test::geometry(16, 3, 4), bits(2, 2, 64, 2), bits(3, 1, 128, 1)}) {
        const uint64_t capacity = capacity_bytes(geometry);
        for (uint64_t address = 0; address <= capacity; ++address) {
            for (uint64_t bytes = 0; address + bytes <= capacity; ++bytes) {
                expect_each_byte_once(geometry, address, bytes);
                if (HasFatalFailure()) return;
            }
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
    EXPECT_TRUE(in_range(bits(2, 2, 64, 2), 0, 64));
    EXPECT_FALSE(in_range(bits(2, 2, 64, 2), 0, 65));
}

}  // namespace
}  // namespace sky::model
