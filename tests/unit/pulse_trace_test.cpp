// Question: does a line of the command trace say what happened in its slot, in the words that are documented?
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "host/memory/pulse_trace.hpp"
#include "host/memory/session.hpp"
#include "tests/support/device.hpp"
#include "tests/support/files.hpp"

namespace sky::memory {
namespace {

using model::Direction;
using model::PortMask;
using model::Pulse;

SessionConfig config(Backend backend, bool by_pulses) {
    return {.backend = backend,
            .geometry = test::geometry(2, 2, 4),
            .timing = test::skyrmion_timing(),
            .policy = {},
            .by_pulses = by_pulses};
}

/// What follows the two lines of comment.
std::string lines_of(const Geometry& geometry, const std::vector<Pulse>& pulses) {
    const test::TemporaryFolder folder;
    auto trace = PulseTraceWriter::create(folder.path("t"), geometry);
    for (const Pulse& pulse : pulses) trace.value()->add(pulse);
    EXPECT_TRUE(trace.value()->close().ok());
    const std::string text = test::read_file(folder.path("t"));
    const size_t second = text.find('\n') + 1;
    EXPECT_EQ(text.find("# cycle bank row slot where offset\n"), second) << text;
    return text.substr(text.find('\n', second) + 1);
}

TEST(UnitPulseTrace, ShowsTheSlotsOfAWriteInTheirCycles) {
    const test::TemporaryFolder folder;
    const auto session = std::move(MemorySession::start(config(Backend::kFast, true)).value());
    auto trace = PulseTraceWriter::create(folder.path("t"), session->geometry());
    session->observe_pulses([&](const Pulse& pulse) { trace.value()->add(pulse); });
    const std::vector<uint64_t> words{0b10, 0b11};
    (void)session->execute({.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = 3, .seg_mask = 0b11}, words);
    ASSERT_TRUE(trace.value()->close().ok());
    EXPECT_EQ(test::read_file(folder.path("t")),
              "# pulses of 2 segments of 2 sites, ports 0 to 2, 1 track a row\n"
              "# cycle bank row slot where offset\n"
              "9 0 3 shift left:wire 1\n"  // a cycle to take it, two for its words, one to dispatch it, five to shift
              "10 0 3 detect 0-1 1\n"
              "20 0 3 inject 0-1 1\n"
              "25 0 3 shift left:wire 2\n"
              "26 0 3 detect 0-1 2\n"
              "36 0 3 inject 1 2\n"
              "41 0 3 shift right:wire 1\n"
              "46 0 3 shift right:wire 0\n");
}

TEST(UnitPulseTrace, NamesRangesOfPortsAndEndsOfTheWire) {
    const Geometry geometry = test::geometry(4, 8, 4);
    const auto shift = [](Direction direction, uint32_t start, uint32_t end) {
        return Pulse{
            .cycle = 7, .bank = 1, .row = 3, .offset = -2, .direction = direction, .start = start, .end = end};
    };
    EXPECT_EQ(lines_of(geometry, {shift(Direction::kLeft, 9, 9), shift(Direction::kRight, 9, 4),
                                  shift(Direction::kLeft, 4, 9), shift(Direction::kRight, 4, 5)}),
              "7 1 3 shift left:wire -2\n"
              "7 1 3 shift right:start..4 -2\n"
              "7 1 3 shift left:4..end -2\n"
              "7 1 3 shift right:4..5 -2\n");
    const std::vector<PortMask> some{PortMask(0b101110111)};
    const std::vector<PortMask> one{PortMask(0b1000)};
    EXPECT_EQ(lines_of(geometry, {{.kind = Pulse::Kind::kDetect, .detects = some[0]},
                                  {.kind = Pulse::Kind::kRemove, .removes = some},
                                  {.kind = Pulse::Kind::kInject, .injects = one},
                                  {.kind = Pulse::Kind::kOverlap, .removes = some, .injects = one}}),
              "0 0 0 detect 0-2,4-6,8 0\n"
              "0 0 0 remove 0-2,4-6,8 0\n"
              "0 0 0 inject 3 0\n"
              "0 0 0 overlap 0-2,4-6,8/3 0\n");
}

TEST(UnitPulseTrace, NamesTheTracksOfABitInterleavedRow) {
    Geometry geometry = test::geometry(4, 2, 64);
    geometry.tracks_per_row = 64;
    std::vector<PortMask> ports(64);
    ports[0].set(1);
    ports[5].set(1);
    ports[63].set(2);
    EXPECT_EQ(lines_of(geometry, {{.kind = Pulse::Kind::kDetect, .detects = PortMask(0b11)},
                                  {.kind = Pulse::Kind::kInject, .injects = ports}}),
              "0 0 0 detect 0-1 0\n"
              "0 0 0 inject 1:0000000000000021,2:8000000000000000 0\n");
}

TEST(UnitPulseTrace, NeedsASessionThatWorksByPulses) {
    const auto by_events = std::move(MemorySession::start(config(Backend::kFast, false)).value());
    EXPECT_THROW(by_events->observe_pulses([](const Pulse&) {}), std::logic_error);
    for (const Backend backend : {Backend::kTlm, Backend::kRtl})
        EXPECT_EQ(MemorySession::start(config(backend, true)).status().message(),
                  std::string("backend ") + to_string(backend) + " does not show its pulses; use backend fast");
}

}  // namespace
}  // namespace sky::memory
