// Question: do the benches of the offload mechanisms print the rows they promise, leave nothing behind, and refuse
// what they cannot measure?
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

std::vector<std::string> column(const json& rows, const std::string& name) {
    std::vector<std::string> values;
    for (const json& row : rows) values.push_back(row[name].get<std::string>());
    return values;
}

TEST(E2eOffloadBench, TheChecksStandBesideEachOtherWithOneThreadAndWithTwo) {
    const json report =
        skytrack_json({"offload", "bench-check", "--bytes", "4MiB", "--dtype", "bf16", "--repeats", "1"});
    const json& rows = report["results"];
    ASSERT_EQ(rows.size(), 10U);
    const std::vector<std::string> checks{"fused", "chain, fresh temporaries", "chain, reused temporaries", "sum",
                                          "plain read"};
    std::vector<std::string> twice = checks;
    twice.insert(twice.end(), checks.begin(), checks.end());
    EXPECT_EQ(column(rows, "check"), twice);
    for (size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i]["threads"], i < 5 ? 1 : 2);
        EXPECT_EQ(rows[i]["dtype"], "bf16");
        EXPECT_EQ(rows[i]["bytes"], 4 << 20);
        EXPECT_GT(rows[i]["seconds"], 0);
        const bool is_chain = i % 5 == 1 || i % 5 == 2;
        EXPECT_EQ(rows[i]["temporary_bytes"], is_chain ? 6 << 20 : 0);
    }
}

TEST(E2eOffloadBench, TheStoresStandBesideFioAndNothingStays) {
    if (std::system("fio --version >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "fio is not installed: scripts/setup --bench";
    const TemporaryFolder folder;
    const json report = skytrack_json({"offload", "bench-io", "--folder", folder.path(), "--target", "file",
                                       "--direction", "read", "--rounds", "1", "--seconds", "1", "--bytes", "32MiB"});
    const json& rows = report["results"];
    EXPECT_EQ(column(rows, "way"),
              (std::vector<std::string>{"fio", "fio, crc32c", "direct", "direct, no checksums", "files"}));
    for (const json& row : rows) {
        EXPECT_EQ(row["target"], "file");
        EXPECT_EQ(row["direction"], "read");
        EXPECT_EQ(row["block_bytes"], 262144);
        EXPECT_EQ(row["depth"], 32);
        EXPECT_GT(row["gb_per_s"], 0);
        EXPECT_GT(row["times_fio"], 0);
    }
    EXPECT_EQ(rows[0]["times_fio"], 1.0);
    EXPECT_TRUE(rows[2].contains("wanted_times_fio"));
    EXPECT_TRUE(folder.names().empty());
}

TEST(E2eOffloadBench, FilesAreRemovedWhenFioCannotBeStarted) {
    const TemporaryFolder folder;
    const std::string path = std::getenv("PATH");
    setenv("PATH", folder.path().c_str(), 1);
    const Outcome outcome = skytrack({"offload", "bench-io", "--folder", folder.path(), "--target", "file", "--bytes",
                                      "8MiB", "--rounds", "1", "--seconds", "1"});
    setenv("PATH", path.c_str(), 1);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_NE(outcome.err.find("cannot start fio: No such file or directory"), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find("scripts/setup --bench"), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(folder.names().empty());
}

TEST(E2eOffloadBench, WhatTheMachineHasNotIsRefusedBeforeItIsTaken) {
    const TemporaryFolder folder;
    const std::vector<std::vector<std::string>> commands{
        {"bench-io", "--folder", folder.path(), "--target", "file", "--bytes", "16T", "--tensor-bytes", "1G"},
        {"bench-io", "--folder", folder.path(), "--target", "loop", "--bytes", "16T", "--tensor-bytes", "1G"},
        {"bench-adam", "--folder", folder.path(), "--where", "disk", "--elements", "100000000000"}};
    for (std::vector<std::string> command : commands) {
        command.insert(command.begin(), "offload");
        const Outcome outcome = skytrack(command);
        EXPECT_EQ(outcome.exit_code, 2);
        EXPECT_NE(outcome.err.find("measure less"), std::string::npos) << outcome.err;
        EXPECT_TRUE(folder.names().empty());
    }
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"offload", "bench-check", "--bytes", "1024G"},
          std::vector<std::string>{"offload", "bench-adam", "--where", "memory", "--elements", "1000000000000"}}) {
        const Outcome outcome = skytrack(command);
        EXPECT_EQ(outcome.exit_code, 2);
        EXPECT_NE(outcome.err.find("bytes of memory, and "), std::string::npos) << outcome.err;
    }
}

TEST(E2eOffloadBench, StepsStandBesideTheirBounds) {
    const TemporaryFolder folder;
    const json report = skytrack_json({"offload", "bench-adam", "--folder", folder.path(), "--elements", "1000000",
                                       "--tensors", "3", "--tile-bytes", "786432", "--rounds", "1", "--seed", "5"});
    EXPECT_EQ(report["seed"], 5);
    const json& rows = report["results"];
    const std::vector<std::string> whats = column(rows, "what");
    for (const char* what : {"copy, memcpy", "step in memory", "disk, read and write", "tiled step",
                             "tiled step, no checksums", "serial step, files"})
        EXPECT_NE(std::find(whats.begin(), whats.end(), what), whats.end()) << what;
    for (const json& row : rows) {
        EXPECT_GT(row["of_bound"], 0);
        EXPECT_EQ(row.contains("wanted_of_bound"), row["what"] == "step in memory" || row["what"] == "tiled step");
        if (row["what"] == "tiled step") {
            EXPECT_EQ(row["bytes"], 32'000'000);
        }
    }
    EXPECT_TRUE(folder.names().empty());
}

TEST(E2eOffloadBench, BadOptionsAreRefused) {
    const auto message = [](std::vector<std::string> options) {
        options.insert(options.begin(), "offload");
        const Outcome outcome = skytrack(options);
        EXPECT_EQ(outcome.exit_code, 2);
        return outcome.err;
    };
    EXPECT_NE(message({"bench-io", "--block-bytes", "5000"}).find("--block-bytes is 5000"), std::string::npos);
    EXPECT_NE(message({"bench-io", "--target", "tape"}).find("tape"), std::string::npos);
    EXPECT_NE(message({"bench-io", "--folder", "/nowhere"}).find("/nowhere"), std::string::npos);
    EXPECT_NE(message({"bench-adam", "--vectors", "mmx"}).find("expected scalar"), std::string::npos);
    EXPECT_NE(message({"bench-adam", "--tile-bytes", "1000"}).find("--tile-bytes"), std::string::npos);
    EXPECT_NE(message({"bench-adam", "--elements", "9"}).find("--elements"), std::string::npos);
    EXPECT_NE(message({"bench-check", "--dtype", "fp64"}).find("fp64"), std::string::npos);
    EXPECT_NE(message({"bench-check", "--bytes", "12"}).find("--bytes"), std::string::npos);
}

}  // namespace
}  // namespace sky::test
