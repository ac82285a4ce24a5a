// Question: do the trees keep their promises at the edges: growth, limits, a full memory, damage?
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <random>

#include "host/index/bench.hpp"
#include "host/memory/random.hpp"
#include "tests/property/index_fixture.hpp"
#include "tests/support/seed.hpp"

namespace sky::index {
namespace {

using memory::Counter;
using test::IndexOnMemory;
using test::kTinyNodes;
using test::make_value;

const memory::Geometry kSmallMemory = test::geometry(64, 8, 8192);

class PropertyIndex : public ::testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Each, PropertyIndex, ::testing::ValuesIn(kinds().begin(), kinds().end()),
                         [](const auto& param) { return std::string(to_string(param.param)); });

TEST_P(PropertyIndex, SplitsFlushesAndGrowsAtTheRoot) {
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    std::mt19937_64 random(test::seed());
    for (uint64_t i = 0; i < 3000; ++i) ASSERT_TRUE(memory.tree->put(random(), make_value(i, 8)).ok());
    EXPECT_GE(memory.stat("height"), 5U);
    EXPECT_GT(memory.stat("leaf_splits"), 300U);
    EXPECT_GT(memory.stat("inner_splits"), 100U);
    EXPECT_EQ(memory.stat("leaf_entries") + memory.stat("buffered_messages") + memory.stat("waiting_messages"),
              3000U);
    EXPECT_EQ(memory.stat("flushes") > 0, has_buffers(GetParam()));
    EXPECT_EQ(memory.tree->verify(), "");
}

TEST_P(PropertyIndex, TakesKeysInAscendingAndDescendingOrder) {
    for (const bool ascending : {true, false}) {
        IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
        for (uint64_t i = 0; i < 1000; ++i)
            ASSERT_TRUE(memory.tree->put(ascending ? i : 1000 - i, make_value(i, 8)).ok());
        EXPECT_EQ(memory.tree->verify(), "");
        const std::vector<Entry> all = memory.tree->range(0, ~Key{0}, 5000);
        ASSERT_EQ(all.size(), 1000U);
        for (const auto& [key, value] : all) ASSERT_EQ(value, make_value(ascending ? key : 1000 - key, 8));
    }
}

TEST_P(PropertyIndex, CompactionGivesRoomBackAndChangesNoAnswer) {
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    std::map<Key, Bytes> expected;
    for (uint64_t i = 0; i < 3000; ++i) {
        ASSERT_TRUE(memory.tree->put(memory::mix64(i), make_value(i, 8)).ok());
        if (i % 6 == 0) expected[memory::mix64(i)] = make_value(i, 8);
    }
    for (uint64_t i = 0; i < 3000; ++i) {
        if (i % 6 == 0) continue;
        ASSERT_TRUE(memory.tree->erase(memory::mix64(i)).ok());
    }
    const uint64_t nodes = memory.stat("nodes");
    const uint64_t store_tracks = memory.stat("store_tracks");
    ASSERT_TRUE(memory.tree->compact().ok());
    EXPECT_EQ(memory.tree->verify(), "");
    EXPECT_LT(memory.stat("nodes"), nodes);
    EXPECT_EQ(memory.stat("leaf_entries"), expected.size());
    EXPECT_EQ(memory.stat("buffered_messages") + memory.stat("waiting_messages"), 0U);
    // 8 values of a word lie in a track of 8 segments.
    EXPECT_EQ(memory.stat("store_tracks"), store_tracks == 0 ? 0 : (expected.size() + 7) / 8);
    EXPECT_EQ(memory.tree->range(0, ~Key{0}, 5000), std::vector<Entry>(expected.begin(), expected.end()));
    const auto snapshot = memory.tree->snapshot();
    EXPECT_NE(memory.tree->compact().message().find("snapshot"), std::string::npos);
}

TEST_P(PropertyIndex, CompactionAgainAndAgainTakesNoMoreTracks) {
    const bool has_store = mechanisms_of(GetParam()).indexed_leaves;
    const uint32_t most = has_store ? 300 : 8;
    IndexOnMemory memory(GetParam(), kSmallMemory, {.node_tracks = 2, .fanout = 4, .max_value_bytes = most});
    std::mt19937_64 random(test::seed());
    for (uint64_t i = 0; i < 1500; ++i)
        ASSERT_TRUE(memory.tree->put(random() % 700, make_value(i, random() % (most + 1))).ok());
    uint64_t tracks = memory.stat("store_tracks");
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(memory.tree->compact().ok());
        EXPECT_LE(memory.stat("store_tracks"), tracks);
        tracks = memory.stat("store_tracks");
    }
    EXPECT_EQ(memory.tree->verify(), "");
}

