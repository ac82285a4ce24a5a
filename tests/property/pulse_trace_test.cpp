// Question: is the command trace the whole story? Replayed on bare tracks, do its lines leave every word, flag and
// offset where the memory has them, and do they add up to what was counted?
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <stdexcept>

#include "host/memory/pulse_trace.hpp"
#include "host/memory/session.hpp"
#include "sysc/model/track.hpp"
#include "tb/request_stream.hpp"
#include "tests/support/device.hpp"
#include "tests/support/files.hpp"
#include "tests/support/seed.hpp"

namespace sky::memory {
namespace {

using model::PortMask;
using model::Track;

struct Line {
    uint64_t cycle = 0;
    uint32_t bank = 0;
    uint32_t row = 0;
    std::string slot;
    std::string where;
    int32_t offset = 0;
};

std::vector<Line> lines_of(const std::string& text) {
    std::vector<Line> lines;
    std::istringstream in(text);
    for (std::string one; std::getline(in, one);) {
        if (one.starts_with('#')) continue;
        std::istringstream fields(one);
        Line line;
        fields >> line.cycle >> line.bank >> line.row >> line.slot >> line.where >> line.offset;
        EXPECT_TRUE(fields && fields.eof()) << one;
        lines.push_back(line);
    }
    return lines;
}

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, at);) parts.push_back(part);
    return parts;
}

/// The tracks of a memory, moved by nothing but the lines of the trace.
class Replay {
   public:
    explicit Replay(const Geometry& geometry) : geometry_(geometry) {}

    void take(const Line& line) {
        std::vector<Track>& tracks = row(line.row);
        if (line.slot == "shift") {
            shift(tracks, line.where);
            ++counted[Counter::kShifts];
        } else if (line.slot == "detect") {
            counted[Counter::kDetects] += ranges(line.where).count() * tracks.size();
        } else {
            const size_t slash = line.where.find('/');
            const bool overlaps = line.slot == "overlap";
            ASSERT_EQ(overlaps, slash != std::string::npos) << line.where;
            if (line.slot != "inject") remove(tracks, line.where.substr(0, slash));
            if (line.slot != "remove") inject(tracks, line.where.substr(overlaps ? slash + 1 : 0));
        }
        EXPECT_EQ(tracks.front().offset(), line.offset);
    }

    /// The row as an image would have it.
    [[nodiscard]] StoredRow stored(uint32_t of) {
        std::vector<Track>& tracks = row(of);
        StoredRow stored{.row = of, .offset = tracks.front().offset(), .words = {}};
        for (uint32_t g = 0; g < geometry_.segments && tracks.size() == 1; ++g) {
            stored.words.push_back(tracks[0].word(g));
            if (geometry_.flag_site) stored.flags |= uint64_t{tracks[0].bit(g, geometry_.sites_per_segment)} << g;
        }
        for (uint32_t site = 0; site < geometry_.sites_per_segment && tracks.size() > 1; ++site)
            for (uint32_t g = 0; g < geometry_.segments; ++g)
                for (size_t t = 0; t < tracks.size(); ++t) {
                    if (t % 64 == 0) stored.words.push_back(0);
                    stored.words.back() |= uint64_t{tracks[t].bit(g, site)} << (t % 64);
                }
        return stored;
    }

    Counters counted;

   private:
    std::vector<Track>& row(uint32_t row) {
        std::vector<Track>& tracks = rows_[row];
        while (tracks.size() < geometry_.tracks_per_row) tracks.emplace_back(geometry_);
        return tracks;
    }

    void shift(std::vector<Track>& tracks, const std::string& where) const {
        const std::vector<std::string> parts = split(where, ':');
        const auto direction = parts.at(0) == "left" ? model::Direction::kLeft : model::Direction::kRight;
        const size_t dots = parts.at(1).find("..");
        for (Track& track : tracks) {
            if (parts[1] == "wire")
                track.shift(direction);
            else
                track.shift(port(parts[1].substr(0, dots)), port(parts[1].substr(dots + 2)), direction);
        }
    }
    void remove(std::vector<Track>& tracks, const std::string& where) {
        const std::vector<PortMask> ports = by_track(where);
        for (size_t t = 0; t < tracks.size(); ++t) {
            counted[Counter::kRemoves] += ports[t].count();
            tracks[t].remove(ports[t]);
        }
    }
    void inject(std::vector<Track>& tracks, const std::string& where) {
        const std::vector<PortMask> ports = by_track(where);
        for (size_t t = 0; t < tracks.size(); ++t) {
            counted[Counter::kInjects] += ports[t].count();
            tracks[t].inject(ports[t]);
        }
    }

