// Question: does skytrack print what it promises, and the same for the same seed, wherever it lies?
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

const std::vector<std::string> kMemBench{"mem", "bench", "--requests", "400", "--tracks", "16"};
const std::vector<std::string> kKvBench{"kv", "bench", "--records", "300"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

/// Without what depends on the host's speed.
json without_host_time(json row) {
    row.erase("host_seconds");
    row.erase("requests_per_second");
    return row;
}

json device_counts(const json& row) {
    json counts;
    for (const char* name :
         {"op_ps", "model_ps", "energy_fj", "cycles", "shifts", "track_steps", "detects", "removes", "injects"})
        counts[name] = row.at(name);
    return counts;
}

void expect_members(const json& object, const std::vector<std::string>& texts,
                    const std::vector<std::string>& integers, const std::vector<std::string>& numbers) {
    for (const std::string& name : texts) EXPECT_TRUE(object.value(name, json()).is_string()) << name;
    for (const std::string& name : integers) EXPECT_TRUE(object.value(name, json()).is_number_unsigned()) << name;
    for (const std::string& name : numbers) EXPECT_TRUE(object.value(name, json()).is_number()) << name;
}

void expect_report(const json& report, const std::string& command) {
    expect_members(report, {"command", "version", "command_line"}, {"seed"}, {});
    EXPECT_EQ(report.value("command", ""), command);
    ASSERT_TRUE(report.value("config", json()).is_object());
    EXPECT_EQ(report["config"]["device"]["shift_ps"], 500);
    ASSERT_TRUE(report.value("results", json()).is_array());
    ASSERT_EQ(report["results"].size(), 1U);
    for (const auto& value : report["results"][0]) EXPECT_TRUE(value.is_primitive()) << "rows are flat";
}

const std::vector<std::string> kDeviceIntegers{"op_ps",       "model_ps", "energy_fj", "cycles", "shifts",
                                               "track_steps", "detects",  "removes",   "injects"};

TEST(E2eJson, OfMemBenchAndReplayIsOneObjectWithFlatRows) {
    const TemporaryFolder folder;
    for (const auto& [command, arguments] : std::vector<std::pair<std::string, std::vector<std::string>>>{
             {"mem bench", with(kMemBench, {"--record", folder.path("t")})},
             {"mem replay", {"mem", "replay", folder.path("t")}}}) {
        SCOPED_TRACE(command);
        const json report = skytrack_json(arguments);
        expect_report(report, command);
        const json& row = report["results"][0];
        expect_members(row, {"backend", "mapping", "write_alg", "scheduler", "return_policy"},
                       with(kDeviceIntegers, {"requests", "reads", "writes", "refused", "bytes", "banks",
                                              "queue_depth", "outstanding", "rows", "tracks"}),
                       {"model_ns", "energy_pj", "requests_per_second", "host_seconds", "mean_ns", "p50_ns", "p99_ns",
                        "max_ns", "ns_per_line", "pj_per_line"});
        EXPECT_EQ(row["requests"], 400);
        EXPECT_EQ(row["requests"], row["reads"].get<int>() + row["writes"].get<int>());
        EXPECT_EQ(row["mapping"], "word");
        EXPECT_EQ(row["scheduler"], "fcfs");
        EXPECT_EQ(row["return_policy"], "home");
        EXPECT_EQ(row["banks"], 1);
        EXPECT_EQ(row["flag_site"], false);
        EXPECT_EQ(row["bytes"], 400 * 64);
        EXPECT_GE(row["model_ps"], row["op_ps"]);
    }
}

TEST(E2eJson, OfKvBenchIsOneObjectWithFlatRows) {
    for (const char* index : {"bplus", "beps"}) {
        for (const char* workload : {"load", "a", "b", "c"}) {
            SCOPED_TRACE(std::string(index) + " " + workload);
            const json report =
                skytrack_json(with(kKvBench, {"--index", index, "--workload", workload, "--seed", "7"}));
            expect_report(report, "kv bench");
            const json& row = report["results"][0];
            expect_members(row, {"index", "workload", "backend"},
                           with(kDeviceIntegers, {"records", "value_bytes", "ops"}),
                           {"ns_per_op", "pj_per_op", "host_seconds"});
            EXPECT_EQ(report["seed"], 7);
            EXPECT_EQ(row["index"], index);
            EXPECT_EQ(row["workload"], workload);
            EXPECT_EQ(row["ops"], 300);
            EXPECT_DOUBLE_EQ(row["ns_per_op"], row["model_ps"].get<double>() / 1000 / 300);
            EXPECT_DOUBLE_EQ(row["pj_per_op"], row["energy_fj"].get<double>() / 1000 / 300);
        }
    }
}

TEST(E2eRun, GivesTheSameNumbersForTheSameSeedAndOthersForAnother) {
    for (const auto& command : {kMemBench, kKvBench}) {
        const json one = without_host_time(skytrack_json(with(command, {"--seed", "3"}))["results"][0]);
        const json same = without_host_time(skytrack_json(with(command, {"--seed", "3"}))["results"][0]);
        const json other = without_host_time(skytrack_json(with(command, {"--seed", "4"}))["results"][0]);
        EXPECT_EQ(one, same);
        EXPECT_NE(one, other);
    }
}

TEST(E2eRun, WritesItsResultsIntoTheFolderOfOut) {
    const TemporaryFolder folder;
    const json printed = skytrack_json(with(kMemBench, {"--out", folder.path("a/b")}));
    const json written = json::parse(read_file(folder.path("a/b/result.json")));
    EXPECT_EQ(written["results"], printed["results"]);
    EXPECT_TRUE(written["statistics"].is_object());
    EXPECT_NE(read_file(folder.path("a/b/summary.txt")).find("p99_ns"), std::string::npos);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path("a/b")), {}), 2);
}

