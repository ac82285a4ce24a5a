// Question: does what a run knows of a map that others have changed tell a wrong answer from one it cannot judge?
#include <gtest/gtest.h>

#include <algorithm>

#include "host/index/kv_knowledge.hpp"
#include "host/index/kv_runner.hpp"
#include "host/index/ycsb.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::index {
namespace {

Bytes value_of(uint8_t byte, size_t bytes = 8) { return Bytes(bytes, std::byte{byte}); }

TEST(UnitKvKnowledge, LearnsAValueWhenItIsFirstReadAndHoldsTheNextReadsToIt) {
    KvKnowledge knowledge({10, 20});
    EXPECT_EQ(knowledge.check_get(10, value_of(1)), "");
    EXPECT_EQ(knowledge.check_get(10, value_of(1)), "");
    EXPECT_NE(knowledge.check_get(10, value_of(2)), "");
    EXPECT_NE(knowledge.check_get(10, value_of(1, 7)), "");
    EXPECT_NE(knowledge.check_get(10, std::nullopt), "");
    EXPECT_NE(knowledge.check_get(20, std::nullopt), "") << "a loaded key is there";
    EXPECT_EQ(knowledge.check_get(30, std::nullopt), "") << "another one may be or not";
    EXPECT_NE(knowledge.check_get(30, value_of(1)), "") << "but not come by itself";
}

TEST(UnitKvKnowledge, HoldsReadsToWhatWasPutAndErased) {
    KvKnowledge knowledge({10});
    knowledge.put(10, value_of(3, 100));
    EXPECT_EQ(knowledge.check_get(10, value_of(3, 100)), "");
    Bytes other = value_of(3, 100);
    other[99] = std::byte{4};
    EXPECT_NE(knowledge.check_get(10, other), "");
    knowledge.erase(10);
    EXPECT_EQ(knowledge.check_get(10, std::nullopt), "");
    EXPECT_NE(knowledge.check_get(10, value_of(3, 100)), "");
    knowledge.put(10, Bytes());
    EXPECT_EQ(knowledge.check_get(10, Bytes()), "");
}

TEST(UnitKvKnowledge, HoldsScansToTheKeysThatAreKnown) {
    KvKnowledge knowledge({10, 20, 30, 40});
    knowledge.erase(30);
    knowledge.put(35, value_of(5));
    const Entry ten{10, value_of(1)};
    const Entry twenty{20, value_of(2)};
    const Entry between{25, value_of(9)};
    const Entry put{35, value_of(5)};
    const Entry forty{40, value_of(4)};
    EXPECT_EQ(knowledge.check_scan(5, 10, {ten, twenty, between, put, forty}), "");
    EXPECT_EQ(knowledge.check_scan(10, 2, {ten, twenty}), "");
    EXPECT_EQ(knowledge.check_scan(41, 5, {}), "");
    EXPECT_EQ(knowledge.check_scan(5, 0, {}), "");
    EXPECT_NE(knowledge.check_scan(5, 1, {ten, twenty}), "") << "too many";
    EXPECT_NE(knowledge.check_scan(11, 2, {ten, twenty}), "") << "below its first key";
    EXPECT_NE(knowledge.check_scan(5, 2, {twenty, ten}), "") << "not ascending";
    EXPECT_NE(knowledge.check_scan(5, 2, {ten, ten}), "") << "a key twice";
    EXPECT_NE(knowledge.check_scan(5, 3, {ten, between, put}), "") << "lacks a loaded key";
    EXPECT_NE(knowledge.check_scan(20, 2, {twenty, put}), "") << "lacks one that an earlier scan has read";
    EXPECT_NE(knowledge.check_scan(25, 2, {between, forty}), "") << "lacks one that was put";
    EXPECT_NE(knowledge.check_scan(25, 2, {between, {30, value_of(3)}}), "") << "has one that was erased";
    EXPECT_NE(knowledge.check_scan(35, 10, {put}), "") << "ends before the last key";
    EXPECT_NE(knowledge.check_scan(35, 1, {{35, value_of(6)}}), "") << "another value";
}

TEST(UnitKvKnowledge, CountsUnknownValuesAsNothingButOnes) {
    KvKnowledge knowledge({7});
    EXPECT_EQ(knowledge.most_ones(7, 8), 3 + 64);
    EXPECT_EQ(knowledge.check_get(7, value_of(1)), "");
    EXPECT_EQ(knowledge.most_ones(7, 8), 3 + 8);
    knowledge.erase(7);
    EXPECT_EQ(knowledge.most_ones(7, 8), 0);
}

/// A durable index with 40 records on a small memory.
class UnitKvKnowingRunner : public ::testing::Test {
   protected:
    UnitKvKnowingRunner() {
        KvRunner loader(*session_, *index_, test::seed(), std::nullopt);
        for (uint64_t record = 0; record < 40; ++record) {
            Operation operation = ycsb_.load(record);
            operation.value_bytes = 8;
            keys_.push_back(operation.key);
            EXPECT_TRUE(loader.run(operation).ok());
        }
    }
    [[nodiscard]] static Operation on(OperationKind kind, Key key, uint32_t version = 1) {
        return {.kind = kind, .key = key, .version = version, .value_bytes = 8, .scan_entries = 5};
    }

