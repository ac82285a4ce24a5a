// Question: does a sweep run every point once, whatever stops it on the way?
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>
#include <sstream>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

const std::string kSmall =
    "[base]\nrequests = 200\ndevice.tracks = 64\n"
    "[grid]\nwrite-alg = [\"naive\", \"dcw\"]\nseed = [1, 2, 3]\n";

std::vector<json> lines_of(const std::string& path) {
    std::vector<json> lines;
    std::istringstream in(read_file(path));
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
    return lines;
}

std::set<std::string> keys_of(const std::vector<json>& lines) {
    std::set<std::string> keys;
    for (const json& line : lines) keys.insert(line.at("key").get<std::string>());
    return keys;
}

TEST(E2eSweep, WritesOneLinePerJobWithTheRowOfTheSameCommand) {
    const TemporaryFolder folder;
    const std::string file = folder.file("s.toml", kSmall);
    const json summary = skytrack_json({"mem", "sweep", file, "--out", folder.path("o"), "--jobs", "3"});
    EXPECT_EQ(summary["jobs"], 6);
    EXPECT_EQ(summary["done"], 6);
    EXPECT_EQ(summary["left"], 0);
    const std::vector<json> lines = lines_of(folder.path("o/sweep.jsonl"));
    ASSERT_EQ(lines.size(), 6U);
    EXPECT_EQ(keys_of(lines).size(), 6U);
    for (const json& line : lines) {
        EXPECT_EQ(line["outcome"], "done");
        EXPECT_EQ(line["result"]["write_alg"], line["point"]["write-alg"]);
        EXPECT_EQ(line["seed"], line["point"]["seed"]);
        EXPECT_EQ(line["result"]["requests"], 200);
    }
    const json& first = lines.front();
    json alone = skytrack_json({"mem", "bench", "--requests", "200", "--set", "device.tracks=64", "--write-alg",
                                first["point"]["write-alg"], "--seed", std::to_string(first["seed"].get<int>())});
    for (const char* name : {"model_ps", "energy_fj", "cycles", "shifts", "p99_ns"})
        EXPECT_EQ(alone["results"][0][name], first["result"][name]) << name;
}

TEST(E2eSweep, SkipsWhatIsFinishedOnResumeAndRefusesToStartOver) {
    const TemporaryFolder folder;
    const std::string file = folder.file("s.toml", kSmall);
    const std::vector<std::string> sweep{"mem", "sweep", file, "--out", folder.path("o")};
    ASSERT_EQ(skytrack(sweep).exit_code, 0);
    const Outcome again = skytrack(sweep);
    EXPECT_EQ(again.exit_code, 2);
    EXPECT_NE(again.err.find("--resume"), std::string::npos) << again.err;

    std::string text = read_file(folder.path("o/sweep.jsonl"));
    text.resize(text.size() - 20);  // the last line is cut off
    (void)folder.file("o/sweep.jsonl", text);
    std::vector<std::string> resume = sweep;
    resume.emplace_back("--resume");
    const json summary = skytrack_json(resume);
    EXPECT_EQ(summary["done_before"], 5);
    EXPECT_EQ(summary["done"], 1);
    EXPECT_EQ(keys_of(lines_of(folder.path("o/sweep.jsonl"))).size(), 6U);
}

