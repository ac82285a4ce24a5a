// Question: does a store keep what was acknowledged through many kills, and hold a million records?
#include <gtest/gtest.h>

#include "host/memory/random.hpp"
#include "tests/e2e/kv_store_helpers.hpp"
#include "tests/support/seed.hpp"

namespace sky::test {
namespace {

/// Kills the run at `moments` seeded moments, and looks at the store after each.
void kill_often(const std::string& tree, const std::string& workload, int moments,
                const std::vector<std::string>& more) {
    SCOPED_TRACE(tree + " " + workload);
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    const std::string ack = folder.path("ack");
    memory::Random random(seed());
    std::vector<std::string> run =
        kv("run", store, {"--workload", workload, "--operations", "100000000", "--ack", ack});
    run.insert(run.end(), more.begin(), more.end());
    (void)kv_row(small_load(store, "300", {"--index", tree}));
    uint64_t bytes = 0;
    for (int i = 0; i < moments; ++i) {
        ASSERT_TRUE(kill_when(run, ack, bytes + kLineBytes * (1 + random.below(400))));
        const Lines lines = dump_of(store);
        const Lines told = lines_of(read_file(ack));
        bytes = kLineBytes * told.size();
        expect_kept(told, lines, workload == "d" || workload == "e");
        if (testing::Test::HasFatalFailure()) return;
        ASSERT_EQ(kv_row(kv("verify", store))["good"], true);
    }
}

TEST(E2eKvCrash, LosesNothingThatWasAcknowledged) {
    kill_often("skyeps", "a", 6, {});
    kill_often("bplus_par", "f", 6, {});
    kill_often("skyeps", "d", 6, {"--commit-every", "7"});
}

TEST(E2eKvCrash, LosesNothingThatWasAcknowledgedWithSync) {
    kill_often("skyeps", "a", 6, {"--sync"});
    kill_often("bplus_par", "e", 2, {"--sync"});
}

TEST(SlowE2eKvCrash, LosesNothingThatWasAcknowledgedAtFiftyMoments) {
    for (const std::string tree : {"skyeps", "bplus_par"})
        for (const std::string workload : {"a", "d", "f"}) {
            kill_often(tree, workload, 50, {});
            kill_often(tree, workload, 50, {"--commit-every", "5"});
            kill_often(tree, workload, 20, {"--sync"});
        }
}

TEST(SlowE2eKvStore, HoldsAMillionRecordsThroughEveryWorkload) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    EXPECT_EQ(kv_row(kv("load", store, {"--records", "1000000", "--seed", "7"}))["ops"], 1000000);
    for (const std::string workload : {"a", "b", "c", "d", "e", "f"})
        EXPECT_EQ(kv_row(kv("run", store, {"--workload", workload, "--operations", "100000"}))["ops"], 100000);
    EXPECT_EQ(kv_row(kv("verify", store))["good"], true);
    EXPECT_GT(dump_of(store).size(), 1000000U);
}

}  // namespace
}  // namespace sky::test
