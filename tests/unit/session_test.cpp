// Question: does a memory session keep requests, time and answers apart as its interface promises?
#include <gtest/gtest.h>

#include <array>
#include <span>
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

TEST(UnitSession, HandsOutWhatPollDoesWithoutACopy) {
    const auto session = start(64);
    EXPECT_EQ(session->take(), nullptr);
    for (uint32_t i = 0; i < 40; ++i) {  // more than it keeps room for
        const uint64_t word = 100 + i;
        session->write_word(i % 16, i / 16, word, WriteAlg::kDcw);
        session->submit({.op = Op::kRead, .row = i % 16, .seg_mask = uint64_t{1} << (i / 16)});
    }
    session->drain();
    for (uint64_t i = 0; i < 40; i += 2) {
        const Finished* taken = session->take();
        ASSERT_NE(taken, nullptr);
        EXPECT_EQ(taken->words, std::vector<uint64_t>{100 + i});
        const auto polled = session->poll();
        ASSERT_TRUE(polled.has_value());
        EXPECT_EQ(polled->words, std::vector<uint64_t>{101 + i});
    }
    EXPECT_EQ(session->take(), nullptr);
}

TEST(UnitSession, TakesTheSameCyclesHoweverARequestIsHandedIn) {
    const auto executing = start(1);
    const auto submitting = start(1);
    for (uint32_t i = 0; i < 20; ++i) {
        const uint64_t word = i * 0x0123456789abcdef;
        const Command command = i % 2 == 0 ? write(i / 4) : read(i / 4);
        const std::span<const uint64_t> data(&word, i % 2 == 0 ? 1 : 0);
        const Finished& done = executing->execute(command, data);
        const uint64_t id = submitting->submit(command, data);
        submitting->drain();
        const Finished* taken = submitting->take();
        ASSERT_NE(taken, nullptr);
        EXPECT_EQ(done.id, id);
        EXPECT_EQ(done.id, taken->id);
        EXPECT_EQ(done.words, taken->words);
        EXPECT_EQ(done.submit_cycle, taken->submit_cycle);
        EXPECT_EQ(done.done_cycle, taken->done_cycle);
    }
    EXPECT_EQ(executing->counters(), submitting->counters());
}

TEST(UnitSession, PrefetchesAreHintsOnly) {
    const auto session = start(1);
    session->prefetch_row(3);
    session->prefetch_row(0xffffffff);
    session->prefetch_words(read(3));
    session->prefetch_words({.op = Op::kRead, .row = 0xffffffff, .seg_mask = 0});
    session->prefetch_words({.op = Op::kRead, .site = 255, .row = 3, .seg_mask = uint64_t{1} << 63});
    EXPECT_EQ(session->counters(), Counters{});
    EXPECT_EQ(std::get<uint64_t>(session->statistics().find("host_memory.touched_rows")->value), 0U);
}

TEST(UnitSession, ChargesShiftsByTheSkyrmionWhereThePresetSaysSo) {
    SessionConfig config_by_skyrmion = config(1);
    config_by_skyrmion.timing.shift_charge = model::ShiftCharge::kPerSkyrmion;
    const auto session = std::move(MemorySession::start(config_by_skyrmion).value());
    (void)session->read_word(0, 0);
    EXPECT_EQ(session->counters()[Counter::kEnergyFj], 64U * 2) << "nothing moves in an empty track";
    session->write_word(0, 0, 0b10110, WriteAlg::kDcw);
    const uint64_t before = session->counters()[Counter::kEnergyFj];
    EXPECT_EQ(session->read_word(0, 0), 0b10110U);
    EXPECT_EQ(session->counters()[Counter::kEnergyFj] - before, 128U * 3 * 20 + 64 * 2) << "three skyrmions move";
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

TEST(UnitSession, ReportsHowBusyEachBankWasAndWhatTheRowsCost) {
    SessionConfig two_banks = config(1);
    two_banks.policy.banks = 2;
    const auto session = std::move(MemorySession::start(two_banks).value());
    for (const uint32_t row : {0U, 1U, 3U, 3U}) (void)session->read_word(row, 0);
    const stats::Group tree = session->statistics();
    const auto value = [&](const char* path) {
        const stats::Value* found = tree.find(path);
        return found == nullptr ? 0 : std::get<uint64_t>(found->value);
    };
    EXPECT_EQ(value("banks.bank0.busy_cycles"), 1U * 706) << "dispatch, pass and answer";
    EXPECT_EQ(value("banks.bank1.busy_cycles"), 3U * 706);
    EXPECT_EQ(value("banks.bank1.passes"), 3U);
    EXPECT_EQ(value("host_memory.touched_rows"), 3U);
    EXPECT_GE(value("host_memory.host_bytes"), 3U * 2048 / 8);
}

}  // namespace
}  // namespace sky::memory
