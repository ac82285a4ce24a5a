// Question: do the images and command traces of mem keep their promises: a run goes on from one, the other shows
// every pulse, and what cannot be read or written is refused before anything runs?
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <sstream>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

const std::vector<std::string> kBench{"mem", "bench", "--tracks", "16"};
const std::vector<std::string> kEndless{"mem", "bench", "--requests", "1000000000000"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

/// What a run counted on the device.
json counts(const std::vector<std::string>& arguments) {
    const json row = skytrack_json(arguments)["results"][0];
    json some;
    for (const char* name :
         {"requests", "model_ps", "energy_fj", "cycles", "shifts", "detects", "removes", "injects"})
        some[name] = row.at(name);
    return some;
}

void expect_refusal(const Outcome& run, const std::string& what, const std::string& remedy) {
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_EQ(run.out, "");
    const size_t second = run.err.find("\n  ");
    ASSERT_NE(second, std::string::npos) << run.err;
    EXPECT_NE(run.err.substr(0, second).find(what), std::string::npos) << run.err;
    EXPECT_NE(run.err.substr(second).find(remedy), std::string::npos) << run.err;
}

TEST(E2eImage, IsTheSameOnEveryBackendAndLetsARunGoOnOnEach) {
    const TemporaryFolder folder;
    const std::vector<std::string> stay{"--return-policy", "stay"};
    std::vector<json> first;
    std::vector<json> second;
    for (const std::string backend : {"fast", "tlm", "rtl"}) {
        const std::vector<std::string> run = with(with(kBench, stay), {"--backend", backend});
        first.push_back(counts(with(run, {"--requests", "60", "--save-image", folder.path(backend)})));
        second.push_back(counts(with(run, {"--requests", "80", "--seed", "2", "--load-image", folder.path(backend),
                                           "--save-image", folder.path(backend + "2")})));
        EXPECT_EQ(first.back(), first.front());
        EXPECT_EQ(second.back(), second.front());
        EXPECT_EQ(read_file(folder.path(backend)), read_file(folder.path("fast")));
        EXPECT_EQ(read_file(folder.path(backend + "2")), read_file(folder.path("fast2")));
    }
    EXPECT_NE(second.front(), counts(with(with(kBench, stay), {"--requests", "80", "--seed", "2"})))
        << "what was loaded is there to be overwritten";
}

TEST(E2eImage, GoesOnWithARecordingWhereItWasCut) {
    const TemporaryFolder folder;
    std::string lines[2];
    for (int i = 0; i < 200; ++i)
        lines[i / 100] += std::to_string(i) + (i % 3 == 0 ? " R 0x" : " W 0x") + std::to_string(i % 50) + "00 " +
                          std::string(128, "0123456789abcdef"[i % 16]) + " 0\n";
    const std::string whole = folder.file("whole", lines[0] + lines[1]);
    const std::string half = folder.file("half", lines[0]);
    const std::string rest = folder.file("rest", lines[1]);
    const std::string image = folder.path("i.zst");
    const json all = counts({"mem", "replay", whole, "--save-image", folder.path("all")});
    json sum = counts({"mem", "replay", half, "--save-image", image});
    const json added = counts({"mem", "replay", rest, "--load-image", image, "--save-image", image});
    for (auto& [name, value] : sum.items()) value = value.get<uint64_t>() + added.at(name).get<uint64_t>();
    EXPECT_EQ(sum, all);
    EXPECT_EQ(skytrack(with(kBench, {"--requests", "1", "--writes", "0", "--load-image", image, "--save-image",
                                     folder.path("again")}))
                  .exit_code,
              0);
    EXPECT_EQ(read_file(folder.path("again")), read_file(folder.path("all"))) << "and reading changed nothing";
}

TEST(E2eImage, IsRefusedBeforeAnythingRunsWhenItDoesNotFit) {
    const TemporaryFolder folder;
    const std::string image = folder.path("i");
    ASSERT_EQ(
        skytrack(with(kBench, {"--requests", "20", "--return-policy", "stay", "--save-image", image})).exit_code, 0);
    const std::string sound = read_file(image);
    const std::string half = folder.file("half", sound.substr(0, sound.size() / 2));
    std::string flipped = sound;
    flipped.back() = static_cast<char>(flipped.back() ^ 1);
    const std::string damaged = folder.file("damaged", flipped);
    const auto load = [&](const std::string& path, const std::vector<std::string>& options = {}) {
        std::vector<std::string> run =
            with(kEndless, {"--load-image", path, "--out", folder.path("o"), "--save-image", folder.path("s"),
                            "--record", folder.path("r")});
        return skytrack(with(run, options));
    };
    expect_refusal(load(half), half + ": stored row", "save it again");
    expect_refusal(load(damaged), "bad checksum", "save it again");
    expect_refusal(load(folder.path("none")), folder.path("none"), "existing file");
    const Outcome none = load(folder.path("none"));
    EXPECT_EQ(none.err.find("standard input"), std::string::npos) << none.err;
    ASSERT_EQ(mkfifo(folder.path("pipe").c_str(), 0600), 0);
    expect_refusal(load(folder.path("pipe")), "pipe: an image is checked before it is loaded", "a regular file");
    std::filesystem::remove(folder.path("pipe"));
    expect_refusal(load("-"), "standard input: an image is checked before it is loaded", "a regular file");
    expect_refusal(load(image), "the return policy of this memory is home", "controller.return_policy=stay");
    expect_refusal(load(image, {"--set", "device.segments=16"}), "an image of 32 segments",
                   "--set device.segments=32");
    expect_refusal(load(image, {"--return-policy", "stay", "--set", "device.tracks=2"}), "past the end of the memory",
                   "--set device.tracks=");
    expect_refusal(skytrack({"mem", "replay", folder.file("t", "LD 0x100\n"), "--load-image", half}), "stored row",
                   "save it again");
    std::filesystem::remove(folder.path("t"));
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"damaged", "half", "i"}));
}

