// Question: does a nanotrack move, sense and change sites exactly as its geometry says, and refuse what would
// destroy data?
#include <gtest/gtest.h>

#include <string>

#include "sysc/model/track.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

// | 4 | AP0 | 4 | AP1 | 4 | AP2 | 4 |: ports at 4, 9, 14, 19 sites in all.
Track small_track() { return Track(test::geometry(4, 2, 1), 17); }

TEST(UnitGeometry, PutsPortsBetweenSegments) {
    const Geometry geometry = test::geometry(4, 2, 1);
    EXPECT_EQ(geometry.ports(), 3U);
    EXPECT_EQ(geometry.port_site(0), 4U);
    EXPECT_EQ(geometry.port_site(1), 9U);
    EXPECT_EQ(geometry.port_site(2), 14U);
    EXPECT_EQ(geometry.sites(), 19U);
    EXPECT_EQ(geometry.capacity_bits(), 8U);
    EXPECT_EQ(test::geometry(64, 64, 1).segment_mask(), ~uint64_t{0});
    EXPECT_EQ(test::geometry(64, 64, 1).word_mask(), ~uint64_t{0});
}

TEST(UnitGeometry, NamesTheValueThatCannotBeBuilt) {
    EXPECT_EQ(test::geometry(64, 32, 16).problem(), "");
    EXPECT_EQ(test::geometry(65, 32, 16).problem(), "sites_per_segment is 65, expected 2 to 64");
    EXPECT_EQ(test::geometry(64, 0, 16).problem(), "segments is 0, expected 1 to 64");
    EXPECT_EQ(test::geometry(64, 32, 0).problem(), "tracks is 0, expected 1 to 4294967296");
    Geometry geometry = test::geometry(64, 32, 16);
    geometry.overhead_sites = 63;
    EXPECT_EQ(geometry.problem(), "overhead_sites is 63, expected 64 to 1024");
}

TEST(UnitTrack, PutsSiteZeroInTheMostSignificantBit) {
    Track track = small_track();
    track.set_word(1, 0b1000);
    EXPECT_TRUE(track.site(10));
    track.set_word(1, 0b0001);
    EXPECT_TRUE(track.site(13));
    EXPECT_EQ(track.word(1), 0b0001U);
    EXPECT_EQ(track.word(0), 0U);
}

TEST(UnitTrack, KeepsSkyrmionsWhenItShifts) {
    Track track = small_track();
    track.set_word(0, 0b1011);
    track.set_word(1, 0b0110);
    for (int step = 0; step < 4; ++step) track.shift(Direction::kLeft);
    EXPECT_EQ(track.offset(), 4);
    EXPECT_EQ(track.skyrmions(), 5U);
    for (int step = 0; step < 8; ++step) track.shift(Direction::kRight);
    EXPECT_EQ(track.offset(), -4);
    for (int step = 0; step < 4; ++step) track.shift(Direction::kLeft);
    EXPECT_EQ(track.word(0), 0b1011U);
    EXPECT_EQ(track.word(1), 0b0110U);
}

TEST(UnitTrack, BringsSiteUnderTheLeftPortAfterSitePlusOneSteps) {
    for (uint32_t site = 0; site < 4; ++site) {
        Track track = small_track();
        track.set_word(1, uint64_t{1} << (3 - site));
        for (uint32_t step = 0; step < site + 1; ++step) track.shift(Direction::kLeft);
        EXPECT_EQ(track.detect(PortMask(0b111)), PortMask(0b010)) << "site " << site;
    }
}

TEST(UnitTrack, BringsSiteUnderTheRightPortAfterDepthMinusSiteSteps) {
    for (uint32_t site = 0; site < 4; ++site) {
        Track track = small_track();
        track.set_word(1, uint64_t{1} << (3 - site));
        for (uint32_t step = 0; step < 4 - site; ++step) track.shift(Direction::kRight);
        EXPECT_EQ(track.detect(PortMask(0b111)), PortMask(0b100)) << "site " << site;
    }
}

TEST(UnitTrack, MovesOnlyTheSitesBetweenTheShiftPorts) {
    Track track = small_track();
    track.set_word(0, 0b1111);
    track.set_word(1, 0b1010);
    track.shift(0, 1, Direction::kLeft);
    EXPECT_TRUE(track.site(4));   // AP0 took the first site
    EXPECT_FALSE(track.site(9));  // AP1's site was vacated
    EXPECT_EQ(track.word(0), 0b1110U);
    EXPECT_EQ(track.word(1), 0b1010U);
    EXPECT_EQ(track.offset(), 0) << "only a whole-wire step moves the head";
    track.shift(0, 1, Direction::kRight);
    EXPECT_EQ(track.word(0), 0b1111U);
}

