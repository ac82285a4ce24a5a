// Question: where a backend has less memory than is addressed, are the addresses folded, is it said, and do the other
// backends count the same with the options that are named?
#include <gtest/gtest.h>

#include <sstream>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

const std::vector<std::string> kRtl{"--backend", "rtl"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

/// The row of a run, without its backend and what depends on the host's speed.
json comparable(json row) {
    for (const char* name : {"backend", "host_seconds", "requests_per_second"}) row.erase(name);
    return row;
}

json row_of(const std::vector<std::string>& arguments) { return comparable(skytrack_json(arguments)["results"][0]); }

/// Runs it on `rtl`, and on the others with the options that the note on standard error names. The row of all.
json expect_the_named_run_to_be_equal(const std::vector<std::string>& run, const std::string& folded) {
    SCOPED_TRACE(testing::PrintToString(run));
    const Outcome outcome = skytrack(with(with(run, kRtl), {"--json"}));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_NE(outcome.err.find(folded), std::string::npos) << outcome.err;
    const std::string named = "the same run on fast and tlm: ";
    const size_t at = outcome.err.find(named);
    EXPECT_NE(at, std::string::npos) << outcome.err;
    if (outcome.exit_code != 0 || at == std::string::npos) return {};
    std::istringstream rest(outcome.err.substr(at + named.size()));
    std::vector<std::string> same = run;
    for (std::string option; rest >> option;) same.push_back(option);
    json on_rtl = comparable(json::parse(outcome.out)["results"][0]);
    for (const std::string backend : {"fast", "tlm"})
        EXPECT_EQ(row_of(with(same, {"--backend", backend})), on_rtl) << backend;
    return on_rtl;
}

TEST(E2eFold, OnRtlIsOntoSixteenTracksUnlessToldOtherwise) {
    const std::vector<std::string> bench{"mem", "bench", "--requests", "20"};
    const json row = expect_the_named_run_to_be_equal(bench, "addresses of 4194304 tracks are folded onto 16\n");
    EXPECT_EQ(row["tracks"], 16);
    EXPECT_EQ(row["segments"], 32);
    EXPECT_EQ(row_of(with(with(bench, kRtl), {"--tracks", "5"}))["tracks"], 5);
}

TEST(E2eFold, OnRtlIsOntoTheBitInterleavedRowItHas) {
    const std::string folded = "addresses of 8192 rows of 64 segments are folded onto 1 of 2 segments\n";
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{},
          {"--scheduler", "elevator", "--return-policy", "stay", "--outstanding", "8", "--write-alg", "naive"}}) {
        const json row = expect_the_named_run_to_be_equal(
            with({"mem", "bench", "--mapping", "bit", "--requests", "120"}, options), folded);
        EXPECT_EQ(row["requests"], 120);
        EXPECT_EQ(row["bytes"], 120 * 64);
        EXPECT_EQ(row["tracks"], 512);
        EXPECT_EQ(row["segments"], 2);
    }
}

TEST(E2eFold, OfATraceIsThatOfABench) {
    const TemporaryFolder folder;
    std::string text;
    for (int i = 0; i < 100; ++i) text += (i % 3 == 0 ? "LD " : "ST ") + std::to_string(i * 7919 * 64) + "\n";
    const std::string folded = "are folded onto 1 of 2 segments";
    const std::vector<std::string> replay{"mem", "replay", folder.file("text", text), "--mapping", "bit"};
    EXPECT_EQ(expect_the_named_run_to_be_equal(replay, folded)["requests"], 100);

    const std::vector<std::string> bench{"mem", "bench", "--mapping", "bit", "--requests", "100"};
    const json recorded = row_of(with(bench, {"--record", folder.path("t")}));
    const std::vector<std::string> again{"mem", "replay", folder.path("t"), "--mapping", "bit"};
    json row = expect_the_named_run_to_be_equal(again, folded);
    EXPECT_NE(row["cycles"], recorded["cycles"]) << "other rows cost another way";
    row["write_alg"] = "dcw";
    EXPECT_EQ(row, row_of(with(bench, kRtl)));
}

TEST(E2eFold, IsInTheRecordingWhichTheSameConfigurationReplays) {
    const TemporaryFolder folder;
    const std::vector<std::string> bit{"--mapping", "bit"};
    const std::vector<std::string> same{"--tracks", "512", "--segments", "2"};
    const json run =
        row_of(with(with({"mem", "bench", "--requests", "300", "--record", folder.path("t")}, bit), same));
    for (const std::vector<std::string>& options : {same, std::vector<std::string>{}})
        EXPECT_EQ(row_of(with(with({"mem", "replay", folder.path("t")}, bit), options))["cycles"], run["cycles"]);
}

TEST(E2eFold, MakesTheSameImageOnEveryBackend) {
    const TemporaryFolder folder;
    const std::vector<std::string> bench{"mem", "bench", "--mapping", "bit", "--requests", "60"};
    row_of(with(with(bench, kRtl), {"--save-image", folder.path("rtl")}));
    row_of(with(bench, {"--tracks", "512", "--segments", "2", "--save-image", folder.path("fast")}));
    EXPECT_EQ(read_file(folder.path("rtl")), read_file(folder.path("fast")));
}

TEST(E2eFold, RefusesARequestWhoseSegmentsWouldNotStayApart) {
    const TemporaryFolder folder;
    // A line is eight segments of a row that is a word wide.
    const std::vector<std::string> replay{"mem", "replay", folder.file("t", "LD 0x40\n"), "--mapping",
                                          "bit", "--set",  "device.tracks_per_row=64"};
    const std::string what = "request 1 (READ, segments 0xff00): two of its segments fall onto the same one of ";
    const auto expect_refusal = [&](const std::vector<std::string>& options, const std::string& segments,
                                    const std::string& remedy) {
        const Outcome run = skytrack(with(replay, options));
        EXPECT_EQ(run.exit_code, 2);
        EXPECT_EQ(run.out, "");
        EXPECT_NE(run.err.find(what + segments + "\n  " + remedy), std::string::npos) << run.err;
    };
    expect_refusal(with(kRtl, {"--queue-depth", "16"}), "4",
                   "use --backend fast or tlm without --segments, or leave the request out");
    expect_refusal({"--segments", "7"}, "7", "give more --segments or leave that out, or leave the request out");
    EXPECT_EQ(skytrack(with(replay, {"--segments", "8"})).exit_code, 0);
}

}  // namespace
}  // namespace sky::test
