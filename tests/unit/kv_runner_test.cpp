// Question: does a runner carry out every kind of operation on every index, notice each wrong answer, and go on in
// the middle of a phase?
#include <gtest/gtest.h>

#include <bit>
#include <map>
#include <tuple>

#include "host/index/kv_runner.hpp"
#include "host/index/ycsb.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::index {
namespace {

using memory::Mapping;

constexpr uint32_t kValueBytes = 16;
constexpr IndexConfig kTinyNodes{.node_tracks = 2, .fanout = 4, .max_value_bytes = kValueBytes};

const KvRunner::GoOn kAlways = [](uint64_t) { return true; };

/// A tree of many small nodes, in either mapping.
struct Store {
    explicit Store(Kind kind = Kind::kBplus, Mapping mapping = Mapping::kWord)
        : session(std::move(
              memory::MemorySession::start(
                  {.geometry = mapping == Mapping::kWord ? test::geometry(64, 16, 8192) : test::bit_rows(8, 16, 2048),
                   .timing = test::skyrmion_timing()})
                  .value())),
          index(std::move(Index::create(kind, *session, kTinyNodes).value())) {}

    [[nodiscard]] KvRunner runner(std::optional<KvModel> model = std::nullopt) const {
        return {*session, *index, test::seed(), std::move(model)};
    }