TEST(E2eSweep, RunsAgainOnResumeWhatAChangedFileConcerns) {
    const TemporaryFolder folder;
    (void)folder.file("mine.toml", "[device]\nshift_ps = 500\n");
    const std::string file = folder.file(
        "s.toml", "[base]\nrequests = 50\ndevice.tracks = 64\n[grid]\nconfig = [\"mine.toml\", \"exact\"]\n");
    const std::vector<std::string> sweep{"mem", "sweep", file, "--out", folder.path("o"), "--resume"};
    EXPECT_EQ(skytrack_json(sweep)["done"], 2);
    EXPECT_EQ(skytrack_json(sweep)["done_before"], 2);
    (void)folder.file("mine.toml", "[device]\nshift_ps = 1000\n");
    std::vector<std::string> json_sweep = sweep;
    json_sweep.emplace_back("--json");
    const Outcome changed = skytrack(json_sweep);
    EXPECT_EQ(changed.exit_code, 0) << changed.err;
    EXPECT_NE(changed.err.find("1 finished job is of another configuration, and run again"), std::string::npos)
        << changed.err;
    const json summary = json::parse(changed.out);
    EXPECT_EQ(summary["done_before"], 1);
    EXPECT_EQ(summary["done"], 1);
    EXPECT_EQ(summary["stale"], 1);
    const std::vector<json> lines = lines_of(folder.path("o/sweep.jsonl"));
    ASSERT_EQ(lines.size(), 2U);
    const json alone = skytrack_json(
        {"mem", "bench", "--requests", "50", "--set", "device.tracks=64", "--config", folder.path("mine.toml")});
    EXPECT_EQ(lines[1]["point"]["config"], "mine.toml");
    EXPECT_EQ(lines[1]["result"]["model_ps"], alone["results"][0]["model_ps"]);
    EXPECT_NE(lines[1]["result"]["model_ps"], lines[0]["result"]["model_ps"]);
}

TEST(E2eSweep, KeepsTheNotesOfARunWhichSayWhatItsPointDoesNot) {
    const TemporaryFolder folder;
    const std::string file = folder.file("s.toml",
                                         "[base]\nrequests = 5\nbackend = \"rtl\"\nmapping = \"bit\"\n"
                                         "[grid]\nsegments = [2, 64]\n");
    EXPECT_EQ(skytrack_json({"mem", "sweep", file, "--out", folder.path("o")})["done"], 2);
    for (const json& line : lines_of(folder.path("o/sweep.jsonl"))) {
        EXPECT_EQ(line["result"]["segments"], 2);
        ASSERT_EQ(line["notes"].size(), 1U) << line;
        const std::string note = line["notes"][0];
        EXPECT_NE(
            note.find("are folded onto 1 of 2 segments; the same run on fast and tlm: --tracks 512 --segments 2"),
            std::string::npos)
            << note;
    }
}

TEST(E2eSweep, SaysWhenItsOutputIsLost) {
    const TemporaryFolder folder;
    const std::string file = folder.file("s.toml", "[base]\nrequests = 5\n[grid]\nseed = [1]\n");
    for (const char* option : {"--dry-run", "--list-commands", "--resume", "--dry-run --json", "--resume --json"}) {
        std::string command = skytrack_path();
        command.append(" mem sweep ").append(file).append(" --out ").append(folder.path("o"));
        command.append(" ").append(option).append(" >/dev/full");
        const Outcome run = Program("/bin/sh", {"-c", command}).wait();
        EXPECT_EQ(run.exit_code, 2) << option;
        EXPECT_NE(run.err.find("cannot write to standard output"), std::string::npos) << option << ": " << run.err;
    }
    EXPECT_EQ(lines_of(folder.path("o/sweep.jsonl")).size(), 1U);
}

TEST(E2eSweep, PrintsOneObjectWithWhatItWouldRunAndWithWhatItHasRun) {
    const TemporaryFolder folder;
    const std::string file = folder.file("s.toml", "[base]\nrequests = 5\n[grid]\nseed = [1, 2]\n");
    const std::vector<std::string> sweep{"mem", "sweep", file, "--out", folder.path("o")};
    for (const char* option : {"--dry-run", "--list-commands", "-v"}) {
        std::vector<std::string> arguments = sweep;
        arguments.emplace_back(option);
        const json object = skytrack_json(arguments);
        EXPECT_EQ(object["command"], "mem sweep");
        EXPECT_TRUE(object["version"].is_string());
        EXPECT_EQ(object["command_line"].get<std::string>().find("skytrack mem sweep "), 0U);
        EXPECT_EQ(object["jobs"], 2);
        EXPECT_EQ(object["file"], folder.path("o/sweep.jsonl"));
        const bool ran = option == std::string("-v");
        EXPECT_EQ(std::filesystem::exists(folder.path("o")), ran);
        if (ran) continue;
        ASSERT_EQ(object["plan"].size(), 2U);
        EXPECT_EQ(object["plan"][1]["key"], "skytrack mem bench --requests 5 --seed 2");
        EXPECT_EQ(object["plan"][1]["point"]["seed"], 2);
        EXPECT_EQ(object["plan"][1].contains("command"), option == std::string("--list-commands"));
    }
    for (const json& line : lines_of(folder.path("o/sweep.jsonl"))) EXPECT_TRUE(line["statistics"].is_object());
}

