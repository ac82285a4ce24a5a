#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sysc/model/command.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/policy.hpp"
#include "tests/support/device.hpp"
#include "tests/support/meter.hpp"

namespace sky::test {

/// One row of the exact tables: what a request costs with preset `skyrmion` and the home policy. These numbers are
/// the device's definition: they do not move.
struct DeviceRow {
    std::string name;
    model::Geometry geometry;
    std::vector<uint64_t> stored;  ///< words at the command's site before, of every segment
    model::Command command;
    std::vector<uint64_t> data;
    std::vector<uint64_t> answer;  ///< words a READ returns
    uint64_t track_steps;          ///< shift pulses times tracks of the row
    uint64_t detects;
    uint64_t removes;
    uint64_t injects;
    uint64_t op_ps;
    uint64_t energy_fj;
    uint32_t max_ports_driven = 32;

    [[nodiscard]] model::Policy policy() const { return {.queue_depth = 4, .max_ports_driven = max_ports_driven}; }
};

/// Word-based: a track of 32 words of 64 bits.
[[nodiscard]] inline std::vector<DeviceRow> word_table() {
    using model::Op;
    using model::WriteAlg;
    constexpr uint64_t kWord = 0x0123456789abcdef;
    constexpr uint64_t kOnes = ~uint64_t{0};
    constexpr uint64_t kOne = uint64_t{1} << 5;
    constexpr uint64_t kAll = 0xffffffff;
    const model::Geometry track = geometry(64, 32, 4);
    const std::vector<uint64_t> stored(32, kWord);
    const std::vector<uint64_t> zeros(32, 0);
    const auto write = [](WriteAlg alg, uint64_t mask) {
        return model::Command{.op = Op::kWrite, .write_alg = alg, .row = 3, .seg_mask = mask};
    };
    const auto read = [](uint64_t mask) { return model::Command{.op = Op::kRead, .row = 3, .seg_mask = mask}; };
    const auto naive = [&](uint64_t mask) { return write(WriteAlg::kNaive, mask); };
    const auto dcw = [&](uint64_t mask) { return write(WriteAlg::kDcw, mask); };
    const auto permute = [&](uint64_t mask) { return write(WriteAlg::kPw, mask); };
    return {
        {"serial read", track, stored, read(kOne), {}, {kWord}, 128, 64, 0, 0, 70'400, 2'688},
        {"naive write, all ones", track, stored, naive(kOne), {kOnes}, {}, 128, 0, 64, 64, 179'200, 16'640},
        {"naive write, all zeros", track, stored, naive(kOne), {0}, {}, 128, 0, 64, 0, 115'200, 3'840},
        {"DCW write of identical data", track, stored, dcw(kOne), {kWord}, {}, 128, 64, 0, 0, 70'400, 2'688},
        {"PW write, same popcount", track, stored, permute(kOne), {~kWord}, {}, 130, 64, 0, 0, 71'400, 2'728},
        {"naive write, 32 words of zeros", track, stored, naive(kAll), zeros, {}, 128, 0, 2'048, 0, 115'200, 43'520},
        {"read of 32 words", track, stored, read(kAll), {}, stored, 128, 2'048, 0, 0, 70'400, 6'656},
        // With 8 ports at a time every remove slot takes four pulses; nothing else changes.
        {"32 words, G = 8", track, stored, naive(kAll), zeros, {}, 128, 0, 2'048, 0, 268'800, 43'520, 8},
    };
}

/// Bit-interleaved: a line of 512 tracks with a port every 32 sites. A line of fewer tracks costs as much per track
/// and takes as long.
[[nodiscard]] inline std::vector<DeviceRow> bit_table(uint32_t tracks, uint32_t segments) {
    using model::Op;
    model::Geometry line = geometry(32, segments, tracks);
    line.tracks_per_row = tracks;
    std::vector<uint64_t> stored;
    for (uint64_t i = 0; i < uint64_t{segments} * line.beats_per_segment(); ++i)
        stored.push_back(0x0123456789abcdef * (2 * i + 1));
    // The last segment, so that its words are not the first of the row.
    const std::vector<uint64_t> last(stored.end() - line.beats_per_segment(), stored.end());
    const std::vector<uint64_t> ones(line.beats_per_segment(), ~uint64_t{0});
    const uint64_t mask = uint64_t{1} << (segments - 1);
    const auto part = [&](uint64_t of_512_tracks) { return of_512_tracks * tracks / 512; };
    const auto read = [&](uint8_t site) { return model::Command{.op = Op::kRead, .site = site, .seg_mask = mask}; };
    const model::Command write{.op = Op::kWrite, .site = 15, .seg_mask = mask};
    return {
        {"read site 0", line, stored, read(0), {}, last, part(1'024), part(512), 0, 0, 1'100, part(21'504)},
        {"read site 15", line, stored, read(15), {}, last, part(16'384), part(512), 0, 0, 16'100, part(328'704)},
        {"naive write of ones, site 15",
         line,
         stored,
         write,
         ones,
         {},
         part(16'384),
         0,
         part(512),
         part(512),
         17'800,
         part(440'320)},
    };
}

/// Runs one row on anything with a controller's pins, counters(), word() and the row's geometry: model or RTL.
template <typename Target>
void expect_device_row(Target& target, const DeviceRow& row) {
    using model::Counter;
    SCOPED_TRACE(row.name);
    const model::Command& command = row.command;
    Meter<Target> meter(target);
    meter.pass(
        {.op = model::Op::kWrite, .site = command.site, .row = command.row, .seg_mask = row.geometry.segment_mask()},
        row.stored);
    const model::Counters spent = meter.run(command, row.data);
    EXPECT_EQ(meter.answer(), row.answer);
    EXPECT_EQ(spent[Counter::kShifts], row.track_steps / row.geometry.tracks_per_row);
    EXPECT_EQ(spent[Counter::kTrackSteps], row.track_steps);
    EXPECT_EQ(spent[Counter::kDetects], row.detects);
    EXPECT_EQ(spent[Counter::kRemoves], row.removes);
    EXPECT_EQ(spent[Counter::kInjects], row.injects);
    EXPECT_EQ(spent.op_cycles() * skyrmion_timing().cycle_ps, row.op_ps);
    EXPECT_EQ(spent[Counter::kEnergyFj], row.energy_fj);

    size_t next = 0;
    const uint32_t beats = row.geometry.beats_per_segment();
    for (uint32_t segment = 0; segment < row.geometry.segments; ++segment) {
        const bool written = (command.seg_mask >> segment & 1) != 0 && command.op == model::Op::kWrite;
        for (uint32_t beat = 0; beat < beats; ++beat)
            EXPECT_EQ(target.word(command.row, segment, command.site, beat),
                      written ? row.data[next++] : row.stored[segment * beats + beat])
                << "segment " << segment << " beat " << beat;
    }
}

}  // namespace sky::test
