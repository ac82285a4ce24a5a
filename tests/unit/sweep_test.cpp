// Question: does a sweep become exactly the jobs its file says, and is every mistake in the file named?
#include <gtest/gtest.h>

#include <set>
#include <span>

#include "host/cli/mem_bench.hpp"
#include "host/cli/shell.hpp"
#include "host/cli/sweep_plan.hpp"
#include "host/cli/sweep_results.hpp"
#include "tests/support/files.hpp"

namespace sky::cli {
namespace {

Result<SweepPlan> plan_of(const std::string& text, const std::vector<SweepValue>& overrides = {}) {
    const test::TemporaryFolder folder;
    return SweepPlan::load(folder.file("s.toml", text), overrides);
}

void expect_error(const std::string& text, const std::string& what, const std::string& remedy) {
    const Result<SweepPlan> plan = plan_of(text);
    ASSERT_FALSE(plan.ok()) << "expected an error with: " << what;
    const std::string message = plan.status().message();
    const size_t line_break = message.find('\n');
    ASSERT_NE(line_break, std::string::npos) << message;
    EXPECT_NE(message.substr(0, line_break).find("s.toml" + what), std::string::npos) << message;
    EXPECT_NE(message.substr(line_break).find(remedy), std::string::npos) << message;
}

std::vector<std::string> keys_of(const SweepPlan& plan) {
    std::vector<std::string> keys;
    for (const SweepJob& job : plan.jobs()) keys.push_back(job.key);
    return keys;
}

TEST(UnitSweep, ExpandsToEveryCombinationInTheOrderOfTheFile) {
    const Result<SweepPlan> plan = plan_of(
        "[base]\nrequests = 20\ndevice.tracks = 64\nno-check = true\n"
        "[grid]\nwrite-alg = [\"naive\", \"dcw\"]\n\"controller.overlap\" = [false, true]\n");
    ASSERT_TRUE(plan.ok()) << plan.status().message();
    const std::string base = "skytrack mem bench --requests 20 --set device.tracks=64 --no-check ";
    EXPECT_EQ(keys_of(plan.value()),
              (std::vector<std::string>{base + "--write-alg naive --set controller.overlap=false",
                                        base + "--write-alg naive --set controller.overlap=true",
                                        base + "--write-alg dcw --set controller.overlap=false",
                                        base + "--write-alg dcw --set controller.overlap=true"}));
    EXPECT_EQ(plan.value().axes(), (std::vector<std::string>{"write-alg", "controller.overlap"}));
    EXPECT_EQ(plan.value().jobs()[1].point.dump(), R"({"write-alg":"naive","controller.overlap":true})");
    EXPECT_EQ(plan.value().jobs()[1].arguments.front(), "mem");
    std::set<std::string> folders;
    for (const SweepJob& job : plan.value().jobs()) folders.insert(job.folder);
    EXPECT_EQ(folders.size(), 4U);
}

TEST(UnitSweep, TakesAKeyDottedQuotedOrBelowItsSection) {
    const std::string expected = "skytrack mem bench --set device.tracks=64 --set device.segments=8";
    for (const char* text : {"[base]\n\"device.tracks\" = 64\n[grid]\n\"device.segments\" = [8]\n",
                             "[base]\ndevice.tracks = 64\n[grid]\ndevice.segments = [8]\n",
                             "[base.device]\ntracks = 64\n[grid.device]\nsegments = [8]\n"}) {
        const Result<SweepPlan> plan = plan_of(text);
        ASSERT_TRUE(plan.ok()) << plan.status().message();
        EXPECT_EQ(keys_of(plan.value()), std::vector<std::string>{expected});
    }
}

TEST(UnitSweep, KeepsTheKeysOfItsJobsWhenTheGridGrows) {
    const Result<SweepPlan> small = plan_of("[grid]\nbanks = [1, 2]\n");
    const Result<SweepPlan> large = plan_of("# longer\n[grid]\nbanks = [4, 1, 2]\n");
    const std::vector<std::string> keys = keys_of(large.value());
    for (const SweepJob& job : small.value().jobs())
        EXPECT_EQ(std::count(keys.begin(), keys.end(), job.key), 1) << job.key;
}

TEST(UnitSweep, LetsOverridesWinOverTheBaseAndNotOverTheGrid) {
    const std::string text = "[base]\nseed = 3\nbanks = 2\n[grid]\nwrite-alg = [\"dcw\"]\n";
    const Result<SweepPlan> plan =
        plan_of(text, {{"seed", "7", "--seed"}, {"controller.banks", "4", "--set controller.banks=4"}});
    ASSERT_TRUE(plan.ok()) << plan.status().message();
    EXPECT_EQ(plan.value().jobs()[0].key, "skytrack mem bench --seed 7 --set controller.banks=4 --write-alg dcw");
    const Result<SweepPlan> clash = plan_of("[grid]\nseed = [1, 2]\n", {{"seed", "7", "--seed"}});
    ASSERT_FALSE(clash.ok());
    EXPECT_NE(clash.status().message().find("seed is also set by --seed"), std::string::npos)
        << clash.status().message();
}

TEST(UnitSweep, FindsConfigurationFilesFromTheFolderOfTheSweepAndLeavesPresetsTheirNames) {
    const test::TemporaryFolder folder;
    std::filesystem::create_directories(folder.path("sub"));
    (void)folder.file("mine.toml", "[device]\nshift_ps = 600\n");
    (void)folder.file("sub/mine.toml", "[device]\nshift_ps = 700\n");
    const std::string file =
        folder.file("sub/s.toml", "[grid]\nconfig = [\"mine.toml\", \"../mine.toml\", \"ghz\"]\n");
    const Result<SweepPlan> plan = SweepPlan::load(file, {});
    ASSERT_TRUE(plan.ok()) << plan.status().message();
    const std::string command = "skytrack mem bench --config ";
    EXPECT_EQ(keys_of(plan.value()), (std::vector<std::string>{command + folder.path("sub/mine.toml"),
                                                               command + folder.path("mine.toml"), command + "ghz"}));
    EXPECT_EQ(plan.value().jobs()[1].point.dump(), R"({"config":"../mine.toml"})");
    expect_error("[base]\nconfig = \"no/such.toml\"\n[grid]\nbanks = [1]\n", ":2: --config no/such.toml", "shipped");
}

TEST(UnitSweep, NamesEveryMistakeWithItsLine) {
    expect_error("", ": the grid is empty", "[grid]");
    expect_error("[grid]\n", ": the grid is empty", "write-alg");
    expect_error("[base]\nbanks = 1\n", ": the grid is empty", "[grid]");
    expect_error("[grid]\nbanks = []\n", ":2: banks is an empty list", "a list of values");
    expect_error("[grid]\nbanks = 2\n", ":2: banks is no list", "banks = [1, 2, 4]");
    expect_error("[grid]\nbanks = [1, 1]\n", ":2: banks holds 1 twice", "once");
    expect_error("[grid]\nbanks = [1.5]\n", ":2: banks holds something else", "an integer, true, false or a string");
    expect_error("[grid]\nbanks = [1, 17]\n", ":2: --banks 17: controller.banks is 17", "from 1 to 16");
    expect_error("[grid]\n\n\"device.shift_pss\" = [1]\n", ":3: 'device.shift_pss' is neither",
                 "nearest valid name: device.shift_ps");
    expect_error("[base]\nrquests = 5\n[grid]\nbanks = [1]\n", ":2: 'rquests' is neither",
                 "nearest valid name: requests");
    expect_error("[base]\nrecord = \"f\"\n[grid]\nbanks = [1]\n", ":2: 'record' is neither", "");
    expect_error("[base]\nrequests = 0\n[grid]\nbanks = [1]\n", ":2: --requests is '0'", "from 1");
    expect_error("[base]\nrequests = true\n[grid]\nbanks = [1]\n", ":2: requests is true", "an integer or a string");
    expect_error("[base]\nno-check = 1\n[grid]\nbanks = [1]\n", ":2: no-check is 1", "true or false");
    expect_error("[base]\nbackend = \"fats\"\n[grid]\nbanks = [1]\n", ":2: --backend is 'fats'", "nearest: fast");
    expect_error("[base]\nconfig = \"skyrmoin\"\n[grid]\nbanks = [1]\n", ":2: --config skyrmoin", "skyrmion");
    expect_error("[base]\nbanks = 2\n[grid]\nbanks = [1]\n", ":4: banks is also set by", "once");
    expect_error("[base]\nbanks = 2\n[grid]\ncontroller.banks = [1]\n", ":4: controller.banks is also set by",
                 "once");
    expect_error("[grid]\nbanks = [2]\ncontroller.banks = [1]\n", ":3: controller.banks is also set by", "once");
    expect_error("x = 1\n", ":1: 'x' is no part of a sweep", "[base] and [grid]");
    expect_error("[grid]\nbanks = [1\n", ":2: no valid TOML", "write-alg");
    std::string many;
    for (int i = 1; i <= 200; ++i) many += std::to_string(i) + ",";
    expect_error("[grid]\nseed = [" + many + "]\nrequests = [" + many + "]\noutstanding = [" + many + "]\n",
                 ":4: the grid has more than 100000 jobs", "shorten");
    const Result<SweepPlan> missing = SweepPlan::load("/nonexistent/s.toml", {});
    ASSERT_FALSE(missing.ok());
    EXPECT_NE(missing.status().message().find("/nonexistent/s.toml: cannot be read"), std::string::npos);
}

/// What `mem bench --json` prints of a job that is done: `row` in its object.
std::string report_of(const SweepJob& job, const std::string& row, uint64_t seed = 1) {
    const Result<BenchSetup> setup = mem_bench_setup(std::span(job.arguments).subspan(2));
    nlohmann::ordered_json report{{"seed", seed}, {"version", "1.2"}, {"config", setup.value().config}};
    report["results"] = {nlohmann::ordered_json::parse(row)};
    return report.dump();
}

TEST(UnitSweepResults, ToldApartWhatIsDoneRefusedAndFailed) {
    const std::string done = R"({"seed": 1, "results": [{"refused": 0}]})";
    const std::string refused = R"({"seed": 1, "results": [{"refused": 3}]})";
    const std::string half = R"({"seed": 1, "interrupted": true, "results": [{"refused": 0}]})";
    EXPECT_EQ(judge(0, done, "").outcome, JobOutcome::kCompleted);
    EXPECT_EQ(judge(1, refused, "").outcome, JobOutcome::kRefused);
    EXPECT_EQ(judge(1, done, "").outcome, JobOutcome::kFailed);
    EXPECT_EQ(judge(130, half, "").outcome, JobOutcome::kFailed);
    EXPECT_EQ(judge(0, half, "").outcome, JobOutcome::kFailed);
    EXPECT_EQ(judge(0, "", "").outcome, JobOutcome::kFailed);
    EXPECT_EQ(judge(0, "{}", "").outcome, JobOutcome::kFailed);
    const JobResult bad = judge(2, "", "skytrack: note: x\nskytrack: error: what\n  remedy\n");
    EXPECT_EQ(bad.outcome, JobOutcome::kRefused);
    EXPECT_EQ(bad.error, "what; remedy");
    EXPECT_EQ(bad.notes, std::vector<std::string>{"x"});
    EXPECT_EQ(judge(0, done, "skytrack: note: a\n  b\n  c\nskytrack: note: d\n").notes,
              (std::vector<std::string>{"a; b; c", "d"}));
}

TEST(UnitSweepResults, GoOnWhereTheyEndedAndForgetWhatWasNotDone) {
    const test::TemporaryFolder folder;
    const Result<SweepPlan> plan = plan_of("[grid]\nbanks = [1, 2, 4]\n");
    const std::vector<SweepJob>& jobs = plan.value().jobs();
    const JobResult done = judge(0, report_of(jobs[0], R"({"refused": 0})"), "");
    {
        const auto results = SweepResults::open(folder.path("o"), plan.value(), false);
        ASSERT_TRUE(results.ok()) << results.status().message();
        EXPECT_TRUE(results.value()->add(jobs[0], done).ok());
        EXPECT_TRUE(results.value()->add(jobs[1], judge(2, "", "skytrack: error: no\n")).ok());
        const auto second = SweepResults::open(folder.path("o"), plan.value(), true);
        EXPECT_NE(second.status().message().find("another sweep is writing"), std::string::npos);
    }
    const std::string whole = test::read_file(folder.path("o/sweep.jsonl"));
    EXPECT_EQ(std::count(whole.begin(), whole.end(), '\n'), 2);
    EXPECT_NE(SweepResults::open(folder.path("o"), plan.value(), false).status().message().find("--resume"),
              std::string::npos);
    const std::string cut = folder.file("o/sweep.jsonl", whole + whole.substr(0, 30));
    const auto resumed = SweepResults::open(folder.path("o"), plan.value(), true);
    ASSERT_TRUE(resumed.ok()) << resumed.status().message();
    EXPECT_EQ(resumed.value()->finished(), 1U);
    EXPECT_TRUE(resumed.value()->has(jobs[0]));
    EXPECT_FALSE(resumed.value()->has(jobs[1]));
    EXPECT_EQ(test::read_file(cut), whole.substr(0, whole.find('\n') + 1));
}

TEST(UnitSweepResults, ForgetWhatRanWithAnotherConfiguration) {
    const test::TemporaryFolder folder;
    (void)folder.file("mine.toml", "[device]\nshift_ps = 600\n");
    const std::string file = folder.file("s.toml", "[grid]\nconfig = [\"mine.toml\", \"ghz\"]\n");
    const Result<SweepPlan> plan = SweepPlan::load(file, {});
    ASSERT_TRUE(plan.ok()) << plan.status().message();
    const std::vector<SweepJob>& jobs = plan.value().jobs();
    {
        const auto results = SweepResults::open(folder.path("o"), plan.value(), false);
        for (const SweepJob& job : jobs)
            EXPECT_TRUE(results.value()->add(job, judge(0, report_of(job, R"({"refused": 0})"), "")).ok());
    }
    (void)folder.file("mine.toml", "# other words, same meaning\n[device]\nshift_ps = 600\n");
    EXPECT_EQ(SweepResults::open(folder.path("o"), plan.value(), true).value()->finished(), 2U);
    (void)folder.file("mine.toml", "[device]\nshift_ps = 700\n");
    const auto results = SweepResults::open(folder.path("o"), plan.value(), true);
    ASSERT_TRUE(results.ok()) << results.status().message();
    EXPECT_EQ(results.value()->stale(), 1U);
    EXPECT_FALSE(results.value()->has(jobs[0]));
    EXPECT_TRUE(results.value()->has(jobs[1]));
}

TEST(UnitSweepResults, SaySeedAndVersionAlsoOfARefusedPoint) {
    const test::TemporaryFolder folder;
    const Result<SweepPlan> plan = plan_of("[base]\nseed = 7\n[grid]\nbanks = [1]\n");
    const auto results = SweepResults::open(folder.path("o"), plan.value(), false);
    EXPECT_TRUE(results.value()->add(plan.value().jobs()[0], judge(2, "", "skytrack: error: no\n")).ok());
    const auto line = nlohmann::json::parse(test::read_file(folder.path("o/sweep.jsonl")));
    EXPECT_EQ(line["seed"], 7);
    EXPECT_EQ(line["version"], SKY_VERSION);
    EXPECT_TRUE(line["config_hash"].is_string());
    EXPECT_EQ(line["error"], "no");
}

TEST(UnitSweepResults, RefuseTheFileOfAnotherSweepAndDamage) {
    const test::TemporaryFolder folder;
    const Result<SweepPlan> plan = plan_of("[grid]\nbanks = [1]\n");
    const auto refuse = [&](const std::string& text, const std::string& what) {
        const test::TemporaryFolder fresh;
        (void)fresh.file("sweep.jsonl", text);
        const auto results = SweepResults::open(fresh.path(), plan.value(), true);
        ASSERT_FALSE(results.ok()) << what;
        EXPECT_NE(results.status().message().find(what), std::string::npos) << results.status().message();
        EXPECT_EQ(test::read_file(fresh.path("sweep.jsonl")), text);
    };
    refuse("rubbish\n", "sweep.jsonl:1: this is no line of a sweep");
    refuse("{\"key\": 1, \"outcome\": \"done\"}\n", "sweep.jsonl:1: this is no line of a sweep");
    refuse("{\"key\": \"skytrack mem bench --banks 1\", \"outcome\": \"done\", \"result\": {}}\n",
           "sweep.jsonl:1: was written by an older skytrack");
    refuse("{\"key\": \"skytrack mem bench --banks 8\", \"outcome\": \"done\"}\n", "a job that is not in this sweep");
    EXPECT_NE(SweepResults::open(folder.file("f", ""), plan.value(), false).status().message().find("is a file"),
              std::string::npos);
}

TEST(UnitSweepResults, TakeOverWhatSingleJobsHaveWritten) {
    const test::TemporaryFolder folder;
    const Result<SweepPlan> plan = plan_of("[grid]\nbanks = [1, 2, 4]\n");
    const std::vector<SweepJob>& jobs = plan.value().jobs();
    for (size_t i = 0; i < 2; ++i) std::filesystem::create_directories(folder.path(jobs[i].folder));
    std::filesystem::create_directories(folder.path(jobs[2].folder));
    (void)folder.file(jobs[0].folder + "/result.json", report_of(jobs[0], R"({"refused": 0, "shifts": 9})", 5));
    (void)folder.file(jobs[1].folder + "/result.json", R"({"interrupted": true, "results": [{"refused": 0}]})");
    (void)folder.file(jobs[2].folder + "/result.json", report_of(jobs[0], R"({"refused": 0})"));  // other banks
    const auto results = SweepResults::open(folder.path(), plan.value(), true);
    ASSERT_TRUE(results.ok()) << results.status().message();
    EXPECT_TRUE(results.value()->has(jobs[0]));
    EXPECT_EQ(results.value()->finished(), 1U);
    EXPECT_EQ(results.value()->stale(), 1U);
    const auto line = nlohmann::json::parse(test::read_file(folder.path("sweep.jsonl")));
    EXPECT_EQ(line["result"]["shifts"], 9);
    EXPECT_EQ(line["seed"], 5);
}

TEST(UnitShell, QuotesWhatAShellWouldTakeApart) {
    EXPECT_EQ(shell_word("a-b=c/d.e"), "a-b=c/d.e");
    EXPECT_EQ(shell_word(""), "''");
    EXPECT_EQ(shell_word("a b"), "'a b'");
    EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
    EXPECT_EQ(shell_word("$x;"), "'$x;'");
}

}  // namespace
}  // namespace sky::cli