TEST_P(PropertyIndex, NodesThatCompactionFreesHoldValues) {
    if (!mechanisms_of(GetParam()).indexed_leaves) GTEST_SKIP() << "values lie in nodes";
    IndexOnMemory memory(GetParam(), test::geometry(64, 8, 400),
                         {.node_tracks = 4, .fanout = 4, .max_value_bytes = 2000});
    Key last = 0;
    while (memory.tree->put(last, {}).ok()) ++last;
    while (last-- > 0 && memory.tree->erase(last).ok()) continue;
    ASSERT_TRUE(memory.tree->compact().ok());
    EXPECT_TRUE(memory.tree->put(1, make_value(1, 2000)).ok() || memory.stat("nodes") > 50);
    EXPECT_EQ(memory.tree->verify(), "");
}

/// Values that newer messages supersede make room when it is needed.
TEST_P(PropertyIndex, OverwritesWithoutEndInAMemoryOfFewValues) {
    for (const bool durable : {false, true}) {
        if (durable && GetParam() != Kind::kSkyeps && GetParam() != Kind::kBplusPar) continue;
        const bool has_store = mechanisms_of(GetParam()).indexed_leaves;
        IndexOnMemory memory(
            GetParam(), test::geometry(64, 8, durable ? 1600 : 400),
            {.node_tracks = 4, .fanout = 4, .max_value_bytes = has_store ? 2000U : 8U, .durable = durable});
        for (uint64_t i = 0; i < 600; ++i) {
            const Status status = memory.tree->put(i % 5, make_value(i, has_store ? 2000 : 8));
            ASSERT_TRUE(status.ok()) << i << ": " << status.message();
            if (i % 3 == 0) memory.tree->commit();
        }
        EXPECT_EQ(memory.tree->verify(), "");
    }
}

TEST_P(PropertyIndex, SnapshotsThatAreDroppedGiveRoomBack) {
    if (GetParam() != Kind::kSkyeps && GetParam() != Kind::kBplusPar) GTEST_SKIP() << "not durable";
    IndexOnMemory memory(GetParam(), test::geometry(64, 8, 1600),
                         {.node_tracks = 4, .fanout = 4, .max_value_bytes = 2000, .durable = true});
    std::vector<std::unique_ptr<Snapshot>> held;
    for (uint64_t i = 0; memory.tree->put(i % 5, make_value(i, 2000)).ok(); ++i) {
        held.push_back(memory.tree->snapshot());
        memory.tree->commit();
        ASSERT_LT(i, 1000U);
    }
    held.clear();
    memory.tree->commit();
    for (uint64_t i = 0; i < 20; ++i) EXPECT_TRUE(memory.tree->put(i % 5, make_value(i, 2000)).ok());
    EXPECT_EQ(memory.tree->verify(), "");
}

TEST_P(PropertyIndex, KeepsWhatItHasWhenTheMemoryIsFull) {
    IndexOnMemory memory(GetParam(), test::geometry(64, 8, 80), kTinyNodes);
    std::mt19937_64 random(test::seed());
    std::map<Key, Bytes> expected;
    Key refused = 0;
    for (uint64_t i = 0; refused == 0 && i < 1000; ++i) {
        const Key key = random() | 1;
        const Status status = memory.tree->put(key, make_value(i, 8));
        if (status.ok()) {
            expected[key] = make_value(i, 8);
        } else {
            refused = key;
            EXPECT_NE(status.message().find("the memory is full"), std::string::npos) << status.message();
        }
    }
    ASSERT_NE(refused, 0U) << "80 tracks held 1000 entries";
    EXPECT_GT(expected.size(), 100U);
    EXPECT_FALSE(memory.tree->put(refused, make_value(0, 8)).ok());
    EXPECT_EQ(memory.tree->verify(), "");
    EXPECT_EQ(memory.tree->get(refused), std::nullopt);
    const std::vector<Entry> all = memory.tree->range(0, ~Key{0}, expected.size() + 1);
    EXPECT_EQ(all, std::vector<Entry>(expected.begin(), expected.end()));
}

TEST_P(PropertyIndex, RefusesAValueThatIsTooLongAndTouchesNothing) {
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    ASSERT_TRUE(memory.tree->put(1, make_value(1, 8)).ok());
    const memory::Counters before = memory.session->counters();
    const Status status = memory.tree->put(1, make_value(2, 9));
    EXPECT_FALSE(status.ok());
    EXPECT_NE(status.message().find("9 bytes"), std::string::npos) << status.message();
    EXPECT_NE(status.message().find("at most 8"), std::string::npos) << status.message();
    EXPECT_EQ(memory.session->counters(), before);
    EXPECT_EQ(memory.tree->get(1), make_value(1, 8));
}