    std::unique_ptr<memory::MemorySession> session;
    std::unique_ptr<Index> index;
};

Operation sized(Operation operation) {
    operation.value_bytes = kValueBytes;
    return operation;
}

KvPhase load_phase(const Ycsb& ycsb, uint64_t begin, uint64_t records) {
    return {
        .begin = begin, .end = records, .total = records, .next = [&](uint64_t i) { return sized(ycsb.load(i)); }};
}

KvPhase run_phase(Ycsb& ycsb, uint64_t begin, uint64_t operations) {
    return {
        .begin = begin, .end = operations, .total = operations, .next = [&](uint64_t) { return sized(ycsb.next()); }};
}

class UnitKvRunner : public ::testing::TestWithParam<std::tuple<Kind, Mapping>> {
   protected:
    [[nodiscard]] static Store make_store() { return Store(std::get<0>(GetParam()), std::get<1>(GetParam())); }
};
INSTANTIATE_TEST_SUITE_P(Each, UnitKvRunner,
                         ::testing::Combine(::testing::ValuesIn(kinds().begin(), kinds().end()),
                                            ::testing::Values(Mapping::kWord, Mapping::kBit)),
                         [](const auto& param) {
                             return std::string(to_string(std::get<0>(param.param))) + "_" +
                                    to_string(std::get<1>(param.param));
                         });

TEST_P(UnitKvRunner, CarriesOutEveryWorkloadAndFindsEveryAnswerRight) {
    for (const Workload workload : kWorkloads) {
        if (workload == Workload::kLoad) continue;
        SCOPED_TRACE(to_string(workload));
        const Store store = make_store();
        Ycsb ycsb(workload, default_distribution(workload), 300, test::seed());
        KvRunner runner = store.runner(KvModel(test::seed(), true));
        ASSERT_EQ(runner.run_phase(load_phase(ycsb, 0, 300), kAlways).value(), KvOutcome::kDone);
        EXPECT_EQ(runner.cost(KvRunner::Measured::kPut).count, 300U);
        EXPECT_GT(runner.cost(KvRunner::Measured::kPut).mean_pj, 0);
        runner.start_measuring();
        ASSERT_EQ(runner.run_phase(run_phase(ycsb, 0, 200), kAlways).value(), KvOutcome::kDone)
            << runner.wrong_answer();
        EXPECT_EQ(runner.operations(), 200U);
        const bool scans_most = runner.cost(KvRunner::Measured::kScan).count > 150;
        EXPECT_EQ(scans_most, workload == Workload::kE);
        const bool modifies = runner.cost(KvRunner::Measured::kReadModifyWrite).count > 50;
        EXPECT_EQ(modifies, workload == Workload::kF);
    }
}

TEST_P(UnitKvRunner, GoesOnWhereAnotherOneStopped) {
    const Store whole = make_store();
    const Store parts = make_store();
    for (const Workload workload : {Workload::kA, Workload::kE}) {
        SCOPED_TRACE(to_string(workload));
        Ycsb ycsb(workload, Distribution::kUniform, 200, test::seed());
        KvRunner runner = whole.runner(KvModel(test::seed(), true));
        ASSERT_TRUE(runner.run_phase(load_phase(ycsb, 0, 200), kAlways).ok());
        ASSERT_EQ(runner.run_phase(run_phase(ycsb, 0, 100), kAlways).value(), KvOutcome::kDone);

        // The same in three runs, each with a runner of its own that only knows how far the last one came.
        const auto stop_at = [](uint64_t end) { return [end](uint64_t done) { return done < end; }; };
        Ycsb first(workload, Distribution::kUniform, 200, test::seed());
        EXPECT_EQ(parts.runner(KvModel(test::seed(), true)).run_phase(load_phase(first, 0, 200), stop_at(70)).value(),
                  KvOutcome::kInterrupted);
        KvRunner second = parts.runner(KvModel(test::seed(), true));
        for (uint64_t i = 0; i < 70; ++i) second.was_done(sized(first.load(i)));
        ASSERT_EQ(second.run_phase(load_phase(first, 70, 200), kAlways).value(), KvOutcome::kDone);
        EXPECT_EQ(second.run_phase(run_phase(first, 0, 100), stop_at(40)).value(), KvOutcome::kInterrupted);

        Ycsb again(workload, Distribution::kUniform, 200, test::seed());
        KvRunner third = parts.runner(KvModel(test::seed(), true));
        for (uint64_t i = 0; i < 200; ++i) third.was_done(sized(again.load(i)));
        for (uint64_t i = 0; i < 40; ++i) third.was_done(sized(again.next()));
        EXPECT_EQ(again.position(), 40U);
        ASSERT_EQ(third.run_phase(run_phase(again, 40, 100), kAlways).value(), KvOutcome::kDone)
            << third.wrong_answer();
        EXPECT_EQ(whole.index->range(0, ~Key{0}, 1000), parts.index->range(0, ~Key{0}, 1000));
    }
}

TEST_P(UnitKvRunner, FollowsDeletesOfAbsentAndPresentKeys) {
    const Store store = make_store();
    KvRunner runner = store.runner(KvModel(test::seed(), true));
    uint32_t version = 0;
    const auto run = [&](OperationKind kind, Key key) {
        const Operation operation{.kind = kind,
                                  .key = key,
                                  .version = ++version,
                                  .value_bytes = version % (kValueBytes + 1),
                                  .scan_entries = 7};
        const Result<bool> right = runner.run(operation);
        ASSERT_TRUE(right.ok()) << right.status().message();
        ASSERT_TRUE(right.value()) << runner.wrong_answer();
    };
    for (uint64_t i = 0; i < 400; ++i) {
        run(i % 3 == 0 ? OperationKind::kUpdate : OperationKind::kInsert, i * 7 % 50);
        run(OperationKind::kErase, i * 11 % 60);
        run(OperationKind::kRead, i * 13 % 60);
        run(OperationKind::kScan, i * 17 % 60);
    }
    EXPECT_EQ(runner.cost(KvRunner::Measured::kErase).count, 400U);
    EXPECT_EQ(runner.operations(), 1600U);
}

TEST(UnitKvRunnerAnswers, TellsOfEachAcknowledgedOperationOnce) {
    const Store store;
    KvRunner runner = store.runner(KvModel(test::seed(), true));
    std::vector<OperationKind> kinds_seen;
    std::map<Key, Bytes> put;
    runner.on_acknowledged([&](const Operation& operation, std::span<const std::byte> value) {
        kinds_seen.push_back(operation.kind);
        const Bytes bytes(value.begin(), value.end());
        if (puts_a_value(operation.kind)) put[operation.key] = bytes;
        if (operation.kind == OperationKind::kRead) {
            EXPECT_EQ(bytes, put[operation.key]);
        }
        return Status();
    });
    const OperationKind all[] = {OperationKind::kInsert, OperationKind::kUpdate, OperationKind::kRead,
                                 OperationKind::kScan,   OperationKind::kErase,  OperationKind::kReadModifyWrite};
    uint32_t version = 0;
    for (const OperationKind kind : all)
        ASSERT_TRUE(
            runner.run({.kind = kind, .key = 3, .version = ++version, .value_bytes = 8, .scan_entries = 2}).value())
            << runner.wrong_answer();
    EXPECT_EQ(kinds_seen, std::vector<OperationKind>(std::begin(all), std::end(all)));
    EXPECT_EQ(store.index->get(3), put[3]);
}

TEST(UnitKvRunnerAnswers, CountsTheOnesOfTheMap) {
    for (const bool with_model : {false, true}) {
        const Store store;
        KvRunner runner = store.runner(with_model ? std::optional(KvModel(test::seed(), true)) : std::nullopt);
        Ycsb ycsb(Workload::kA, Distribution::kUniform, 50, test::seed());
        ASSERT_TRUE(runner.run_phase(load_phase(ycsb, 0, 50), kAlways).ok());
        const auto ones = [&] {
            int64_t sum = 0;
            for (const auto& [key, value] : store.index->range(0, ~Key{0}, 100)) {
                sum += std::popcount(key);
                for (const std::byte byte : value) sum += std::popcount(std::to_integer<uint8_t>(byte));
            }
            return sum;
        };
        const int64_t loaded = ones();
        EXPECT_EQ(runner.popcount_growth(), loaded);
        runner.start_measuring();
        ASSERT_TRUE(runner.run_phase(run_phase(ycsb, 0, 100), kAlways).ok());
        EXPECT_NE(ones(), loaded);
        EXPECT_EQ(runner.popcount_growth(), ones() - loaded);
        if (!with_model) continue;
        ASSERT_TRUE(runner.run({.kind = OperationKind::kErase, .key = ycsb.key(3)}).value());
        ASSERT_TRUE(runner.run({.kind = OperationKind::kErase, .key = ycsb.key(3)}).value());
        EXPECT_EQ(runner.popcount_growth(), ones() - loaded);
    }
}

TEST(UnitKvRunnerAnswers, EndsThePhaseWhenAnAcknowledgementFails) {
    const Store store;
    const Ycsb ycsb(Workload::kLoad, Distribution::kUniform, 10, test::seed());
    KvRunner runner = store.runner();
    uint64_t told = 0;
    runner.on_acknowledged([&](const Operation&, std::span<const std::byte>) {
        return ++told == 4 ? Status::error("the disk is full") : Status();
    });
    const Result<KvOutcome> outcome = runner.run_phase(load_phase(ycsb, 0, 10), kAlways);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.status().message(), "operation 4 of 10 (insert of record 3): the disk is full");
    EXPECT_EQ(store.index->range(0, ~Key{0}, 100).size(), 4U);
}