    [[nodiscard]] uint32_t port(const std::string& name) const {
        return name == "start" || name == "end" ? geometry_.ports() : static_cast<uint32_t>(std::stoul(name));
    }
    static PortMask ranges(const std::string& where) {
        PortMask ports;
        for (const std::string& range : split(where, ',')) {
            const std::vector<std::string> ends = split(range, '-');
            for (size_t p = std::stoul(ends.front()); p <= std::stoul(ends.back()); ++p) ports.set(p);
        }
        return ports;
    }
    [[nodiscard]] std::vector<PortMask> by_track(const std::string& where) const {
        if (geometry_.tracks_per_row == 1) return {ranges(where)};
        std::vector<PortMask> ports(geometry_.tracks_per_row);
        for (const std::string& one : split(where, ',')) {
            const std::string digits = one.substr(one.find(':') + 1);
            EXPECT_EQ(4 * digits.size(), ports.size()) << where;
            for (size_t t = 0; t < ports.size(); ++t) {
                const size_t digit = std::stoul(digits.substr(digits.size() - 1 - t / 4, 1), nullptr, 16);
                if ((digit >> (t % 4) & 1) != 0) ports[t].set(std::stoul(one));
            }
        }
        return ports;
    }

    Geometry geometry_;
    std::map<uint32_t, std::vector<Track>> rows_;
};

std::unique_ptr<MemorySession> start(SessionConfig config, bool by_pulses) {
    config.by_pulses = by_pulses;
    auto session = MemorySession::start(config);
    if (!session.ok()) throw std::runtime_error(session.status().message());
    return std::move(session.value());
}

void expect_whole_story(const SessionConfig& config) {
    const test::TemporaryFolder folder;
    const auto session = start(config, true);
    const auto unseen = start(config, false);
    auto trace = PulseTraceWriter::create(folder.path("t.zst"), config.geometry);
    ASSERT_TRUE(trace.ok());
    auto plain = PulseTraceWriter::create(folder.path("t"), config.geometry);
    session->observe_pulses([&](const model::Pulse& pulse) {
        trace.value()->add(pulse);
        plain.value()->add(pulse);
    });
    tb::RequestStream stream(config.geometry, test::seed());
    for (int i = 0; i < 200; ++i) {
        const tb::Request request = stream.next();
        session->submit(request.command, request.data);
        unseen->submit(request.command, request.data);
    }
    std::vector<StoredRow> rows;
    session->each_row([&](const StoredRow& row) { rows.push_back(row); });
    unseen->drain();
    EXPECT_EQ(session->counters(), unseen->counters()) << "to be watched changes nothing";
    ASSERT_TRUE(trace.value()->close().ok());
    ASSERT_TRUE(plain.value()->finish().ok());
    EXPECT_EQ(folder.names().size(), 2U);
    ASSERT_TRUE(plain.value()->close().ok());
    EXPECT_EQ(test::read_file(folder.path("t.zst")).substr(0, 4), "\x28\xb5\x2f\xfd");

    Replay replay(config.geometry);
    uint64_t cycle = 0;
    for (const Line& line : lines_of(test::read_file(folder.path("t")))) {
        EXPECT_GE(line.cycle, cycle);
        EXPECT_EQ(line.bank, line.row % config.policy.banks);
        cycle = line.cycle;
        replay.take(line);
        if (testing::Test::HasFailure()) return;
    }
    EXPECT_LE(cycle, session->counters()[Counter::kCycles]);
    for (const Counter c : {Counter::kShifts, Counter::kDetects, Counter::kRemoves, Counter::kInjects})
        EXPECT_EQ(replay.counted[c], session->counters()[c]) << model::info(c).name;
    EXPECT_FALSE(rows.empty());
    for (const StoredRow& row : rows) EXPECT_EQ(replay.stored(static_cast<uint32_t>(row.row)), row);
}

Geometry flagged() {
    Geometry geometry = test::geometry(8, 4, 8);
    geometry.flag_site = true;
    geometry.overhead_sites = 9;
    return geometry;
}

Geometry bit_interleaved() {
    Geometry geometry = test::geometry(5, 3, uint64_t{128} * 4);
    geometry.tracks_per_row = 128;
    return geometry;
}

TEST(PropertyPulseTrace, ReplaysToTheSameTracksAndCounts) {
    for (const Geometry& geometry : {test::geometry(16, 5, 4), flagged(), bit_interleaved()}) {
        for (const ReturnPolicy return_policy : {ReturnPolicy::kHome, ReturnPolicy::kStay}) {
            for (const bool overlap : {false, true}) {
                SCOPED_TRACE(testing::Message() << geometry.sites_per_segment << " sites, "
                                                << (return_policy == ReturnPolicy::kHome ? "home" : "stay")
                                                << (overlap ? ", overlap" : ""));
                expect_whole_story({.backend = Backend::kFast,
                                    .geometry = geometry,
                                    .timing = test::skyrmion_timing(),
                                    .policy = {.banks = 2,
                                               .scheduler = Scheduler::kCoalesce,
                                               .return_policy = return_policy,
                                               .max_ports_driven = 3,
                                               .overlap = overlap},
                                    .outstanding = 6});
                if (testing::Test::HasFailure()) return;
            }
        }
    }
}

}  // namespace
}  // namespace sky::memory
