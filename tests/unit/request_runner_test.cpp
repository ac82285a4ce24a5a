// Question: does the runner account for every request, and does it notice a memory that forgets?
#include <gtest/gtest.h>

#include "host/memory/request_runner.hpp"
#include "host/memory/synthetic_load.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::memory {
namespace {

std::unique_ptr<MemorySession> session(uint32_t outstanding = 1) {
    auto started = MemorySession::start({.backend = Backend::kFast,
                                         .geometry = test::geometry(64, 32, 8),
                                         .timing = test::skyrmion_timing(),
                                         .outstanding = outstanding});
    return std::move(started.value());
}

const TraceRecord kWriteFive{{.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = 1, .seg_mask = 1}, {5}};
const TraceRecord kReadIt{{.op = Op::kRead, .row = 1, .seg_mask = 1}, {}};

TEST(UnitRequestRunner, CountsEveryRequestOnceAndFindsNoFailure) {
    for (const uint32_t outstanding : {1U, 7U}) {
        const auto memory = session(outstanding);
        SyntheticLoad load(memory->geometry(), WriteAlg::kDcw, test::seed());
        RequestRunner runner(*memory, {.tracks = 8});
        TraceRecord record;
        for (int i = 0; i < 500; ++i) {
            load.next(record);
            runner.submit(record);
        }
        runner.drain();
        EXPECT_EQ(runner.failure(), "");
        EXPECT_EQ(runner.requests(), 500U);
        EXPECT_EQ(runner.reads() + runner.writes(), 500U);
        EXPECT_EQ(runner.latency().count(), 500U);
        EXPECT_EQ(memory->counters()[Counter::kReads], runner.reads());
    }
}

TEST(UnitRequestRunner, NoticesAWordThatIsNotTheOneLastWritten) {
    const auto memory = session();
    RequestRunner runner(*memory, {.tracks = 8});
    runner.submit(kWriteFive);
    runner.drain();
    memory->write_word(1, 0, 6, WriteAlg::kDcw);  // behind the runner's back
    runner.submit(kReadIt);
    runner.drain();
    EXPECT_NE(runner.failure().find("request 2 (READ of track 1"), std::string::npos) << runner.failure();
    EXPECT_NE(runner.failure().find("read as 0x6, last written as 0x5"), std::string::npos) << runner.failure();
    EXPECT_FALSE(runner.refused());
}

TEST(UnitRequestRunner, NoticesARefusedRequest) {
    const auto memory = session();
    RequestRunner runner(*memory, {.tracks = 8, .check = false});
    runner.submit({{.op = Op::kRead, .row = 1, .seg_mask = 0}, {}});
    runner.drain();
    EXPECT_NE(runner.failure().find("segment mask is empty"), std::string::npos) << runner.failure();
    EXPECT_TRUE(runner.refused());
}

TEST(UnitRequestRunner, RemembersNothingOfARefusedWrite) {
    const auto memory = session();
    RequestRunner runner(*memory, {.tracks = 8});
    runner.submit({{.op = Op::kWrite, .row = 1, .seg_mask = uint64_t{1} << 63}, {5}});
    runner.drain();
    EXPECT_TRUE(runner.refused()) << runner.failure();
}

TEST(UnitRequestRunner, FoldsRowsOntoTheTracksItIsGiven) {
    const auto memory = session();
    RequestRunner runner(*memory, {.tracks = 4});
    TraceRecord far = kWriteFive;
    far.command.row = 4 + 2;
    runner.submit(far);
    runner.drain();
    EXPECT_EQ(memory->read_word(2, 0), 5U);
}

TEST(UnitLatencyHistogram, GivesTheSmallestLatencyThatEnoughRequestsDidNotExceed) {
    LatencyHistogram histogram;
    EXPECT_EQ(histogram.percentile_cycles(50), 0U);
    for (uint64_t cycles = 1; cycles <= 98; ++cycles) histogram.add(cycles);
    histogram.add(1'000'000);
    histogram.add(2'000'000);
    EXPECT_EQ(histogram.percentile_cycles(50), 50U);
    EXPECT_EQ(histogram.percentile_cycles(98), 98U);
    EXPECT_EQ(histogram.percentile_cycles(99), 1'000'000U);
    EXPECT_EQ(histogram.percentile_cycles(100), 2'000'000U);
    EXPECT_EQ(histogram.max_cycles(), 2'000'000U);
    EXPECT_DOUBLE_EQ(histogram.mean_cycles(), (98.0 * 99 / 2 + 3'000'000) / 100);
}

TEST(UnitSyntheticLoad, IsTheSameForTheSameSeedAndReachesEveryLine) {
    const Geometry geometry = test::geometry(64, 32, 4);
    SyntheticLoad a(geometry, WriteAlg::kNaive, 9);
    SyntheticLoad b(geometry, WriteAlg::kNaive, 9);
    TraceRecord x;
    TraceRecord y;
    std::map<std::pair<uint32_t, uint64_t>, int> lines;
    int writes = 0;
    for (int i = 0; i < 1600; ++i) {
        a.next(x);
        b.next(y);
        ASSERT_EQ(x.command, y.command);
        ASSERT_EQ(x.data, y.data);
        ++lines[{x.command.row, x.command.seg_mask}];
        if (x.command.op == Op::kWrite) ++writes;
    }
    EXPECT_EQ(lines.size(), 16U);
    for (const auto& [line, times] : lines) EXPECT_NEAR(times, 100, 50) << line.first;
    EXPECT_NEAR(writes, 800, 120);
}

}  // namespace
}  // namespace sky::memory