TEST(UnitTrack, ShiftsFromAWireEndToAPort) {
    Track track = small_track();
    track.set_word(0, 0b0001);
    track.set_word(1, 0b1000);
    track.shift(track.wire_end(), 1, Direction::kLeft);
    EXPECT_EQ(track.word(0), 0b0010U);
    EXPECT_EQ(track.word(1), 0b1000U) << "right of the range";
    track.shift(1, track.wire_end(), Direction::kRight);
    EXPECT_EQ(track.word(0), 0b0010U) << "left of the range";
    EXPECT_EQ(track.word(1), 0b0100U);
    EXPECT_EQ(track.offset(), 0);
}

TEST(UnitTrack, VacatesTheSiteBehindAShift) {
    // Every site of the range set except the one that leaves: the site behind must read 0.
    for (const Direction direction : {Direction::kLeft, Direction::kRight}) {
        Track track = small_track();
        const bool left = direction == Direction::kLeft;
        for (uint32_t site = 4; site <= 9; ++site) track.set_site(site, site != (left ? 4U : 9U));
        track.shift(0, 1, direction);
        for (uint32_t site = 4; site <= 9; ++site) EXPECT_EQ(track.site(site), site != (left ? 9U : 4U)) << site;
    }
}

TEST(UnitTrack, StaysAsItIsWhenASkyrmionWouldBePushedOut) {
    Track track = small_track();
    track.set_word(0, 0b1000);
    track.shift(0, 1, Direction::kLeft);
    try {
        track.shift(0, 1, Direction::kLeft);
        FAIL() << "the skyrmion at AP0 left the range";
    } catch (const TrackError& error) {
        EXPECT_EQ(error.kind(), TrackError::Kind::kPushedOut);
        const std::string message = error.what();
        EXPECT_NE(message.find("track 17"), std::string::npos) << message;
        EXPECT_NE(message.find("head offset 0"), std::string::npos) << message;
        EXPECT_NE(message.find("shift left [AP0, AP1]"), std::string::npos) << message;
    }
    EXPECT_TRUE(track.site(4));
    EXPECT_EQ(track.skyrmions(), 1U);
}

TEST(UnitTrack, KeepsSkyrmionsFromLeavingTheWire) {
    Track track = small_track();
    track.set_word(0, 0b1000);  // site 5
    for (int step = 0; step < 5; ++step) track.shift(Direction::kLeft);
    EXPECT_THROW(track.shift(Direction::kLeft), TrackError);
    EXPECT_EQ(track.offset(), 5);
    EXPECT_TRUE(track.site(0));
}

TEST(UnitTrack, RefusesPortsThatDoNotExist) {
    Track track = small_track();
    const auto kind = [](const auto& action) {
        try {
            action();
        } catch (const TrackError& error) {
            return error.kind();
        }
        ADD_FAILURE() << "not refused";
        return TrackError::Kind::kOccupied;
    };
    EXPECT_EQ(kind([&] { track.shift(1, 1, Direction::kLeft); }), TrackError::Kind::kBadPorts);
    EXPECT_EQ(kind([&] { track.shift(2, 1, Direction::kLeft); }), TrackError::Kind::kBadPorts);
    EXPECT_EQ(kind([&] { (void)track.detect(PortMask(0b1000)); }), TrackError::Kind::kBadPorts);
    EXPECT_EQ(kind([&] { track.remove(PortMask(0b1000)); }), TrackError::Kind::kBadPorts);
    EXPECT_EQ(kind([&] { track.inject(PortMask(0b1001)); }), TrackError::Kind::kBadPorts);
    EXPECT_EQ(track.skyrmions(), 0U);
}

TEST(UnitTrack, RefusesToInjectOntoASkyrmion) {
    Track track = small_track();
    track.inject(PortMask(0b010));
    try {
        track.inject(PortMask(0b111));
        FAIL() << "AP1 holds a skyrmion";
    } catch (const TrackError& error) {
        EXPECT_EQ(error.kind(), TrackError::Kind::kOccupied);
        EXPECT_NE(std::string(error.what()).find("inject at AP1"), std::string::npos) << error.what();
    }
    EXPECT_EQ(track.skyrmions(), 1U) << "no port of a refused pulse acts";
}

TEST(UnitTrack, RemovesFromAnEmptySiteLegally) {
    Track track = small_track();
    track.inject(PortMask(0b001));
    EXPECT_EQ(track.remove(PortMask(0b111)), PortMask(0b001));
    EXPECT_EQ(track.remove(PortMask(0b111)), PortMask());
    EXPECT_EQ(track.skyrmions(), 0U);
}

}  // namespace
}  // namespace sky::model