TEST(E2eRun, PrintsSeedCommandAndUnitsAsTextAndTheTreeOnRequest) {
    const Outcome brief = skytrack(kMemBench);
    EXPECT_EQ(brief.exit_code, 0);
    for (const char* part : {"seed 1", "command: skytrack mem bench --requests 400", " pJ", "ns of model time"})
        EXPECT_NE(brief.out.find(part), std::string::npos) << part;
    EXPECT_EQ(brief.out.find("skrm.operations.shifts"), std::string::npos);
    EXPECT_EQ(brief.out.find('\033'), std::string::npos);
    EXPECT_NE(brief.err.find("folded onto 16"), std::string::npos) << brief.err;
    EXPECT_NE(skytrack(with(kMemBench, {"-v"})).out.find("skrm.operations.shifts"), std::string::npos);
}

TEST(E2eMemBench, TakesShorthandsForConfigurationKeys) {
    const json report = skytrack_json(
        with(kMemBench, {"--scheduler", "coalesce", "--return-policy", "stay", "--banks", "4", "--queue-depth", "5",
                         "--outstanding", "6", "--set", "controller.banks=2", "--print-config"}));
    const json& controller = report["config"]["controller"];
    EXPECT_EQ(controller["scheduler"], "coalesce");
    EXPECT_EQ(controller["return_policy"], "stay");
    EXPECT_EQ(controller["banks"], 4) << "the option wins over the setting";
    EXPECT_EQ(controller["queue_depth"], 5);
    EXPECT_EQ(controller["outstanding"], 6);
    const Outcome text = skytrack(with(kMemBench, {"--scheduler", "nearest", "--print-config"}));
    EXPECT_NE(text.out.find("[set by --scheduler nearest]"), std::string::npos) << text.out;
}

TEST(E2eMemBench, LaysTheBitInterleavedShapeUnderWhatIsSaid) {
    const json report =
        skytrack_json({"mem", "bench", "--mapping", "bit", "--set", "device.segments=16", "--print-config"});
    const json& device = report["config"]["device"];
    EXPECT_EQ(device["tracks_per_row"], 512);
    EXPECT_EQ(device["sites_per_segment"], 32);
    EXPECT_EQ(device["segments"], 16);
    const json word = skytrack_json({"mem", "bench", "--mapping", "word", "--print-config"});
    EXPECT_EQ(word["config"]["device"]["tracks_per_row"], 1);
}