TEST_P(PropertyIndex, KeepsTheLongestAndTheEmptyValue) {
    IndexOnMemory memory(GetParam(), test::geometry(64, 32, 8192), {.max_value_bytes = 248});
    for (uint64_t key = 0; key < 400; ++key)
        ASSERT_TRUE(memory.tree->put(key, make_value(key, key % 2 == 0 ? 0 : 248)).ok());
    EXPECT_GE(memory.stat("height"), 2U);
    for (uint64_t key = 0; key < 400; ++key)
        ASSERT_EQ(memory.tree->get(key), make_value(key, key % 2 == 0 ? 0 : 248));
}

TEST_P(PropertyIndex, CountsEveryWordUnderOneCause) {
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    std::mt19937_64 random(test::seed());
    for (uint64_t i = 0; i < 2000; ++i) {
        ASSERT_TRUE(memory.tree->put(random() % 500, make_value(i, i % 9)).ok());
        const Status erased = i % 3 == 0 ? memory.tree->erase(random() % 500) : Status();
        ASSERT_TRUE(erased.ok());
        if (i % 5 == 0) (void)memory.tree->get(random() % 500);
        if (i % 50 == 0) (void)memory.tree->range(random() % 500, 500, 20);
    }
    ASSERT_EQ(memory.tree->verify(), "");
    uint64_t reads = 0;
    uint64_t writes = 0;
    const stats::Group group = memory.tree->statistics();
    for (const stats::Value& value : group.values()) {
        if (value.name.ends_with("_reads")) reads += std::get<uint64_t>(value.value);
        if (value.name.ends_with("_writes")) writes += std::get<uint64_t>(value.value);
    }
    EXPECT_EQ(reads, memory.session->counters()[Counter::kWordsRead]);
    EXPECT_EQ(writes, memory.session->counters()[Counter::kWordsWritten]);
    EXPECT_GT(reads, writes);
}

TEST_P(PropertyIndex, EraseMovesNoWordInALeaf) {
    if (GetParam() == Kind::kSkyeps) GTEST_SKIP() << "an erase is a message, also while the root is a leaf";
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    for (Key key = 0; key < 5; ++key) ASSERT_TRUE(memory.tree->put(key, make_value(key, 8)).ok());
    const uint64_t written = memory.session->counters()[Counter::kWordsWritten];
    ASSERT_TRUE(memory.tree->erase(3).ok());
    EXPECT_EQ(memory.session->counters()[Counter::kWordsWritten], written);
    EXPECT_EQ(memory.tree->get(3), std::nullopt);
    EXPECT_EQ(memory.stat("leaf_entries"), 4U);
}

TEST_P(PropertyIndex, VerifyNoticesADamagedWord) {
    // Every word of the tree in turn would do; the first key of leaf slots and of pivots are enough to tell.
    IndexOnMemory memory(GetParam(), kSmallMemory, kTinyNodes);
    for (Key key = 1; key <= 200; ++key) ASSERT_TRUE(memory.tree->put(key * 1000, make_value(key, 8)).ok());
    ASSERT_EQ(memory.tree->verify(), "");
    uint32_t noticed = 0;
    for (uint32_t node = 0; node < memory.stat("nodes"); ++node) {
        const uint32_t row = node * kTinyNodes.node_tracks;
        const uint64_t word = memory.session->read_word(row, 0);
        memory.session->write_word(row, 0, ~word, memory::WriteAlg::kNaive);
        noticed += memory.tree->verify().empty() ? 0 : 1;
        memory.session->write_word(row, 0, word, memory::WriteAlg::kNaive);
    }
    // Segment 0 of a node is unused only when the entry or child in slot 0 moved away in a split.
    EXPECT_GT(noticed, memory.stat("nodes") / 3);
    EXPECT_EQ(memory.tree->verify(), "");
}

