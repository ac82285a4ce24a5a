// Question: does a memory session keep requests, time and answers apart as its interface promises?
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/memory/session.hpp"
#include "tests/support/device.hpp"

namespace sky::memory {
namespace {

SessionConfig config(uint32_t outstanding) {
    return {.backend = Backend::kFast,
            .geometry = test::geometry(64, 32, 16),
            .timing = test::skyrmion_timing(),
            .outstanding = outstanding};
}

std::unique_ptr<MemorySession> start(uint32_t outstanding) {
    auto session = MemorySession::start(config(outstanding));
    if (!session.ok()) throw std::runtime_error(session.status().message());
    return std::move(session.value());
}

Command read(uint32_t row) { return {.op = Op::kRead, .row = row, .seg_mask = 1}; }
Command write(uint32_t row) { return {.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = row, .seg_mask = 1}; }

TEST(UnitSession, LetsTimePassOnlyWhenAskedTo) {
    const auto session = start(2);
    const uint64_t word = 7;
    session->submit(write(0), {&word, 1});
    session->submit(read(0));
    EXPECT_EQ(session->counters()[Counter::kCycles], 0U);
    EXPECT_FALSE(session->poll().has_value()) << "poll() does not advance model time";
    EXPECT_EQ(session->counters()[Counter::kCycles], 0U);
    EXPECT_TRUE(session->advance());
    EXPECT_GT(session->counters()[Counter::kCycles], 0U);
}

TEST(UnitSession, RunsTheOldestRequestWhenItsLimitIsReached) {
    const auto session = start(2);
    session->submit(read(0));
    session->submit(read(1));
    EXPECT_EQ(session->counters()[Counter::kReads], 0U);
    session->submit(read(2));
    EXPECT_EQ(session->counters()[Counter::kReads], 1U);
    EXPECT_TRUE(session->poll().has_value());
    EXPECT_FALSE(session->poll().has_value());
}

TEST(UnitSession, HandsOutFinishedRequestsOldestFirst) {
    const auto session = start(8);
    std::vector<uint64_t> ids;
    for (uint64_t row = 0; row < 6; ++row) {
        const uint64_t word = 100 + row;
        ids.push_back(session->submit(write(static_cast<uint32_t>(row)), {&word, 1}));
        ids.push_back(session->submit(read(static_cast<uint32_t>(row))));
    }
    session->drain();
    EXPECT_FALSE(session->advance());
    for (size_t i = 0; i < ids.size(); ++i) {
        const auto done = session->poll();
        ASSERT_TRUE(done.has_value());
        EXPECT_EQ(done->id, ids[i]);
        EXPECT_EQ(done->words, i % 2 == 0 ? std::vector<uint64_t>{} : std::vector<uint64_t>{100 + i / 2});
        EXPECT_GT(done->done_cycle, done->submit_cycle);
    }
    EXPECT_FALSE(session->poll().has_value());
}

TEST(UnitSession, ExecutesOneRequestAndKeepsTheOthersForPolling) {
    const auto session = start(8);
    const uint64_t word = 42;
    const uint64_t first = session->submit(write(3), {&word, 1});
    EXPECT_EQ(session->execute(read(3)).words, std::vector<uint64_t>{42});
    const auto done = session->poll();
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(done->id, first);
    EXPECT_FALSE(session->poll().has_value());
}

TEST(UnitSession, OverlapsTheBubblesOfOutstandingRequests) {
    const auto cycles = [](uint32_t outstanding) {
        const auto session = start(outstanding);
        for (uint32_t i = 0; i < 16; ++i) session->submit(read(i));
        session->drain();
        EXPECT_EQ(session->counters().op_cycles(), 16U * 704);
        return session->counters()[Counter::kCycles];
    };
    EXPECT_EQ(cycles(1), 16U * 707);
    EXPECT_EQ(cycles(16), 16U * 706 + 1) << "only the first command waits to be taken";
}

TEST(UnitSession, ReadsAndWritesWords) {
    const auto session = start(1);
    session->write_word(15, 31, 0xdead, WriteAlg::kNaive);
    EXPECT_EQ(session->read_word(15, 31), 0xdeadU);
    EXPECT_EQ(session->read_word(15, 30), 0U);
    EXPECT_THROW((void)session->read_word(16, 0), std::out_of_range);
    EXPECT_THROW(session->write_word(0, 32, 1, WriteAlg::kNaive), std::out_of_range);
    EXPECT_THROW((void)session->read_word(15, 64 + 31), std::out_of_range);  // no mask names it
}

TEST(UnitSession, RefusesTheWrongNumberOfDataWords) {
    const auto session = start(1);
    EXPECT_THROW(session->submit(write(0)), std::invalid_argument);
    EXPECT_THROW(session->submit(read(0), std::array<uint64_t, 1>{1}), std::invalid_argument);
    EXPECT_FALSE(session->advance()) << "nothing was handed in";
}

TEST(UnitSession, SaysWhichSettingItCannotStartWith) {
    const auto why = [](const auto& change) {
        SessionConfig changed = config(1);
        change(changed);
        return MemorySession::start(changed).status().message();
    };
    EXPECT_EQ(why([](SessionConfig&) {}), "");
    EXPECT_EQ(why([](SessionConfig& c) { c.geometry.segments = 65; }), "geometry: segments is 65, expected 1 to 64");
    EXPECT_EQ(why([](SessionConfig& c) { c.timing.shift_cycles = 0; }),
              "timing: a shift is 0 cycles, expected 1 to 255");
    EXPECT_EQ(why([](SessionConfig& c) { c.policy.queue_depth = 0; }), "queue_depth is 0, expected 1 to 1024");
    EXPECT_EQ(why([](SessionConfig& c) { c.outstanding = 257; }), "outstanding is 257, expected 1 to 256");
}

TEST(UnitSession, KnowsItsBackendsByName) {
    for (const Backend backend : {Backend::kFast, Backend::kTlm, Backend::kRtl})
        EXPECT_EQ(parse_backend(to_string(backend)), backend);
    EXPECT_FALSE(parse_backend("Fast").has_value());
}

TEST(UnitSession, ReportsItsCountersAsStatistics) {
    const auto session = start(1);
    (void)session->read_word(0, 0);
    const stats::Group tree = session->statistics();
    const stats::Value* reads = tree.find("commands.reads");
    ASSERT_NE(reads, nullptr);
    EXPECT_EQ(std::get<uint64_t>(reads->value), 1U);
}

}  // namespace
}  // namespace sky::memory