    std::unique_ptr<memory::MemorySession> session_ = std::move(
        memory::MemorySession::start({.geometry = test::geometry(64, 32, 65536), .timing = test::skyrmion_timing()})
            .value());
    std::unique_ptr<Index> index_ = std::move(Index::create(Kind::kSkyeps, *session_, {.durable = true}).value());
    Ycsb ycsb_{Workload::kLoad, Distribution::kUniform, 40, test::seed()};
    std::vector<Key> keys_;
};

TEST_F(UnitKvKnowingRunner, GoesOnWithWhatEarlierRunsHaveChangedAndNoticesWhatChangesBehindItsBack) {
    ASSERT_TRUE(index_->put(keys_[3], value_of(77)).ok());
    KvRunner runner(*session_, *index_, test::seed(), KvKnowledge(keys_));
    EXPECT_TRUE(runner.run(on(OperationKind::kRead, keys_[3])).value()) << runner.wrong_answer();
    EXPECT_TRUE(runner.run(on(OperationKind::kReadModifyWrite, keys_[4])).value()) << runner.wrong_answer();
    EXPECT_TRUE(runner.run(on(OperationKind::kUpdate, keys_[5])).value());
    EXPECT_TRUE(runner.run(on(OperationKind::kErase, keys_[6])).value());
    EXPECT_TRUE(runner.run(on(OperationKind::kRead, keys_[6])).value());
    EXPECT_TRUE(runner.run(on(OperationKind::kScan, 0)).value()) << runner.wrong_answer();
    ASSERT_TRUE(index_->put(keys_[5], value_of(78)).ok());
    EXPECT_FALSE(runner.run(on(OperationKind::kRead, keys_[5])).value());
    EXPECT_NE(runner.wrong_answer().find("another value"), std::string::npos) << runner.wrong_answer();
    ASSERT_TRUE(index_->erase(*std::min_element(keys_.begin(), keys_.end())).ok());
    EXPECT_FALSE(runner.run(on(OperationKind::kScan, 0)).value());
    EXPECT_NE(runner.wrong_answer().find("lacks key"), std::string::npos) << runner.wrong_answer();
}

TEST_F(UnitKvKnowingRunner, CommitsEverySoManyPutsAndChargesTheOperation) {
    const auto puts_pj = [&](uint64_t commit_every) {
        KvRunner runner(*session_, *index_, test::seed(), KvKnowledge(keys_));
        runner.commit_every(commit_every);
        for (uint32_t i = 1; i <= 30; ++i) {
            EXPECT_TRUE(
                runner.run(on(OperationKind::kUpdate, keys_[i], i + static_cast<uint32_t>(commit_every))).value());
            EXPECT_EQ(runner.uncommitted(), commit_every == 0 ? i : i % commit_every);
            EXPECT_TRUE(runner.run(on(OperationKind::kRead, keys_[i])).value()) << runner.wrong_answer();
        }
        return runner.cost(KvRunner::Measured::kPut).mean_pj;
    };
    const double each = puts_pj(1);
    const double tenth = puts_pj(10);
    const double none = puts_pj(0);
    EXPECT_GT(each, tenth);
    EXPECT_GT(tenth, none);
}

}  // namespace
}  // namespace sky::index
