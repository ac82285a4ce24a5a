// Question: does the runner account for every request, and does it notice a memory that forgets?
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

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
        RequestRunner runner(*memory, {.rows = 8});
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
    RequestRunner runner(*memory, {.rows = 8});
    runner.submit(kWriteFive);
    runner.drain();
    memory->write_word(1, 0, 6, WriteAlg::kDcw);  // behind the runner's back
    runner.submit(kReadIt);
    runner.drain();
    EXPECT_NE(runner.failure().find("request 2 (READ of track 1"), std::string::npos) << runner.failure();
    EXPECT_NE(runner.failure().find("read as 0x6, last written as 0x5"), std::string::npos) << runner.failure();
    EXPECT_FALSE(runner.refused());
}

TEST(UnitRequestRunner, KnowsWhatTheSessionHoldsAtTheBeginning) {
    Geometry geometry = test::geometry(64, 32, 8);
    geometry.flag_site = true;
    geometry.overhead_sites = 65;
    const auto memory = std::move(
        MemorySession::start({.backend = Backend::kFast, .geometry = geometry, .timing = test::skyrmion_timing()})
            .value());
    memory->write_word(1, 0, ~uint64_t{6}, WriteAlg::kFnw);  // stored inverted
    memory->write_word(1, 3, 7, WriteAlg::kFnw);
    RequestRunner runner(*memory, {.rows = 8});
    runner.submit({{.op = Op::kRead, .row = 1, .seg_mask = 0b1001}, {}});
    runner.drain();
    EXPECT_EQ(runner.failure(), "");
    memory->write_word(1, 3, 8, WriteAlg::kDcw);
    runner.submit({{.op = Op::kRead, .row = 1, .seg_mask = 0b1001}, {}});
    runner.drain();
    EXPECT_NE(runner.failure().find("word 1 read as 0x8, last written as 0x7"), std::string::npos)
        << runner.failure();
}

TEST(UnitRequestRunner, NoticesARefusedRequest) {
    const auto memory = session();
    RequestRunner runner(*memory, {.rows = 8, .check = false});
    runner.submit({{.op = Op::kRead, .row = 1, .seg_mask = 0}, {}});
    runner.drain();
    EXPECT_NE(runner.failure().find("segment mask is empty"), std::string::npos) << runner.failure();
    EXPECT_TRUE(runner.refused());
}

TEST(UnitRequestRunner, RemembersNothingOfARefusedWrite) {
    const auto memory = session();
    RequestRunner runner(*memory, {.rows = 8});
    runner.submit({{.op = Op::kWrite, .row = 1, .seg_mask = uint64_t{1} << 63}, {5}});
    runner.drain();
    EXPECT_TRUE(runner.refused()) << runner.failure();
    EXPECT_NE(runner.refusal(), RspStatus::kOk);
}

