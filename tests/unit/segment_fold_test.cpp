// Question: does a request that is folded onto fewer segments keep its data with their segments?
#include <gtest/gtest.h>

#include "host/memory/segment_fold.hpp"
#include "tests/support/device.hpp"

namespace sky::memory {
namespace {

/// 128 tracks a row: a segment has two words.
Geometry bit_row(uint32_t segments) {
    return {.sites_per_segment = 4, .segments = segments, .overhead_sites = 4, .tracks = 256, .tracks_per_row = 128};
}

TEST(UnitSegmentFold, TakesASegmentModuloThoseThereAre) {
    SegmentFold fold(bit_row(3));
    TraceRecord write{{.op = Op::kWrite, .site = 2, .row = 1, .seg_mask = uint64_t{1} << 63}, {5, 6}};
    EXPECT_TRUE(fold.apply(write));
    EXPECT_EQ(write.command.seg_mask, 0b001U);
    EXPECT_EQ(write.command.row, 1U);
    EXPECT_EQ(write.command.site, 2);
    EXPECT_EQ(write.data, (std::vector<uint64_t>{5, 6}));
}

TEST(UnitSegmentFold, LetsTheDataFollowTheirSegments) {
    SegmentFold fold(bit_row(3));
    // Segments 1, 3 and 5 become 1, 0 and 2.
    TraceRecord write{{.op = Op::kWrite, .seg_mask = 0b101010}, {10, 11, 30, 31, 50, 51}};
    EXPECT_TRUE(fold.apply(write));
    EXPECT_EQ(write.command.seg_mask, 0b111U);
    EXPECT_EQ(write.data, (std::vector<uint64_t>{30, 31, 10, 11, 50, 51}));
}

TEST(UnitSegmentFold, LeavesARequestAloneWhoseSegmentsDoNotStayApart) {
    SegmentFold fold(bit_row(3));
    TraceRecord write{{.op = Op::kWrite, .seg_mask = 0b1001}, {1, 2, 3, 4}};
    const TraceRecord before = write;
    EXPECT_FALSE(fold.apply(write));
    EXPECT_EQ(write.command.seg_mask, before.command.seg_mask);
    EXPECT_EQ(write.data, before.data);
}

TEST(UnitSegmentFold, LeavesTheKeysOfAScanAndABarrierAsTheyAre) {
    SegmentFold fold(test::geometry(8, 4, 16));
    TraceRecord scan{{.op = Op::kScan, .seg_mask = 0b110000}, {9, 3}};
    EXPECT_TRUE(fold.apply(scan));
    EXPECT_EQ(scan.command.seg_mask, 0b0011U);
    EXPECT_EQ(scan.data, (std::vector<uint64_t>{9, 3}));
    TraceRecord barrier{{.op = Op::kBarrier, .seg_mask = ~uint64_t{0}}, {}};
    EXPECT_TRUE(fold.apply(barrier));
}

TEST(UnitSegmentFold, ChangesNothingWhereAllSegmentsAreThere) {
    SegmentFold fold(test::geometry(8, 64, 16));
    TraceRecord read{{.op = Op::kRead, .seg_mask = ~uint64_t{0}}, {}};
    EXPECT_TRUE(fold.apply(read));
    EXPECT_EQ(read.command.seg_mask, ~uint64_t{0});
}

}  // namespace
}  // namespace sky::memory
