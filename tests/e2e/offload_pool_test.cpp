// Question: does offload bench-pool put both pools side by side, and does the example of a pool run as it says?
#include <gtest/gtest.h>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

TEST(E2eOffloadPool, PutsTheBaselineBesideSlotsBySize) {
    const json report = skytrack_json(
        {"offload", "bench-pool", "--model", "llama-3.1-8b", "--model", "qwen2.5-0.5b", "--steps", "3"});
    ASSERT_TRUE(report.is_object());
    const json& rows = report["results"];
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[0]["pool"], "uniform");
    EXPECT_EQ(rows[0]["requested_bytes"], 9456058368U);
    EXPECT_EQ(rows[0]["reserved_bytes"], uint64_t{16} << 30);
    EXPECT_EQ(rows[1]["pool"], "adaptive");
    EXPECT_EQ(rows[1]["requested_bytes"], 2537553920U);
    EXPECT_EQ(rows[1]["reserved_bytes"], 2537553920U);
    EXPECT_EQ(rows[1]["peak_bytes"], 2537553920U) << "every slot is in use at the peak";
    EXPECT_EQ(rows[3]["model"], "qwen2.5-0.5b");
    EXPECT_EQ(rows[3]["reserved_bytes"], 302088192U);
    for (const json& row : rows) {
        EXPECT_EQ(row["steps"], 3);
        EXPECT_GT(row["host_seconds"], 0.0);
        EXPECT_NEAR(row["acquire_release_seconds"].get<double>() * row["acquires"].get<double>(),
                    row["host_seconds"].get<double>(), 1e-9);
    }
    // 32 layers of 7 matrices, embedding and head, forward and backward.
    EXPECT_EQ(rows[0]["acquires"], 3 * 2 * (32 * 7 + 2));
    EXPECT_EQ(rows[3]["acquires"], 3 * 2 * (24 * 7 + 2)) << "a tied head is the embedding once more";
}

TEST(E2eOffloadPool, PlansWhatThePoolReserves) {
    for (const char* dtype : {"fp16", "fp32"}) {
        const std::vector<std::string> options{"--model", "gpt2-xl", "--dtype", dtype, "--resident-bytes", "1MiB"};
        const auto rows_of = [&](const std::string& command) {
            std::vector<std::string> words{"offload", command};
            words.insert(words.end(), options.begin(), options.end());
            return skytrack_json(words)["results"];
        };
        const json planned = rows_of("plan");
        const json benched = rows_of("bench-pool");
        EXPECT_EQ(planned[1]["pool_bytes"], benched[1]["reserved_bytes"]);
        EXPECT_EQ(planned[1]["pool_request_bytes"], benched[1]["requested_bytes"]);
        EXPECT_EQ(planned[0]["pool_request_bytes"], benched[0]["requested_bytes"]);
    }
}

TEST(E2eOffloadPool, RefusesBadOptions) {
    const auto refused = [](std::vector<std::string> options, const std::string& what) {
        options.insert(options.begin(), {"offload", "bench-pool"});
        const Outcome outcome = skytrack(options);
        EXPECT_EQ(outcome.exit_code, 2);
        EXPECT_EQ(outcome.out, "");
        EXPECT_NE(outcome.err.find(what), std::string::npos) << outcome.err;
    };
    refused({}, "no model is given");
    refused({"--model", "gpt3"}, "nearest: gpt2;");
    refused({"--model", "gpt2", "--steps", "0"}, "--steps is '0'\n  expected a whole number from 1");
    refused({"--model", "gpt2", "--resident-bytes", "x"}, "--resident-bytes is 'x'");
}

TEST(E2eOffloadPool, RunsItsExample) {
    Program example(SKY_POOL_EXAMPLE, {"5"});
    const Outcome outcome = example.wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(outcome.out.find("10 uses of 10 tensors in 2621440 bytes; at most "), 0U) << outcome.out;
    EXPECT_NE(
        outcome.out.find("the class of 262144 bytes has 1 of the 2 slots that step 1, square 1, needs: it lacks 1"),
        std::string::npos)
        << outcome.out;
    for (const char* layers : {"0", "-3", "5x", "99999999999999999"}) {
        Program refused(SKY_POOL_EXAMPLE, {layers});
        EXPECT_EQ(refused.wait().exit_code, 2) << layers;
    }
}

}  // namespace
}  // namespace sky::test