TEST(E2eMemBench, SwitchesTheFlagSiteOnForFlipNWriteAndSaysSo) {
    const Outcome run =
        skytrack({"mem", "bench", "--requests", "10", "--writes", "0", "--write-alg", "fnw", "--json"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_NE(run.err.find("flag_site is on for --write-alg fnw"), std::string::npos) << run.err;
    const json report = json::parse(run.out);
    EXPECT_EQ(report["config"]["device"]["flag_site"], true);
    EXPECT_EQ(report["config"]["device"]["overhead_sites"], 65);
    EXPECT_EQ(report["results"][0]["flag_site"], true);
    EXPECT_EQ(report["results"][0]["writes"], 0);
}

/// A controller may lack a write algorithm or a mapping; then it says so, and there is nothing to test.
bool refused(const Outcome& run) { return run.exit_code == 1 && run.err.find(": refused, ") != std::string::npos; }

TEST(E2eMemBench, RunsEveryWriteAlgorithmInEveryMappingItHasAMeaningIn) {
    for (const char* alg : {"naive", "dcw", "pw", "fnw", "pw_fnw", "auto"}) {
        for (const char* mapping : {"word", "bit"}) {
            SCOPED_TRACE(std::string(alg) + " " + mapping);
            const Outcome run = skytrack({"mem", "bench", "--requests", "300", "--mapping", mapping, "--write-alg",
                                          alg, "--set", "device.tracks=4096", "--json"});
            const bool flips_or_permutes = std::string("pw fnw pw_fnw").find(alg) != std::string::npos;
            if (std::string(mapping) == "bit" && flips_or_permutes) {
                EXPECT_EQ(run.exit_code, 2) << run.err;
                EXPECT_NE(run.err.find("has no meaning in a bit-interleaved memory"), std::string::npos) << run.err;
                continue;
            }
            if (refused(run)) continue;
            ASSERT_EQ(run.exit_code, 0) << run.err;
            const json row = json::parse(run.out)["results"][0];
            EXPECT_EQ(row["write_alg"], alg);
            EXPECT_EQ(row["mapping"], mapping);
            EXPECT_EQ(row["requests"], 300);
            EXPECT_EQ(row["refused"], 0);
        }
    }
}

TEST(E2eMemReplay, CutsTheLinesOfATextTraceForPermutationWrites) {
    const TemporaryFolder folder;
    const std::string trace =
        folder.file("t", "1 W 0x100 " + std::string(128, 'a') + " 0\n2 R 0x100 " + std::string(128, 'a') + " 0\n");
    const Outcome run = skytrack({"mem", "replay", trace, "--write-alg", "pw", "--json"});
    EXPECT_TRUE(run.exit_code == 0 || refused(run)) << run.err;
    const json row = json::parse(run.out)["results"][0];
    EXPECT_EQ(row["writes"], 8);
    EXPECT_EQ(row["reads"], 1);
}

TEST(E2eMemBench, ShowsTheLatencyHistogramOnRequest) {
    const json report = skytrack_json(with(kMemBench, {"-v"}));
    const json& latency = report["statistics"]["skrm"]["latency"];
    const json& row = report["results"][0];
    EXPECT_EQ(latency["p50_ps"]["value"].get<double>() / 1000, row["p50_ns"]);
    EXPECT_EQ(latency["p99_ps"]["value"].get<double>() / 1000, row["p99_ns"]);
    EXPECT_EQ(latency["max_ps"]["value"].get<double>() / 1000, row["max_ns"]);
    EXPECT_NEAR(latency["mean_ps"]["value"].get<double>() / 1000, row["mean_ns"].get<double>(), 1e-6);
    uint64_t requests = 0;
    for (const auto& bucket : latency["histogram"]) requests += bucket["value"].get<uint64_t>();
    EXPECT_EQ(requests, 400U);
    const Outcome text = skytrack(with(kMemBench, {"-v"}));
    EXPECT_NE(text.out.find("latency in ns of model time"), std::string::npos) << text.out;
    EXPECT_NE(text.out.find(" ####"), std::string::npos) << text.out;
    EXPECT_EQ(skytrack(kMemBench).out.find("####"), std::string::npos);
}

TEST(E2eHelp, IsThereOnEveryLevelWithExamples) {
    for (const std::vector<std::string>& level : {std::vector<std::string>{},
                                                  {"mem"},
                                                  {"kv"},
                                                  {"mem", "bench"},
                                                  {"mem", "replay"},
                                                  {"mem", "sweep"},
                                                  {"kv", "bench"},
                                                  {"rf"},
                                                  {"rf", "plan"},
                                                  {"offload"},
                                                  {"offload", "plan"}}) {
        const Outcome help = skytrack(with(level, {"--help"}));
        EXPECT_EQ(help.exit_code, 0);
        EXPECT_EQ(help.err, "");
        EXPECT_NE(help.out.find("Examples:\n  skytrack "), std::string::npos) << help.out;
        EXPECT_NE(help.out.find("--print-config"), std::string::npos) << help.out;
    }
    EXPECT_EQ(skytrack({"mem", "bench", "-h"}).out, skytrack({"mem", "bench", "--help"}).out);
    EXPECT_NE(skytrack({"-h"}).out.find("\n  skytrack mem bench "), std::string::npos);
    EXPECT_EQ(skytrack({"--version"}).out.find("skytrack "), 0U);
}

TEST(E2eReplay, OfARecordingGivesTheCountersOfTheRun) {
    const TemporaryFolder folder;
    const std::vector<std::vector<std::string>> runs{
        kMemBench, with(kMemBench, {"--write-alg", "naive", "--set", "controller.outstanding=8"}),
        with(kKvBench, {"--index", "bplus"}), with(kKvBench, {"--index", "beps", "--value-bytes", "64"})};
    for (const auto& run : runs) {
        SCOPED_TRACE(testing::PrintToString(run));
        const json recorded = skytrack_json(with(run, {"--record", folder.path("t")}));
        std::vector<std::string> replay{"mem", "replay", folder.path("t")};
        if (run[run.size() - 1] == "controller.outstanding=8") replay = with(replay, {"--set", run.back()});
        const json replayed = skytrack_json(replay);
        EXPECT_EQ(device_counts(replayed["results"][0]), device_counts(recorded["results"][0]));
    }
}

TEST(E2eReplay, TakesARecordingNamedWithoutAFolder) {
    const TemporaryFolder folder;
    EXPECT_EQ(Program(skytrack_path(), with(kMemBench, {"--record", "t"}), folder.path()).wait().exit_code, 0);
    EXPECT_EQ(folder.names(), std::vector<std::string>{"t"});
    EXPECT_EQ(Program(skytrack_path(), {"mem", "replay", "t"}, folder.path()).wait().exit_code, 0);
}

TEST(E2eReplay, GivesTheSameForPlainAndGzipFromFileAndPipe) {
    const TemporaryFolder folder;
    std::string text = "NVMV1\n";
    for (int i = 0; i < 200; ++i)
        text += std::to_string(i) + (i % 3 == 0 ? " R 0x" : " W 0x") + std::to_string(i % 50) + "00 " +
                std::string(128, "0123456789abcdef"[i % 16]) + " " + std::string(128, '0') + " 0\n";
    const std::string plain = folder.file("t", text);
    const std::string packed = folder.file("t.gz", gzipped(text));
    const json expected = without_host_time(skytrack_json({"mem", "replay", plain})["results"][0]);
    EXPECT_EQ(expected["requests"], 200);
    EXPECT_GT(expected["injects"], 0);
    EXPECT_EQ(without_host_time(skytrack_json({"mem", "replay", packed})["results"][0]), expected);
    EXPECT_EQ(without_host_time(skytrack_json({"mem", "replay", "-"}, text)["results"][0]), expected);
    EXPECT_EQ(without_host_time(skytrack_json({"mem", "replay", "-"}, gzipped(text))["results"][0]), expected);
}

TEST(E2eConfig, IsPrintedSoThatItReproducesTheRun) {
    const TemporaryFolder folder;
    const std::vector<std::string> changes{"--set", "device.shift_ps=600", "--set", "controller.outstanding=3"};
    const Outcome printed = skytrack(with(with(kMemBench, changes), {"--print-config"}));
    ASSERT_EQ(printed.exit_code, 0) << printed.err;
    const std::string file = folder.file("printed.toml", printed.out);
    const json original = skytrack_json(with(kMemBench, changes));
    const json reproduced = skytrack_json(with(kMemBench, {"--config", file}));
    EXPECT_EQ(reproduced["config"], original["config"]);
    EXPECT_EQ(reproduced["config"]["device"]["shift_ps"], 600);
    EXPECT_EQ(without_host_time(reproduced["results"][0]), without_host_time(original["results"][0]));
}

TEST(E2eConfig, IsPrintedAsOneJsonObjectOnRequest) {
    const json printed = skytrack_json({"kv", "bench", "--print-config"});
    EXPECT_EQ(printed.size(), 3U);
    EXPECT_EQ(printed["command"], "kv bench");
    EXPECT_TRUE(printed["version"].is_string());
    EXPECT_EQ(printed["config"]["device"]["shift_ps"], 500);
}

TEST(E2eConfig, QuotesTheCommandLineForAShell) {
    const TemporaryFolder folder;
    const json report = skytrack_json({"mem", "bench", "--requests", "5", "--record", folder.path("it's a t")});
    EXPECT_EQ(report["command_line"],
              "skytrack mem bench --requests 5 --record '" + folder.path("it'\\''s a t") + "' --json");
}

TEST(E2eConfig, TakesEveryShippedPresetAndPrintsWhatItMeans) {
    const auto presets =
        std::filesystem::path(skytrack_path()).parent_path().parent_path() / "share/skytrack/presets";
    int count = 0;
    for (const auto& preset : std::filesystem::directory_iterator(presets)) {
        ++count;
        const std::string name = preset.path().stem();
        const Outcome printed = skytrack({"kv", "bench", "--config", name, "--print-config"});
        EXPECT_EQ(printed.exit_code, 0) << name << ": " << printed.err;
        EXPECT_NE(printed.out.find("[device]\nsites_per_segment = "), std::string::npos) << printed.out;
        EXPECT_EQ(skytrack({"--config", preset.path(), "--print-config"}).exit_code, 0) << name;
    }
    EXPECT_GE(count, 3);
}

TEST(E2eRelocation, FindsItsPresetsBesideItself) {
    const TemporaryFolder folder;
    const auto build = std::filesystem::path(skytrack_path()).parent_path().parent_path();
    for (const char* part : {"bin", "share"})
        std::filesystem::copy(build / part, folder.path(part), std::filesystem::copy_options::recursive);
    const std::string preset = folder.path("share/skytrack/presets/skyrmion.toml");
    std::string text = read_file(preset);
    text.replace(text.find("shift_ps = 500"), 14, "shift_ps = 600");
    ASSERT_EQ(folder.file("share/skytrack/presets/skyrmion.toml", text), preset);

    std::filesystem::create_directory(folder.path("empty"));
    const Outcome moved =
        Program(folder.path("bin/skytrack"), with(kMemBench, {"--json"}), folder.path("empty")).wait();
    ASSERT_EQ(moved.exit_code, 0) << moved.err;
    EXPECT_EQ(json::parse(moved.out)["config"]["device"]["shift_ps"], 600);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path("empty")), {}), 0);

    std::filesystem::remove_all(folder.path("share"));
    const Outcome bare = Program(folder.path("bin/skytrack"), kMemBench).wait();
    EXPECT_EQ(bare.exit_code, 2);
    EXPECT_NE(bare.err.find("share/skytrack/presets"), std::string::npos) << bare.err;
    EXPECT_NE(bare.err.find("copy the whole build/release folder (bin and share)"), std::string::npos) << bare.err;
}

