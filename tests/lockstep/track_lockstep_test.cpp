// Question: does the RTL's track do, for every offset, every pulse and every port mask, exactly what the model's
// does, legal or not? And does the planner plan the same for every offset and site?
#include <Vplanner_2.h>
#include <Vplanner_5.h>
#include <Vplanner_64.h>
#include <Vtrack_4x2.h>
#include <Vtrack_4x2___024root.h>
#include <Vtrack_wall.h>
#include <Vtrack_wall___024root.h>
#include <gtest/gtest.h>

#include <optional>

#include "sysc/model/random.hpp"
#include "sysc/model/shift_planner.hpp"
#include "sysc/model/track.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::model {
namespace {

constexpr uint32_t kErrNone = 0;
constexpr uint32_t kErrPushedOut = 1;
constexpr uint32_t kErrOccupied = 2;
constexpr uint32_t kErrBadPorts = 3;

struct Pulse {
    bool shift = false;
    Direction direction = Direction::kLeft;
    uint32_t start = 0;
    uint32_t end = 0;
    uint32_t removes = 0;
    uint32_t injects = 0;
};

/// Every shift between two of the three ports and the wire's ends, then every pair of remove and inject masks
/// of different ports.
std::vector<Pulse> every_pulse() {
    std::vector<Pulse> pulses;
    for (uint32_t start = 0; start <= 3; ++start)
        for (uint32_t end = 0; end <= 3; ++end)
            for (const Direction direction : {Direction::kLeft, Direction::kRight})
                pulses.push_back({.shift = true, .direction = direction, .start = start, .end = end});
    for (uint32_t removes = 0; removes < 8; ++removes)
        for (uint32_t injects = 0; injects < 8; ++injects)
            if ((removes & injects) == 0) pulses.push_back({.removes = removes, .injects = injects});
    return pulses;
}

uint32_t error_code(TrackError::Kind kind) {
    switch (kind) {
        case TrackError::Kind::kPushedOut: return kErrPushedOut;
        case TrackError::Kind::kOccupied: return kErrOccupied;
        case TrackError::Kind::kBadPorts: return kErrBadPorts;
    }
    return kErrNone;
}

/// What the model says of the pulse; the track is changed when it is legal.
uint32_t apply(Track& track, const Pulse& pulse) {
    Track after = track;
    try {
        if (pulse.shift) {
            after.shift(pulse.start, pulse.end, pulse.direction);
        } else {
            // Injects are checked against the sites as they are, then both act at once.
            Track probe = track;
            probe.inject(PortMask(pulse.injects));
            after.remove(PortMask(pulse.removes));
            after.inject(PortMask(pulse.injects));
        }
    } catch (const TrackError& error) {
        return error_code(error.kind());
    }
    track = after;
    return kErrNone;
}

std::string describe(const Pulse& pulse) {
    if (pulse.shift)
        return std::string("shift ") + (pulse.direction == Direction::kLeft ? "left" : "right") + " from port " +
               std::to_string(pulse.start) + " to port " + std::to_string(pulse.end);
    return "removes " + std::to_string(pulse.removes) + ", injects " + std::to_string(pulse.injects);
}

/// Site p as bit p.
uint32_t pack(const Track& track) {
    uint32_t bits = 0;
    for (uint32_t p = 0; p < track.geometry().sites(); ++p) bits |= uint32_t{track.site(p)} << p;
    return bits;
}

class TrackBench {
   public:
    TrackBench() {
        top_.eval();  // runs the initial block before sites are loaded
        top_.enable_i = 1;
    }

    static Geometry geometry() { return test::geometry(4, 2, 1); }

    /// Loads `track` into the RTL, applies the pulse to both, and says where they differ.
    std::string compare(Track track, const Pulse& pulse) {
        auto& sites = top_.rootp->sky_track__DOT__sites_q[0];
        sites = pack(track);
        top_.clk_i = 0;
        top_.row_i = 0;
        top_.look_i = 1;
        top_.shift_i = pulse.shift;
        top_.shift_dir_i = static_cast<CData>(pulse.direction);
        top_.shift_start_i = static_cast<CData>(pulse.start);
        top_.shift_end_i = static_cast<CData>(pulse.end);
        top_.remove_ports_i = static_cast<CData>(pulse.removes);
        top_.inject_ports_i = static_cast<CData>(pulse.injects);
        // The sites were changed behind the simulator's back: a rising edge without a pulse settles them.
        settle();
        const PortMask sensed = track.detect(PortMask(7));
        if (top_.sense_o != sensed.to_ulong()) return "sense_o differs";
        const uint32_t expected = apply(track, pulse);
        if (top_.err_o != expected)
            return "err_o is " + std::to_string(top_.err_o) + ", the model says " + std::to_string(expected);
        top_.clk_i = 1;
        top_.eval();
        return sites == pack(track) ? "" : "the sites differ after the pulse";
    }

