// Question: does an index that splits, flushes and grows cost the same to the last counter on every backend?
#include <gtest/gtest.h>

#include "host/index/bench.hpp"
#include "host/memory/session.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::index {
namespace {

/// Small nodes, so that few records make a tree of three levels: 32 entries in a leaf, 16 messages in a buffer.
constexpr IndexConfig kSmallNodes{.node_tracks = 2, .fanout = 4, .max_value_bytes = 8};

/// As bit-interleaved rows of 64 tracks hold them: a line has 8 words.
constexpr IndexConfig kTinyNodes{.node_tracks = 2, .fanout = 4, .max_value_bytes = 8};

struct Case {
    memory::Geometry geometry;
    IndexConfig index;
    uint64_t records;
    uint64_t operations;
};

KvBenchResult run(memory::Backend backend, Kind kind, Workload workload, const Case& c) {
    auto session =
        memory::MemorySession::start({.backend = backend, .geometry = c.geometry, .timing = test::skyrmion_timing()});
    EXPECT_TRUE(session.ok()) << session.status().message();
    const KvBenchConfig config{.kind = kind,
                               .index = c.index,
                               .workload = workload,
                               .records = c.records,
                               .operations = c.operations,
                               .seed = test::seed()};
    auto result = run_kv_bench(*session.value(), config);
    if (!result.ok()) {
        ADD_FAILURE() << result.status().message();
        return {};
    }
    EXPECT_EQ(result.value().outcome, KvOutcome::kDone) << result.value().wrong_answer;
    return std::move(result.value());
}

uint64_t index_count(const KvBenchResult& result, const char* name) {
    const stats::Value* value = result.index_statistics.find(name);
    return value != nullptr ? std::get<uint64_t>(value->value) : 0;
}

void expect_same_phase_everywhere(Kind kind, Workload workload, const Case& c) {
    const KvBenchResult fast = run(memory::Backend::kFast, kind, workload, c);
    EXPECT_GE(index_count(fast, "height"), 3U);
    for (const memory::Backend backend : {memory::Backend::kTlm, memory::Backend::kRtl}) {
        SCOPED_TRACE(to_string(backend));
        const KvBenchResult other = run(backend, kind, workload, c);
        EXPECT_EQ(fast.ops, other.ops);
        for (size_t i = 0; i < model::kCounters; ++i)
            EXPECT_EQ(fast.counters.at(i), other.counters.at(i)) << model::info(static_cast<model::Counter>(i)).name;
    }
}

/// The load itself, with its splits and flushes, and a mix of reads and updates after it.
void expect_same_everywhere(Kind kind, const Case& c) {
    for (const Workload workload : {Workload::kLoad, Workload::kA}) expect_same_phase_everywhere(kind, workload, c);
}

class LockstepIndex : public ::testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(Each, LockstepIndex, ::testing::ValuesIn(kinds().begin(), kinds().end()),
                         [](const auto& param) { return std::string(to_string(param.param)); });

TEST_P(LockstepIndex, CostsTheSameOnEveryBackendWordBased) {
    expect_same_everywhere(
        GetParam(),
        {.geometry = test::geometry(64, 32, 512), .index = kSmallNodes, .records = 150, .operations = 50});
}

TEST_P(LockstepIndex, CostsTheSameOnEveryBackendBitInterleaved) {
    expect_same_everywhere(
        GetParam(), {.geometry = test::bit_rows(8, 8, 16), .index = kTinyNodes, .records = 150, .operations = 50});
}

class LockstepDurableIndex : public LockstepIndex {};
INSTANTIATE_TEST_SUITE_P(Each, LockstepDurableIndex, ::testing::Values(Kind::kBplusPar, Kind::kSkyeps),
                         [](const auto& param) { return std::string(to_string(param.param)); });

TEST_P(LockstepDurableIndex, CostsTheSameOnEveryBackend) {
    IndexConfig index = kSmallNodes;
    index.durable = true;
    expect_same_everywhere(
        GetParam(), {.geometry = test::geometry(64, 32, 1024), .index = index, .records = 150, .operations = 50});
}

}  // namespace
}  // namespace sky::index