TEST(E2eInterrupt, PrintsWhatIsFinishedAndThatNothingResumes) {
    Program program(skytrack_path(), {"mem", "replay", "-", "--json"});
    // More than a pipe and the program's buffers hold: when it is written, the run is under way.
    std::string text;
    for (int i = 0; text.size() < (size_t{1} << 19); ++i)
        text += std::to_string(i) + " W 0x" + std::to_string(i) + "00 " + std::string(128, 'c') + " 0\n";
    program.write(text);
    program.interrupt();
    const Outcome outcome = program.wait();
    EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
    EXPECT_NE(outcome.err.find("starts again from the beginning"), std::string::npos) << outcome.err;
    const json report = json::parse(outcome.out, nullptr, false);
    ASSERT_TRUE(report.is_object()) << outcome.out;
    EXPECT_EQ(report["interrupted"], true);
    EXPECT_GT(report["results"][0]["requests"], 0);
}

TEST(E2eInterrupt, OfKvBenchSaysHowMuchWasDone) {
    const auto interrupt = [](const std::string& workload) {
        const TemporaryFolder folder;
        Program program(skytrack_path(), {"kv", "bench", "--workload", workload, "--records", "4000000", "--record",
                                          folder.path("t")});
        while (folder.names().empty()) usleep(10'000);  // the trace is made right before the run
        usleep(100'000);
        program.interrupt();
        return program.wait();
    };
    const Outcome load = interrupt("load");
    EXPECT_EQ(load.exit_code, 130);
    EXPECT_NE(load.err.find(" of 4000000 operations of workload load"), std::string::npos) << load.err;
    const Outcome a = interrupt("a");
    EXPECT_EQ(a.exit_code, 130);
    EXPECT_NE(a.err.find("in the load phase after "), std::string::npos) << a.err;
    EXPECT_NE(a.err.find(" of 4000000 records of workload a"), std::string::npos) << a.err;
    EXPECT_NE(a.err.find("no resuming"), std::string::npos) << a.err;
}

TEST(E2eBackend, RtlSaysHowManyTracksItHolds) {
    const Outcome run = skytrack({"kv", "bench", "--records", "20", "--backend", "rtl", "--json"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_NE(run.err.find("rtl holds 1024 of the 4194304 tracks"), std::string::npos) << run.err;
    EXPECT_EQ(json::parse(run.out)["results"][0]["tracks"], 1024);
}

TEST(E2eNotes, TellOfEnergiesThatAreNoJoules) {
    const Outcome joules = skytrack({"mem", "bench", "--requests", "10", "--json"});
    EXPECT_EQ(joules.err, "");
    const Outcome arbitrary = skytrack({"mem", "bench", "--requests", "10", "--config", "sky_tree_2022", "--json"});
    EXPECT_NE(arbitrary.err.find("arbitrary units"), std::string::npos) << arbitrary.err;
}

TEST(E2eInterrupt, OfAnyKindLeavesNoTemporaryFile) {
    for (const int signal : {SIGTERM, SIGHUP, SIGINT}) {
        const TemporaryFolder folder;
        Program program(skytrack_path(), {"mem", "replay", "-", "--record", folder.path("t")});
        std::string text;
        while (text.size() < size_t{1} << 20) text += "0 W 0x100 " + std::string(128, 'c') + " 0\n";
        program.write(text);
        program.send(signal);
        EXPECT_EQ(program.wait().exit_code, 130);
        EXPECT_EQ(folder.names(), std::vector<std::string>{"t"});
    }
}

TEST(E2eInterrupt, BeforeTheFirstRequestLeavesNothing) {
    const TemporaryFolder folder;
    Program program(skytrack_path(), {"mem", "replay", "-", "--out", folder.path("a/b")});
    program.write(std::string(size_t{1} << 20, '\n'));
    EXPECT_EQ(folder.names(), std::vector<std::string>{"a"});
    program.send(SIGTERM);
    EXPECT_EQ(program.wait().exit_code, 130);
    EXPECT_TRUE(folder.names().empty());
}

TEST(E2eInterrupt, IsNoticedInAnEndlessStreamOfBlankLines) {
    const std::string line = "0 W 0x100 " + std::string(128, 'c') + " 0\n";
    for (const std::string& first : {line, std::string()}) {
        Program program(skytrack_path(), {"mem", "replay", "-", "--json"});
        program.write(first + std::string(size_t{1} << 20, '\n'));  // the program is reading
        program.interrupt();
        program.write(std::string(size_t{1} << 24, '\n'));  // until it ends
        const Outcome outcome = program.wait();
        EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
        EXPECT_NE(outcome.err.find("interrupted"), std::string::npos) << outcome.err;
        EXPECT_EQ(outcome.out.empty(), first.empty()) << outcome.out;
    }
}

}  // namespace
}  // namespace sky::test
