#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sysc/model/command.hpp"
#include "sysc/model/counters.hpp"
#include "sysc/model/geometry.hpp"
#include "sysc/model/pin_driver.hpp"
#include "tests/support/device.hpp"

namespace sky::test {

/// One row of the exact table: what a request costs on a track of 32 words of 64 bits, with preset `skyrmion`
/// and the home policy. These numbers are the device's definition: they do not move.
struct DeviceRow {
    std::string name;
    std::vector<uint64_t> stored;  ///< the track's words before, written by one naive WRITE of every segment
    model::Command command;
    std::vector<uint64_t> data;
    std::vector<uint64_t> answer;  ///< words a READ returns
    uint64_t shifts;
    uint64_t detects;
    uint64_t removes;
    uint64_t injects;
    uint64_t op_ps;
    uint64_t energy_fj;
};

[[nodiscard]] inline model::Geometry device_table_geometry() { return geometry(64, 32, 4); }

/// The word-based rows, permutation writes excepted.
[[nodiscard]] inline std::vector<DeviceRow> device_table() {
    using model::Op;
    using model::WriteAlg;
    constexpr uint64_t kWord = 0x0123456789abcdef;
    constexpr uint64_t kOnes = ~uint64_t{0};
    constexpr uint64_t kOne = uint64_t{1} << 5;
    constexpr uint64_t kAll = 0xffffffff;
    const std::vector<uint64_t> stored(32, kWord);
    const std::vector<uint64_t> zeros(32, 0);
    const auto write = [](WriteAlg alg, uint64_t mask) {
        return model::Command{.op = Op::kWrite, .write_alg = alg, .row = 3, .seg_mask = mask};
    };
    const auto read = [](uint64_t mask) { return model::Command{.op = Op::kRead, .row = 3, .seg_mask = mask}; };
    const WriteAlg naive = WriteAlg::kNaive;
    const WriteAlg dcw = WriteAlg::kDcw;
    return {
        {"serial read", stored, read(kOne), {}, {kWord}, 128, 64, 0, 0, 70'400, 2'688},
        {"naive write, all ones", stored, write(naive, kOne), {kOnes}, {}, 128, 0, 64, 64, 179'200, 16'640},
        {"naive write, all zeros", stored, write(naive, kOne), {0}, {}, 128, 0, 64, 0, 115'200, 3'840},
        {"DCW write of identical data", stored, write(dcw, kOne), {kWord}, {}, 128, 64, 0, 0, 70'400, 2'688},
        {"naive write, 32 words of zeros", stored, write(naive, kAll), zeros, {}, 128, 0, 2'048, 0, 115'200, 43'520},
        {"read of 32 words", stored, read(kAll), {}, stored, 128, 2'048, 0, 0, 70'400, 6'656},
    };
}

/// Runs one row on anything with a controller's pins, counters() and device_table_geometry(): model or RTL.
template <typename Target>
void expect_device_row(Target& target, const DeviceRow& row) {
    using model::Counter;
    SCOPED_TRACE(row.name);
    model::PinDriver<Target> driver(target);
    const auto finish = [&](const model::Command& command, const std::vector<uint64_t>& data) {
        driver.submit(command, data);
        const model::Finished* done = driver.advance();
        ASSERT_NE(done, nullptr);
        EXPECT_EQ(done->status, model::RspStatus::kOk);
        EXPECT_EQ(done->words, command.op == model::Op::kRead ? row.answer : std::vector<uint64_t>{});
    };
    finish({.op = model::Op::kWrite, .row = row.command.row, .seg_mask = 0xffffffff}, row.stored);
    const model::Counters before = target.counters();
    finish(row.command, row.data);
    const model::Counters after = target.counters();
    const auto spent = [&](Counter c) { return after[c] - before[c]; };
    EXPECT_EQ(spent(Counter::kShifts), row.shifts);
    EXPECT_EQ(spent(Counter::kTrackSteps), row.shifts);
    EXPECT_EQ(spent(Counter::kDetects), row.detects);
    EXPECT_EQ(spent(Counter::kRemoves), row.removes);
    EXPECT_EQ(spent(Counter::kInjects), row.injects);
    EXPECT_EQ((after.op_cycles() - before.op_cycles()) * skyrmion_timing().cycle_ps, row.op_ps);
    EXPECT_EQ(spent(Counter::kEnergyFj), row.energy_fj);
}

}  // namespace sky::test