TEST(E2eSweep, LeavesOutPointsTheMemoryRefusesAndSaysWhy) {
    const TemporaryFolder folder;
    const std::string file =
        folder.file("s.toml", "[base]\nrequests = 50\n[grid]\ndevice.overhead_sites = [64, 10]\n");
    const Outcome run = skytrack({"mem", "sweep", file, "--out", folder.path("o")});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_NE(run.err.find("this point is left out: skytrack mem bench"), std::string::npos) << run.err;
    EXPECT_NE(run.err.find("overhead_sites is 10"), std::string::npos) << run.err;
    EXPECT_NE(run.out.find("2 jobs: 1 done, 0 done before, 1 refused"), std::string::npos) << run.out;
    int refused = 0;
    for (const json& line : lines_of(folder.path("o/sweep.jsonl"))) {
        if (line["outcome"] != "refused") continue;
        ++refused;
        EXPECT_NE(line["error"].get<std::string>().find("overhead_sites is 10"), std::string::npos);
        EXPECT_FALSE(line.contains("result"));
        EXPECT_EQ(line["seed"], 1);
        EXPECT_TRUE(line["version"].is_string());
    }
    EXPECT_EQ(refused, 1);
}

TEST(E2eSweep, PrintsItsJobsOnADryRunAndRunsNothing) {
    const TemporaryFolder folder;
    const std::string file = folder.file("s.toml", kSmall);
    const Outcome run = skytrack({"mem", "sweep", file, "--dry-run", "--out", folder.path("o")});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 6);
    EXPECT_EQ(run.out.find("skytrack mem bench --requests 200 "), 0U) << run.out;
    EXPECT_EQ(folder.names(), std::vector<std::string>{"s.toml"});
}

TEST(E2eSweep, ListsCommandsWhoseResultsItCollects) {
    const TemporaryFolder folder;
    const std::string file = folder.file("s.toml", kSmall);
    const Outcome listed = skytrack({"mem", "sweep", file, "--list-commands", "--out", folder.path("o o")});
    EXPECT_EQ(listed.exit_code, 0) << listed.err;
    EXPECT_EQ(std::count(listed.out.begin(), listed.out.end(), '\n'), 6);
    EXPECT_EQ(folder.names(), std::vector<std::string>{"s.toml"});
    ASSERT_EQ(Program("/bin/sh", {folder.file("commands", listed.out)}).wait().exit_code, 0);
    const json summary = skytrack_json({"mem", "sweep", file, "--resume", "--out", folder.path("o o")});
    EXPECT_EQ(summary["done_before"], 6);
    EXPECT_EQ(summary["done"], 0);
    const std::vector<json> lines = lines_of(folder.path("o o/sweep.jsonl"));
    EXPECT_EQ(keys_of(lines).size(), 6U);
    for (const json& line : lines) EXPECT_EQ(line["result"]["write_alg"], line["point"]["write-alg"]);
}

TEST(E2eSweep, ListsCommandsThatRunFromAnyFolderAndHowToCollectThem) {
    const TemporaryFolder folder;
    const TemporaryFolder elsewhere;
    (void)folder.file("mine.toml", "[device]\ntracks = 64\n");
    (void)folder.file("base.toml", "[device]\nsegments = 32\n");
    (void)folder.file("s.toml", "[base]\nrequests = 5\n[grid]\nconfig = [\"base.toml\", \"exact\"]\n");
    const auto in_folder = [&](const std::vector<std::string>& arguments) {
        return Program(skytrack_path(), arguments, folder.path()).wait();
    };
    const Outcome listed = in_folder({"mem", "sweep", "s.toml", "--list-commands", "--out", "o"});
    EXPECT_EQ(listed.exit_code, 0) << listed.err;
    EXPECT_NE(listed.out.find(" --config " + folder.path("base.toml") + " "), std::string::npos) << listed.out;
    EXPECT_NE(listed.out.find(" --config exact "), std::string::npos) << listed.out;
    EXPECT_EQ(Program("/bin/sh", {folder.file("commands", listed.out)}, elsewhere.path()).wait().exit_code, 0);
    EXPECT_EQ(elsewhere.names(), std::vector<std::string>());
    const json collected = json::parse(in_folder({"mem", "sweep", "s.toml", "--out", "o", "--resume", "--json"}).out);
    EXPECT_EQ(collected["done_before"], 2);
    EXPECT_EQ(collected["stale"], 0);
    (void)folder.file("s2.toml", "[base]\nrequests = 5\n[grid]\nseed = [1]\n");
    const Outcome overridden = in_folder({"mem", "sweep", "s2.toml", "--list-commands", "--out", "p", "--config",
                                          "mine.toml", "--set", "device.segments=32", "--backend", "tlm"});
    EXPECT_NE(overridden.out.find(" --config " + folder.path("mine.toml") + " "), std::string::npos)
        << overridden.out;
    EXPECT_NE(overridden.err.find("skytrack mem sweep s2.toml --backend tlm --config mine.toml --set "
                                  "device.segments=32 --out p --resume"),
              std::string::npos)
        << overridden.err;
}