TEST_P(PropertyIndex, RefusesShapesThatDoNotFitAndSaysWhy) {
    struct Case {
        uint32_t sites;
        uint32_t segments;
        uint64_t tracks;
        IndexConfig config;
        const char* message;
    };
    const bool has_store = mechanisms_of(GetParam()).indexed_leaves;
    const Case cases[] = {
        {32, 32, 64, {}, "sites_per_segment is 32, expected 64"},
        {64, 32, 64, {.fanout = 3}, "fanout is 3"},
        {64, 32, 64, {.fanout = 17}, "fanout is 17, expected at most 16"},
        {64, 32, 64, {.node_tracks = 0}, "node_tracks is 0"},
        {64,
         32,
         64,
         {.max_value_bytes = 4097},
         has_store ? "is 4097, expected at most 4096" : "expected at most 248"},
        {64, 32, 64, {.index_bits = 31}, "index_bits is 31"},
        {64, 32, 15, {}, "fewer tracks than one node"},
    };
    const Case cases_beside_keys[] = {
        {64, 32, 64, {.max_value_bytes = 249}, "max_value_bytes is 249, expected at most 248"},
        {64, 32, 64, {.node_tracks = 3, .max_value_bytes = 200}, "expected at least 4"},
    };
    std::vector<Case> all(std::begin(cases), std::end(cases));
    if (!has_store) all.insert(all.end(), std::begin(cases_beside_keys), std::end(cases_beside_keys));
    for (const Case& c : all) {
        auto session = memory::MemorySession::start(
            {.geometry = test::geometry(c.sites, c.segments, c.tracks), .timing = test::skyrmion_timing()});
        ASSERT_TRUE(session.ok());
        const auto created = Index::create(GetParam(), *session.value(), c.config);
        ASSERT_FALSE(created.ok()) << c.message;
        EXPECT_NE(created.status().message().find(c.message), std::string::npos) << created.status().message();
    }
}

TEST(PropertyBeps, GetStopsAtTheNewestMessage) {
    IndexOnMemory memory(Kind::kBeps, test::geometry(64, 32, 8192), {});
    std::mt19937_64 random(test::seed());
    for (uint64_t i = 0; i < 300; ++i) ASSERT_TRUE(memory.tree->put(random(), make_value(i, 8)).ok());
    ASSERT_EQ(memory.stat("height"), 2U);
    ASSERT_TRUE(memory.tree->put(5, make_value(1, 8)).ok());
    ASSERT_TRUE(memory.tree->put(5, make_value(2, 8)).ok());
    const uint64_t read = memory.session->counters()[Counter::kWordsRead];
    EXPECT_EQ(memory.tree->get(5), make_value(2, 8));
    EXPECT_EQ(memory.session->counters()[Counter::kWordsRead], read + 2);
}

struct Calibration {
    Kind kind;
    Workload workload;
    uint32_t value_bytes;
    double ns;
    double pj;  ///< 0: not counted
};

/// 50,000 uniform inserts, or gets after them, on device preset `skyrmion`: what the model measures must stay
/// within a quarter of the counts the trees were designed by. Prints what it measures.
TEST(PropertyCalibration, OperationsCostWhatWasCountedWithinAQuarter) {
    constexpr Calibration kCounted[] = {
        {Kind::kBplus, Workload::kLoad, 8, 1718, 81},  {Kind::kBplus, Workload::kLoad, 64, 4113, 229},
        {Kind::kBplus, Workload::kC, 8, 1247, 0},      {Kind::kBeps, Workload::kLoad, 8, 2151, 118},
        {Kind::kBeps, Workload::kLoad, 64, 8864, 523}, {Kind::kBeps, Workload::kC, 8, 43400, 0},
    };
    for (const Calibration& c : kCounted) {
        auto session = memory::MemorySession::start(
            {.geometry = test::geometry(64, 32, 4194304), .timing = test::skyrmion_timing()});
        ASSERT_TRUE(session.ok());
        const KvBenchConfig config{.kind = c.kind,
                                   .index = {.max_value_bytes = c.value_bytes},
                                   .workload = c.workload,
                                   .operations = 5000,
                                   .value_bytes = c.value_bytes,
                                   .seed = test::seed(),
                                   .distribution = Distribution::kUniform};
        const auto run = run_kv_bench(*session.value(), config);
        ASSERT_TRUE(run.ok()) << run.status().message();
        const KvBenchResult& result = run.value();
        std::cout << to_string(c.kind) << ' ' << to_string(c.workload) << ' ' << c.value_bytes
                  << " B: " << result.ns_per_op << " ns/op, " << result.pj_per_op << " pJ/op, " << result.host_seconds
                  << " s on the host\n";
        EXPECT_LT(std::abs(result.ns_per_op / c.ns - 1), 0.25) << to_string(c.kind) << c.value_bytes;
        if (c.pj > 0) {
            EXPECT_LT(std::abs(result.pj_per_op / c.pj - 1), 0.25) << to_string(c.kind) << c.value_bytes;
        }
    }
}

}  // namespace
}  // namespace sky::index
