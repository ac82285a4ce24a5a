// Question: does the benchmark measure the phase it names, notice wrong answers, and stop when told to?
#include <gtest/gtest.h>

#include "host/index/bench.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::index {
namespace {

using memory::Counter;

std::unique_ptr<memory::MemorySession> small_memory(uint64_t tracks = 4096) {
    return std::move(
        memory::MemorySession::start({.geometry = test::geometry(64, 32, tracks), .timing = test::skyrmion_timing()})
            .value());
}

KvBenchConfig small_bench(Kind kind, Workload workload) {
    return {.kind = kind, .workload = workload, .records = 2000, .operations = 500, .seed = test::seed()};
}

TEST(PropertyBench, LoadCountsTheWholeSession) {
    for (const Kind kind : {Kind::kBplus, Kind::kBeps}) {
        const auto session = small_memory();
        const auto run = run_kv_bench(*session, small_bench(kind, Workload::kLoad));
        ASSERT_TRUE(run.ok()) << run.status().message();
        const KvBenchResult& result = run.value();
        EXPECT_EQ(result.outcome, KvOutcome::kDone);
        EXPECT_EQ(result.ops, 2000U);
        EXPECT_EQ(result.counters, session->counters());
        EXPECT_EQ(result.energy_fj, session->counters()[Counter::kEnergyFj]);
        EXPECT_EQ(result.model_ps, session->counters()[Counter::kCycles] * session->timing().cycle_ps);
        EXPECT_GT(result.model_ps, result.op_ps);
        EXPECT_DOUBLE_EQ(result.ns_per_op, static_cast<double>(result.model_ps) / 1000 / 2000);
        EXPECT_NEAR(result.put.mean_ns, result.ns_per_op, 0.01 * result.ns_per_op);
        EXPECT_LE(result.put.p50_ns, result.put.p99_ns);
        EXPECT_LE(result.put.p99_ns, result.put.max_ns);
        EXPECT_EQ(result.get.count, 0U);
    }
}

TEST(PropertyBench, RunPhaseLeavesTheLoadOut) {
    const auto session = small_memory();
    const auto run = run_kv_bench(*session, small_bench(Kind::kBplus, Workload::kC));
    ASSERT_TRUE(run.ok()) << run.status().message();
    EXPECT_EQ(run.value().ops, 500U);
    EXPECT_EQ(run.value().get.count, 500U);
    EXPECT_EQ(run.value().injects, 0U);
    EXPECT_GT(session->counters()[Counter::kInjects], 0U);
}

TEST(PropertyBench, MixedPhaseUpdatesAndChecksEveryRead) {
    for (const Kind kind : {Kind::kBplus, Kind::kBeps})
        for (const Distribution distribution : {Distribution::kUniform, Distribution::kZipfian}) {
            KvBenchConfig config = small_bench(kind, Workload::kA);
            config.operations = 3000;
            config.distribution = distribution;
            const auto run = run_kv_bench(*small_memory(), config);
            ASSERT_TRUE(run.ok()) << run.status().message();
            EXPECT_EQ(run.value().outcome, KvOutcome::kDone) << run.value().wrong_answer;
            EXPECT_EQ(run.value().put.count + run.value().get.count, 3000U);
            EXPECT_GT(run.value().put.count, 1200U);
            EXPECT_GT(run.value().get.count, 1200U);
        }
}

TEST(PropertyBench, SameSeedSameFigures) {
    const auto figures = [](uint64_t seed) {
        KvBenchConfig config = small_bench(Kind::kBeps, Workload::kA);
        config.seed = seed;
        return run_kv_bench(*small_memory(), config).value().counters;
    };
    EXPECT_EQ(figures(7), figures(7));
    EXPECT_NE(figures(7), figures(8));
}

TEST(PropertyBench, NoticesAMemoryThatLosesAValue) {
    const auto session = small_memory();
    const auto lose_everything = [&](uint64_t done, uint64_t) {
        if (done == 2000)
            for (uint32_t row = 0; row < 64; ++row)
                for (uint32_t segment = 1; segment < 32; segment += 2)
                    session->write_word(row, segment, 0, memory::WriteAlg::kNaive);
        return true;
    };
    const auto run = run_kv_bench(*session, small_bench(Kind::kBplus, Workload::kC), lose_everything);
    ASSERT_TRUE(run.ok());
    EXPECT_EQ(run.value().outcome, KvOutcome::kWrongAnswer);
    EXPECT_NE(run.value().wrong_answer.find("get of key"), std::string::npos);
    EXPECT_LT(run.value().ops, 500U);
}

TEST(PropertyBench, StopsWhenToldAndKeepsWhatIsFinished) {
    uint64_t calls = 0;
    const auto run =
        run_kv_bench(*small_memory(), small_bench(Kind::kBeps, Workload::kLoad), [&](uint64_t done, uint64_t total) {
            ++calls;
            EXPECT_EQ(total, 2000U);
            return done < 1000;
        });
    ASSERT_TRUE(run.ok());
    EXPECT_EQ(run.value().outcome, KvOutcome::kInterrupted);
    EXPECT_EQ(run.value().ops, 1000U);
    EXPECT_EQ(calls, 1001U);
    EXPECT_GT(run.value().ns_per_op, 0);
}

TEST(PropertyBench, SaysWhichOperationFoundTheMemoryFull) {
    const auto session = small_memory(64);
    const auto run = run_kv_bench(*session, small_bench(Kind::kBplus, Workload::kLoad));
    ASSERT_FALSE(run.ok());
    EXPECT_NE(run.status().message().find("of 2000 (insert of record"), std::string::npos) << run.status().message();
    EXPECT_NE(run.status().message().find("the memory is full"), std::string::npos) << run.status().message();
}

TEST(PropertyBench, RefusesAConfigurationThatDoesNotFit) {
    KvBenchConfig config = small_bench(Kind::kBplus, Workload::kLoad);
    config.records = 0;
    EXPECT_NE(run_kv_bench(*small_memory(), config).status().message().find("records is 0"), std::string::npos);
    config.records = 10;
    config.value_bytes = 9;
    EXPECT_NE(run_kv_bench(*small_memory(), config).status().message().find("value_bytes is 9"), std::string::npos);
}

TEST(PropertyBench, CountsTheMemoryOfTheMeasuredPhaseOnly) {
    auto session = small_memory();
    KvBenchConfig config;
    config.workload = Workload::kA;
    config.records = 200;
    const auto run = run_kv_bench(*session, config);
    ASSERT_TRUE(run.ok()) << run.status().message();
    const stats::Group tree = run.value().statistics();
    const auto count = [&](const char* path) {
        const stats::Value* value = tree.find(path);
        return value != nullptr ? std::get<uint64_t>(value->value) : 0;
    };
    EXPECT_EQ(count("skrm.energy_fj"), run.value().energy_fj);
    EXPECT_EQ(count("skrm.cycles.cycles"), run.value().cycles);
    EXPECT_EQ(count("skrm.energy.shift_fj") + count("skrm.energy.detect_fj") + count("skrm.energy.remove_fj") +
                  count("skrm.energy.inject_fj"),
              run.value().energy_fj);
    EXPECT_GT(count("index_with_load.nodes"), 0U);
}

TEST(PropertyBench, ReportsPercentilesThatCoverTheirShare) {
    auto session = small_memory();
    KvBenchConfig config;
    config.records = 5;
    const auto run = run_kv_bench(*session, config);
    ASSERT_TRUE(run.ok()) << run.status().message();
    EXPECT_EQ(run.value().put.p99_ns, run.value().put.max_ns);  // of five, four are only 80 %
}

}  // namespace
}  // namespace sky::index