TEST(E2eSweep, GivesItsCommonOptionsToEveryJob) {
    const TemporaryFolder folder;
    const std::string file = folder.file("s.toml", "[base]\nseed = 1\n[grid]\nwrite-alg = [\"naive\", \"dcw\"]\n");
    const Outcome run = skytrack({"mem", "sweep", file, "--dry-run", "--seed", "9", "--backend", "tlm", "--config",
                                  "ghz", "--set", "device.tracks=64"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(run.out.find("skytrack mem bench --seed 9 --backend tlm --config ghz --set device.tracks=64 "), 0U)
        << run.out;
}

TEST(E2eSweep, KeepsWhatIsFinishedWhenInterruptedAndSaysHowToGoOn) {
    const TemporaryFolder folder;
    const std::string file =
        folder.file("s.toml", "[base]\ndevice.tracks = 64\n[grid]\nrequests = [100, 1000000000000]\n");
    {
        Program program(skytrack_path(), {"mem", "sweep", file, "--out", folder.path("o"), "--jobs", "2"});
        // The second job would take days.
        while (!std::filesystem::exists(folder.path("o/sweep.jsonl")) ||
               read_file(folder.path("o/sweep.jsonl")).empty())
            usleep(10'000);
        program.interrupt();
        const Outcome outcome = program.wait();
        EXPECT_EQ(outcome.exit_code, 130) << outcome.err;
        EXPECT_NE(outcome.err.find("go on with:"), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.err.find("--resume"), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.out.find("2 jobs: 1 done, 0 done before, 0 refused, 0 failed, 1 left"), std::string::npos)
            << outcome.out;
    }
    const std::vector<json> lines = lines_of(folder.path("o/sweep.jsonl"));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0]["result"]["requests"], 100);
}

TEST(E2eSweep, RefusesBadFilesAndOptions) {
    const TemporaryFolder folder;
    const auto expect = [&](const std::vector<std::string>& arguments, const std::string& what) {
        std::vector<std::string> all{"mem", "sweep"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const Outcome run = skytrack(all);
        EXPECT_EQ(run.exit_code, 2) << what;
        EXPECT_EQ(run.out, "");
        EXPECT_NE(run.err.find(what), std::string::npos) << run.err;
        EXPECT_NE(run.err.find("\n  "), std::string::npos) << run.err;
    };
    const std::string good = folder.file("good.toml", kSmall);
    expect({}, "there is no sweep to run");
    expect({folder.path("none.toml")}, "none.toml: cannot be read");
    expect({folder.path()}, "is a folder");
    expect({folder.file("a.toml", "[grid]\nbnks = [1]\n")}, "a.toml:2: 'bnks' is neither");
    expect({folder.file("b.toml", "[grid]\n")}, "b.toml: the grid is empty");
    expect({good, "--jobs", "0"}, "--jobs is '0'");
    expect({good, "--dry-run", "--list-commands"}, "leave one of them out");
    expect({good, "--set", "device.shift_pss=1", "--dry-run"}, "--set device.shift_pss=1");
    expect({good, "--out", good}, "is a file");
}

}  // namespace
}  // namespace sky::test
