// Question: with its queue always full, does a memory finish one request in every pass and its bubbles, in every
// bank?
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "sysc/model/controller.hpp"
#include "sysc/model/pin_driver.hpp"
#include "tests/support/device.hpp"

namespace sky::model {
namespace {

constexpr uint64_t kRequests = 2'000;
constexpr uint32_t kRows = 64;
constexpr size_t kQueued = 48;  // more than the queue takes

/// Cycles until all are done. The data of writes are what the rows hold: zeros.
uint64_t run(const Geometry& geometry, const Policy& policy, Command command) {
    Controller controller(geometry, test::skyrmion_timing(), policy, PassEngine::kEvents);
    PinDriver<Controller> driver(controller);
    const std::vector<uint64_t> data(command.data_beats(geometry));
    for (uint64_t i = 0; i < kRequests; ++i) {
        if (driver.outstanding() == kQueued) driver.advance();
        command.row = static_cast<uint32_t>(i % kRows);
        driver.submit(command, data);
    }
    while (driver.advance() != nullptr) {
    }
    EXPECT_EQ(controller.counters()[Counter::kPasses], kRequests);
    EXPECT_EQ(controller.counters()[Counter::kRefused], 0U);
    return driver.cycle();
}

/// One request after the other in each bank: dispatch, pass, answer; but no faster than commands, data and answers
/// go through their channels.
double expected_cycles(const Geometry& geometry, const Policy& policy, const Command& command, uint64_t pass) {
    const uint64_t in_bank = 1 + pass + command.response_beats(geometry);
    const auto in_channel = std::max<uint64_t>({1, command.data_beats(geometry), command.response_beats(geometry)});
    return static_cast<double>(kRequests) *
           std::max(static_cast<double>(in_bank) / policy.banks, static_cast<double>(in_channel));
}

void expect_bandwidth(const Geometry& geometry, const Policy& policy, const Command& command, uint64_t pass) {
    const double expected = expected_cycles(geometry, policy, command, pass);
    const auto cycles = static_cast<double>(run(geometry, policy, command));
    EXPECT_NEAR(cycles, expected, 0.01 * expected)
        << policy.banks << " banks, " << to_string(command.op) << " of " << command.response_beats(geometry)
        << " beats, " << to_string(policy.return_policy);
    EXPECT_GE(cycles, expected * 0.9999) << "faster than there are cycles for";
}

TEST(TimingBandwidth, IsOneRequestInEveryPassOfEveryBank) {
    const Geometry geometry = test::geometry(64, 32, kRows);
    const Command read{.op = Op::kRead, .seg_mask = 0xff};
    const Command same{.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .seg_mask = 0xff};
    for (const uint32_t banks : {1U, 2U, 4U, 8U}) {
        for (const Command& command : {read, same}) {
            expect_bandwidth(geometry, {.banks = banks}, command, 128 * 5 + 64);
            expect_bandwidth(geometry, {.banks = banks, .return_policy = ReturnPolicy::kStay}, command, 64 * 5 + 64);
        }
    }
}

TEST(TimingBandwidth, IsThatOfTheAnswerChannelWhenTheBanksAreFaster) {
    const Geometry geometry = test::geometry(4, 64, kRows);  // 8 * 5 + 4 cycles a pass, 64 answer beats
    const Command read{.op = Op::kRead, .seg_mask = ~uint64_t{0}};
    for (const uint32_t banks : {4U, 8U, 16U}) expect_bandwidth(geometry, {.banks = banks}, read, 8 * 5 + 4);
}

TEST(TimingBandwidth, OfABitInterleavedArrayIsSetByTheWayToTheSite) {
    Geometry geometry = test::geometry(32, 8, uint64_t{kRows} * 512);
    geometry.tracks_per_row = 512;
    for (const uint8_t site : {uint8_t{0}, uint8_t{15}, uint8_t{31}}) {
        const auto steps = static_cast<uint64_t>(std::min(site + 1, 32 - site));
        const Command read{.op = Op::kRead, .site = site, .seg_mask = 1};
        for (const uint32_t banks : {1U, 2U}) expect_bandwidth(geometry, {.banks = banks}, read, 2 * steps * 5 + 1);
    }
}

}  // namespace
}  // namespace sky::model