TEST(E2eText, HasNoBlankAtTheEndOfALine) {
    for (const std::vector<std::string>& run :
         {with(kBench, {"--requests", "200", "-v"}), {"kv", "bench", "--records", "200", "-v"}}) {
        const Outcome outcome = skytrack(run);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        EXPECT_EQ(outcome.out.find(" \n"), std::string::npos) << outcome.out;
    }
}

TEST(E2eFiles, AreNotWrittenOverEachOtherOrOverWhatIsRead) {
    const TemporaryFolder folder;
    const std::string trace = folder.file("t", "ST 0x100\n");
    const std::string toml = folder.file("c.toml", "[device]\ntracks = 16\n");
    const std::string fresh = folder.path("a");
    std::filesystem::create_symlink(trace, folder.path("link"));
    std::filesystem::create_symlink("missing", folder.path("dangling"));
    std::filesystem::create_directory(folder.path("o"));
    const std::vector<std::string> before = folder.names();
    const auto refused = [&](const std::vector<std::string>& options, const std::string& what) {
        SCOPED_TRACE(testing::PrintToString(options));
        expect_refusal(skytrack(with({"mem", "replay", trace}, options)), what, "a name of its own");
        EXPECT_EQ(read_file(trace), "ST 0x100\n");
        EXPECT_EQ(folder.names(), before);
    };
    for (const std::string option : {"--record", "--save-image", "--pulses"})
        for (const std::string& path : {trace, folder.path("o/../t"), folder.path("link")})
            refused({option, path},
                    fmt::format("{} is to write '{}', the same file as the trace to replay", option, path));
    refused({"--record", fresh, "--save-image", fresh}, "'" + fresh + "', the same file as --save-image");
    refused({"--record", fresh, "--pulses", folder.path("./a")}, "the same file as --pulses");
    refused({"--record", folder.path("dangling"), "--pulses", folder.path("missing")}, "the same file as --pulses");
    refused({"--load-image", trace, "--record", folder.path("link")}, "--record is to write");
    refused({"--config", toml, "--record", toml}, "the same file as --config");
    refused({"--out", folder.path("o"), "--record", folder.path("o/result.json")}, "the same file as --out");
    expect_refusal(skytrack({"kv", "bench", "--out", folder.path("o"), "--record", folder.path("o/summary.txt")}),
                   "the same file as --out", "give --record a name of its own");
    EXPECT_EQ(folder.names(), before);
}

/// Runs with the options, which do not fit the file, then without them but with what the message says to use.
void expect_a_remedy_that_works(const std::vector<std::string>& run, const std::vector<std::string>& options) {
    SCOPED_TRACE(testing::PrintToString(options));
    const Outcome refused = skytrack(with(run, options));
    const std::string remedy = "\n  leave out " + options[0] + " " + options[1] + ", and use ";
    const size_t at = refused.err.find(remedy);
    EXPECT_EQ(refused.exit_code, 2);
    ASSERT_NE(at, std::string::npos) << refused.err;
    std::istringstream rest(refused.err.substr(at + remedy.size()));
    std::vector<std::string> fitting = run;
    for (std::string word; rest >> word;) fitting.push_back(word);
    const Outcome fits = skytrack(fitting);
    EXPECT_EQ(fits.exit_code, 0) << fits.err;
}