TEST(UnitRequestRunner, FoldsRowsOntoTheTracksItIsGiven) {
    const auto memory = session();
    RequestRunner runner(*memory, {.rows = 4});
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

TEST(UnitLatencyHistogram, FallsIntoBucketsThatHoldEveryRequest) {
    LatencyHistogram histogram;
    EXPECT_TRUE(histogram.buckets().empty());
    for (const int cycles : {3, 3, 7, 8, 9, 10, 15, 16, 19, 20, 100'000})
        histogram.add(static_cast<uint64_t>(cycles));
    const std::vector<LatencyHistogram::Bucket> buckets = histogram.buckets();
    uint64_t requests = 0;
    for (size_t i = 0; i < buckets.size(); ++i) {
        EXPECT_LE(buckets[i].from_cycles, buckets[i].to_cycles);
        if (i > 0) {
            EXPECT_EQ(buckets[i].from_cycles, buckets[i - 1].to_cycles + 1);
        }
        requests += buckets[i].requests;
    }
    EXPECT_EQ(requests, 11U);
    EXPECT_EQ(buckets.front().from_cycles, 3U);
    EXPECT_EQ(buckets.front().requests, 2U);
    const auto holding = [&](uint64_t cycles) {
        return *std::find_if(buckets.begin(), buckets.end(), [&](const auto& b) { return b.to_cycles >= cycles; });
    };
    EXPECT_EQ(holding(8).to_cycles, 9U);
    EXPECT_EQ(holding(8).requests, 2U);
    EXPECT_EQ(holding(16).to_cycles, 19U);
    EXPECT_EQ(holding(16).requests, 2U);
    EXPECT_LE(holding(100'000).from_cycles, 100'000U);
    EXPECT_EQ(buckets.back().requests, 1U);
}

TEST(UnitLatencyHistogram, IsAGroupOfTheStatisticsAndAChart) {
    LatencyHistogram histogram;
    for (int i = 0; i < 99; ++i) histogram.add(4);
    histogram.add(6);
    const stats::Group latency = histogram.statistics(100);
    EXPECT_EQ(latency.name(), "latency");
    EXPECT_EQ(std::get<uint64_t>(latency.find("p50_ps")->value), 400U);
    EXPECT_EQ(std::get<uint64_t>(latency.find("p99_ps")->value), 400U);
    EXPECT_EQ(std::get<uint64_t>(latency.find("max_ps")->value), 600U);
    EXPECT_DOUBLE_EQ(std::get<double>(latency.find("mean_ps")->value), 402.0);
    EXPECT_EQ(std::get<uint64_t>(latency.find("histogram.400_to_400_ps")->value), 99U);
    EXPECT_EQ(std::get<uint64_t>(latency.find("histogram.500_to_500_ps")->value), 0U);
    EXPECT_EQ(std::get<uint64_t>(latency.find("histogram.600_to_600_ps")->value), 1U);
    EXPECT_EQ(histogram.chart(100),
              "latency in ns of model time, bounds included, and requests\n"
              "         0.4 to        0.4           99 " +
                  std::string(50, '#') + "\n" +
                  "         0.5 to        0.5            0\n"
                  "         0.6 to        0.6            1 #\n");
}

TEST(UnitSyntheticLoad, WritesWordByWordForPermutationWritesTheSameData) {
    const Geometry geometry = test::geometry(64, 32, 4);
    for (const WriteAlg alg : {WriteAlg::kPw, WriteAlg::kPwFnw}) {
        SyntheticLoad lines(geometry, WriteAlg::kFnw, 3);
        SyntheticLoad words(geometry, alg, 3);
        TraceRecord line;
        TraceRecord word;
        for (int i = 0; i < 200; ++i) {
            lines.next(line);
            if (line.command.op == Op::kRead) {
                words.next(word);
                ASSERT_EQ(word.command, line.command);
                continue;
            }
            uint64_t left = line.command.seg_mask;
            for (const uint64_t data : line.data) {
                words.next(word);
                ASSERT_EQ(word.command.write_alg, alg);
                ASSERT_EQ(word.command.row, line.command.row);
                ASSERT_EQ(word.command.seg_mask, left & -left);
                ASSERT_EQ(word.data, std::vector<uint64_t>{data});
                left &= left - 1;
            }
            ASSERT_EQ(left, 0U);
        }
    }
}

TEST(UnitSyntheticLoad, OfABitInterleavedMemoryIsOneSegmentAtOneSiteOfARow) {
    const Geometry geometry{
        .sites_per_segment = 4, .segments = 3, .overhead_sites = 4, .tracks = 1024, .tracks_per_row = 512};
    EXPECT_EQ(SyntheticLoad::problem(geometry), "");
    SyntheticLoad load(geometry, WriteAlg::kDcw, test::seed());
    TraceRecord record;
    std::map<std::tuple<uint32_t, uint8_t, uint64_t>, int> lines;
    for (int i = 0; i < 2400; ++i) {
        load.next(record);
        ASSERT_EQ(std::popcount(record.command.seg_mask), 1);
        ASSERT_EQ(record.data.size(), record.command.op == Op::kWrite ? 8U : 0U);
        ++lines[{record.command.row, record.command.site, record.command.seg_mask}];
    }
    EXPECT_EQ(lines.size(), 2U * 4 * 3);
    for (const auto& [line, times] : lines) EXPECT_NEAR(times, 100, 50) << std::get<0>(line);
}

TEST(UnitSyntheticLoad, WritesAsManyLinesAsItIsTold) {
    for (const uint32_t percent : {0U, 25U, 100U}) {
        SyntheticLoad load(test::geometry(64, 32, 4), WriteAlg::kDcw, test::seed(), percent);
        TraceRecord record;
        uint32_t writes = 0;
        for (int i = 0; i < 2000; ++i) {
            load.next(record);
            if (record.command.op == Op::kWrite) ++writes;
        }
        EXPECT_NEAR(writes, 20 * percent, percent % 100 == 0 ? 0 : 120);
    }
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
