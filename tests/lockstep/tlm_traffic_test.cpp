// Question: does the traffic generator do the requests it was asked for, notice a wrong byte, and measure the latency
// that the device's table says?
#include <gtest/gtest.h>

#include <memory>
#include <systemc>

#include "sysc/model/controller.hpp"
#include "sysc/tlm/kernel.hpp"
#include "sysc/tlm/skrm_target.hpp"
#include "sysc/tlm/traffic_generator.hpp"
#include "tests/support/device.hpp"
#include "tests/support/protocol_checker.hpp"
#include "tests/support/seed.hpp"

namespace sky::tlm {
namespace {

constexpr uint64_t kRegionBytes = 4096;  // of 8,192

struct Result {
    uint64_t reads = 0;
    uint64_t writes = 0;
    uint64_t mismatches = 0;
    uint64_t errors = 0;
    double mean_latency_ns = 0;
    double max_latency_ns = 0;
    uint64_t cycle = 0;
    size_t most_under_way = 0;
};

Result run(const TrafficConfig& config, bool spoil_a_bit = false) {
    Kernel kernel;
    const Kernel::Scope scope(kernel);
    const model::Geometry geometry = test::geometry(64, 32, 32);
    TrafficGenerator traffic("traffic", config);
    test::ProtocolChecker checker("checker");
    SkrmTarget<model::Controller> skrm(
        "skrm",
        std::make_unique<model::Controller>(geometry, test::skyrmion_timing(), model::Policy{},
                                            model::PassEngine::kEvents),
        geometry, 100, model::WriteAlg::kDcw);
    if (spoil_a_bit) skrm.target().set_word(9, 31, uint64_t{1} << 63);
    traffic.socket().bind(checker.from_initiator);
    checker.to_target.bind(skrm.socket);
    sc_core::sc_start();
    EXPECT_TRUE(traffic.finished());
    checker.finish();
    EXPECT_EQ(checker.violations(), std::vector<std::string>{});
    EXPECT_EQ(checker.completed(), config.requests);
    return {traffic.reads(),  traffic.writes(),          traffic.mismatches(),
            traffic.errors(), traffic.mean_latency_ns(), traffic.max_latency().to_seconds() * 1e9,
            skrm.cycle(),     checker.most_under_way()};
}

TrafficConfig config(uint32_t outstanding) {
    return {.region_bytes = kRegionBytes, .requests = 500, .outstanding = outstanding, .seed = test::seed()};
}

TEST(LockstepTlmTraffic, KeepsTheRequestsUnderWayThatItWasAskedFor) {
    for (const uint32_t outstanding : {1U, 5U, 64U}) {
        const Result result = run(config(outstanding));
        EXPECT_EQ(result.reads + result.writes, 500U);
        EXPECT_GT(result.reads, 150U);
        EXPECT_GT(result.writes, 150U);
        EXPECT_EQ(result.mismatches, 0U);
        EXPECT_EQ(result.errors, 0U);
        EXPECT_EQ(result.most_under_way, outstanding);
    }
}

TEST(LockstepTlmTraffic, NoticesOneWrongBitAmongTheLinesOfOnePass) {
    TrafficConfig all_lines = config(4);
    all_lines.sequential = true;
    all_lines.write_percent = 0;
    all_lines.requests = kRegionBytes / all_lines.line_bytes;
    EXPECT_EQ(run(all_lines).mismatches, 0U);
    EXPECT_EQ(run(all_lines, true).mismatches, 1U);
    all_lines.requests *= 3;
    EXPECT_EQ(run(all_lines, true).mismatches, 3U);
}

TEST(LockstepTlmTraffic, MeasuresTheLatencyOfTheDevice) {
    TrafficConfig reads = config(1);
    reads.write_percent = 0;
    const Result result = run(reads);
    // 70.4 ns of device time; a cycle in the queue, one to dispatch, 8 answer beats of 0.1 ns each.
    EXPECT_NEAR(result.mean_latency_ns, 71.4, 1e-9);
    EXPECT_NEAR(result.max_latency_ns, 71.4, 1e-9);
}

TEST(LockstepTlmTraffic, TheSameSeedDoesTheSame) {
    const Result a = run(config(8));
    EXPECT_EQ(a.cycle, run(config(8)).cycle);
    TrafficConfig other = config(8);
    ++other.seed;
    EXPECT_NE(a.cycle, run(other).cycle);
}

TEST(LockstepTlmTraffic, CountsErrorsApart) {
    TrafficConfig outside = config(2);
    outside.first_address = 1 << 20;
    const Result result = run(outside);
    EXPECT_EQ(result.errors, 500U);
    EXPECT_EQ(result.mismatches, 0U);
}

}  // namespace
}  // namespace sky::tlm