TEST(E2eFiles, ThatDoNotFitNameTheOptionToLeaveOut) {
    const TemporaryFolder folder;
    const std::vector<std::string> files{"--save-image", folder.path("i"), "--record", folder.path("t")};
    ASSERT_EQ(skytrack(with({"mem", "bench", "--requests", "20"}, files)).exit_code, 0);
    const std::vector<std::string> load{"mem", "bench", "--requests", "5", "--load-image", folder.path("i")};
    expect_a_remedy_that_works(load, {"--mapping", "bit"});
    expect_a_remedy_that_works(load, {"--segments", "8"});
    expect_a_remedy_that_works(load, {"--write-alg", "fnw"});
    expect_a_remedy_that_works({"mem", "replay", folder.path("t")}, {"--mapping", "bit"});
    ASSERT_EQ(skytrack(with({"mem", "bench", "--requests", "20", "--mapping", "bit"}, files)).exit_code, 0);
    expect_a_remedy_that_works(load, {"--mapping", "word"});
    expect_a_remedy_that_works({"mem", "replay", folder.path("t")}, {"--mapping", "word"});
}

TEST(E2eImage, KeepsTheFinishedPartOfAnInterruptedRun) {
    const TemporaryFolder folder;
    Program program(skytrack_path(), {"mem", "replay", "-", "--save-image", folder.path("i")});
    std::string text;
    while (text.size() < size_t{1} << 20) text += "0 W 0x100 " + std::string(128, 'c') + " 0\n";
    program.write(text);
    program.interrupt();
    EXPECT_EQ(program.wait().exit_code, 130);
    EXPECT_EQ(folder.names(), std::vector<std::string>{"i"});
    EXPECT_EQ(skytrack(with(kBench, {"--requests", "50", "--load-image", folder.path("i")})).exit_code, 0);
}

TEST(E2ePulses, AreOneLineEachAndChangeNothing) {
    const TemporaryFolder folder;
    const std::vector<std::string> run = with(kBench, {"--requests", "20"});
    const json expected = counts(run);
    EXPECT_EQ(counts(with(run, {"--pulses", folder.path("p")})), expected);
    std::istringstream lines(read_file(folder.path("p")));
    std::string line;
    uint64_t shifts = 0;
    uint64_t last_cycle = 0;
    while (std::getline(lines, line)) {
        if (line.front() == '#') continue;
        if (line.find(" shift ") != std::string::npos) ++shifts;
        last_cycle = std::stoull(line);
    }
    EXPECT_EQ(shifts, expected["shifts"].get<uint64_t>());
    EXPECT_GT(last_cycle, expected["cycles"].get<uint64_t>() - 64);
    EXPECT_LE(last_cycle, expected["cycles"].get<uint64_t>());

    const std::string trace = folder.file("t", "LD 0x100\nST 0x100\n");
    EXPECT_EQ(skytrack({"mem", "replay", trace, "--pulses", folder.path("p.gz")}).exit_code, 0);
    EXPECT_EQ(read_file(folder.path("p.gz")).substr(0, 2), "\x1f\x8b");
}

TEST(E2ePulses, AreThereOnFastOnlyAndInAFileThatCanBeWritten) {
    const TemporaryFolder folder;
    for (const std::string backend : {"tlm", "rtl"})
        expect_refusal(skytrack(with(kEndless, {"--backend", backend, "--pulses", folder.path("p")})),
                       "--pulses is given, but backend " + backend + " does not show its pulses", "--backend fast");
    expect_refusal(skytrack(with(kEndless, {"--pulses", folder.path("no/p")})), folder.path("no/p"), "written to");
    expect_refusal(skytrack(with(kEndless, {"--save-image", folder.path("no/i")})), folder.path("no/i"),
                   "written to");
    const std::string limited = "ulimit -f 1000; exec " + skytrack_path() +
                                " mem bench --requests 1000000000000 --pulses " + folder.path("p");
    expect_refusal(Program("/bin/sh", {"-c", limited}).wait(), "cannot write", "free some space");
    EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace sky::test