   private:
    void settle() {
        const CData shift = top_.shift_i;
        const CData removes = top_.remove_ports_i;
        const CData injects = top_.inject_ports_i;
        top_.shift_i = top_.remove_ports_i = top_.inject_ports_i = 0;
        top_.eval();
        top_.clk_i = 1;
        top_.eval();
        top_.clk_i = 0;
        top_.shift_i = shift;
        top_.remove_ports_i = removes;
        top_.inject_ports_i = injects;
        top_.eval();
    }
    Vtrack_4x2 top_;
};

TEST(LockstepTrack, AgreesOnEveryPulseAtEveryOffsetForEveryContent) {
    TrackBench bench;
    const std::vector<Pulse> pulses = every_pulse();
    std::array<uint64_t, 4> outcomes{};
    for (int32_t offset = -4; offset <= 4; ++offset) {
        for (uint64_t content = 0; content < 256; ++content) {
            Track track(TrackBench::geometry());
            track.set_word(0, content & 15);
            track.set_word(1, content >> 4);
            for (int32_t i = 0; i < std::abs(offset); ++i)
                track.shift(offset > 0 ? Direction::kLeft : Direction::kRight);
            for (const Pulse& pulse : pulses) {
                ASSERT_EQ(bench.compare(track, pulse), "")
                    << "offset " << offset << " content " << content << ' ' << describe(pulse);
                Track after = track;
                ++outcomes.at(apply(after, pulse));
            }
        }
    }
    for (const uint64_t count : outcomes) EXPECT_GT(count, 1000U);  // legal pulses and every kind of error
}

TEST(LockstepTrack, AgreesOnRandomContentsOfEverySite) {
    TrackBench bench;
    Random random(test::seed());
    const std::vector<Pulse> pulses = every_pulse();
    for (int i = 0; i < 2'000; ++i) {
        Track track(TrackBench::geometry());
        for (uint32_t p = 0; p < track.geometry().sites(); ++p) track.set_site(p, random.percent(40));
        for (const Pulse& pulse : pulses) {
            ASSERT_EQ(bench.compare(track, pulse), "")
                << describe(pulse) << " sites " << pack(track) << " SKY_SEED=" << test::seed();
        }
    }
}

/// Two lanes that move each by itself and are written in place; two ports of three are shown.
constexpr uint32_t kLanes = 2;
Geometry wall_geometry() {
    return {.sites_per_segment = 2, .segments = 2, .overhead_sites = 4, .tracks = kLanes, .position_guard = true};
}

TEST(LockstepTrack, AgreesOnWritesInPlaceAndLanesThatMoveByThemselves) {
    Vtrack_wall top;
    top.eval();
    Random random(test::seed());
    std::vector<Track> lanes;
    for (uint32_t l = 0; l < kLanes; ++l) lanes.emplace_back(wall_geometry(), l, 1);
    auto& row = top.rootp->sky_track__DOT__g_domain_wall__DOT__row_q;
    const uint32_t sites = wall_geometry().sites();
    const auto packed = [&] {
        uint64_t bits = 0;
        for (uint32_t p = 0; p < sites; ++p)
            for (uint32_t l = 0; l < kLanes; ++l) bits |= uint64_t{lanes[l].site(p)} << (p * kLanes + l);
        return bits;
    };
    EXPECT_EQ(row, packed()) << "as it starts, one step to the left";
    uint64_t refused = 0;
    for (int i = 0; i < 50'000; ++i) {
        if (i % 8 == 0) {
            const auto density = static_cast<uint32_t>(random.below(80));
            for (Track& lane : lanes)
                for (uint32_t p = 0; p < sites; ++p) lane.set_site(p, random.percent(density));
            row = packed();
            top.shift_i = top.remove_ports_i = top.inject_ports_i = 0;  // settles what was changed behind its back
            top.clk_i = 0;
            top.eval();
            top.clk_i = 1;
            top.eval();
        }
        const bool shift = random.percent(70);
        const auto moving = static_cast<uint32_t>(random.below(4));
        const auto rights = static_cast<uint32_t>(random.below(4));
        const auto slips = static_cast<uint32_t>(random.below(16));
        const auto injects = static_cast<uint32_t>(random.percent(50) ? random.below(64) : 0);
        const uint32_t removes = static_cast<uint32_t>(random.below(64)) & ~injects;
        const bool enable = random.percent(90);
        top.clk_i = 0;
        top.enable_i = enable;
        top.look_i = 1;
        top.shift_i = shift;
        top.shift_lanes_i = static_cast<CData>(moving);
        top.shift_dirs_i = static_cast<CData>(rights);
        top.slip_i = static_cast<CData>(slips);
        top.inject_ports_i = static_cast<CData>(injects);
        top.remove_ports_i = static_cast<CData>(removes);
        top.eval();
        // Acts, then steps, on copies: one lane's domain that would be pushed out stops all of it.
        std::vector<Track> after = lanes;
        bool legal = true;
        for (uint32_t l = 0; l < kLanes; ++l) {
            for (uint32_t port = 0; port <= wall_geometry().segments; ++port) {
                const uint32_t bit = port * kLanes + l;
                ASSERT_EQ(top.sense_o >> bit & 1, uint32_t{lanes[l].sense(port)});
                if ((injects >> bit & 1) != 0) after[l].write(port, true);
                if ((removes >> bit & 1) != 0) after[l].write(port, false);
            }
            ASSERT_EQ(top.guard_first_o >> l & 1, uint32_t{lanes[l].guard_first()});
            ASSERT_EQ(top.guard_second_o >> l & 1, uint32_t{lanes[l].guard_second()});
            const uint32_t slip = slips >> 2 * l & 3;
            uint32_t steps = shift && (moving >> l & 1) != 0 ? 1 : 0;
            if (slip == 1) steps *= 2;
            if (slip == 3) steps = 0;
            try {
                for (; steps != 0; --steps)
                    after[l].shift((rights >> l & 1) != 0 ? Direction::kRight : Direction::kLeft);
            } catch (const TrackError&) {
                legal = false;
            }
        }
        ASSERT_EQ(top.err_o, legal ? kErrNone : kErrPushedOut) << i << " SKY_SEED=" << test::seed();
        if (legal && enable) lanes = after;
        if (!legal) ++refused;
        top.clk_i = 1;
        top.eval();
        ASSERT_EQ(row, packed()) << i << " SKY_SEED=" << test::seed();
    }
    EXPECT_GT(refused, 1000U);
}

template <typename V>
void expect_same_plans(uint32_t depth) {
    V top;
    uint32_t width = 1;  // of an offset: two's complement, -D to D
    while ((1U << (width - 1)) < depth + 1) ++width;
    const uint32_t mask = (1U << width) - 1;
    for (int32_t offset = -static_cast<int32_t>(depth); offset <= static_cast<int32_t>(depth); ++offset) {
        for (uint32_t way = 0; way < 2 * depth; ++way) {
            const uint32_t site = way / 2;
            top.offset_i = static_cast<CData>(static_cast<uint32_t>(offset) & mask);
            top.site_i = static_cast<CData>(site);
            top.left_only_i = way % 2;
            top.eval();
            const ShiftPlan plan = plan_shift(depth, offset, site, way % 2 != 0);
            EXPECT_EQ(top.distance_o, plan.distance_steps)
                << "D " << depth << " offset " << offset << " site " << site;
            EXPECT_EQ(top.right_port_o != 0, plan.right_port);
            EXPECT_EQ(top.dir_o, static_cast<uint32_t>(plan.direction));
            EXPECT_EQ(top.offset_o, static_cast<uint32_t>(plan.offset) & mask);
        }
    }
}

TEST(LockstepShiftPlanner, AgreesForEveryOffsetAndSite) {
    expect_same_plans<Vplanner_2>(2);
    expect_same_plans<Vplanner_5>(5);
    expect_same_plans<Vplanner_64>(64);
}

}  // namespace
}  // namespace sky::model