/// What a runner says of one operation after someone else has changed the index.
std::string complaint(Operation operation, const std::function<void(Index&)>& change) {
    const Store store;
    KvRunner runner = store.runner(KvModel(test::seed(), true));
    for (Key key = 1; key <= 3; ++key)
        EXPECT_TRUE(runner.run({.kind = OperationKind::kInsert, .key = key, .version = 1, .value_bytes = 8}).value());
    change(*store.index);
    operation.key = 2;
    const Result<KvOutcome> outcome = runner.run_phase(
        {.begin = 8, .end = 9, .total = 9, .next = [&](uint64_t) { return operation; }, .numbered = "line"}, kAlways);
    EXPECT_EQ(outcome.value(), KvOutcome::kWrongAnswer);
    return runner.wrong_answer();
}

TEST(UnitKvRunnerAnswers, NamesTheOperationAndWhatIsWrong) {
    const auto lose = [](Index& index) { EXPECT_TRUE(index.erase(2).ok()); };
    const auto change = [](Index& index) { EXPECT_TRUE(index.put(2, Bytes(8)).ok()); };
    const auto add = [](Index& index) { EXPECT_TRUE(index.put(7, Bytes(8)).ok()); };
    const Operation read{.kind = OperationKind::kRead, .record = 12};
    const Operation modify{.kind = OperationKind::kReadModifyWrite, .version = 2, .value_bytes = 8};
    const Operation scan{.kind = OperationKind::kScan, .scan_entries = 5};
    EXPECT_EQ(complaint(read, lose),
              "operation 9 of 9 (read of line 12): get of key 0x0000000000000002 found nothing");
    EXPECT_NE(complaint(read, change).find("another value than was put"), std::string::npos);
    EXPECT_NE(complaint(modify, lose).find("(read-modify-write of line 0): get of key"), std::string::npos);
    EXPECT_NE(complaint(scan, lose)
                  .find("scan of 5 entries from key 0x0000000000000002 has key 0x0000000000000003 as "
                        "entry 1 and not 0x0000000000000002"),
              std::string::npos);
    EXPECT_NE(complaint(scan, change).find("another value than was put at entry 1"), std::string::npos);
    EXPECT_NE(complaint(scan, add).find("has 3 entries, expected 2"), std::string::npos);
    const auto lose_last = [](Index& index) { EXPECT_TRUE(index.erase(3).ok()); };
    EXPECT_NE(complaint(scan, lose_last).find("ended after 1 entries; the next one is key 0x0000000000000003"),
              std::string::npos);
}

TEST(UnitKvRunnerAnswers, NoticesAValueWhereNoneIs) {
    const Store store;
    KvRunner runner = store.runner(KvModel(test::seed(), false));
    ASSERT_TRUE(store.index->put(5, Bytes(8)).ok());
    EXPECT_FALSE(runner.run({.kind = OperationKind::kRead, .key = 5}).value());
    EXPECT_NE(runner.wrong_answer().find("found a value where none is"), std::string::npos);
}

}  // namespace
}  // namespace sky::index
