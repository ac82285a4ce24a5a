// Question: does every bad input end with exit code 2, one message with place and remedy, and nothing
// written?
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/e2e/program.hpp"

namespace sky::test {
namespace {

const std::string kLine = "17 W 0x1f40 " + std::string(128, 'a') + " 0\n";

/// One line that says what and where, one indented line with the remedy, and nothing anywhere else.
void expect_refusal(const Outcome& outcome, const std::string& what, const std::string& remedy) {
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err.find("skytrack: error: "), 0U) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 2) << outcome.err;
    const size_t second = outcome.err.find("\n  ");
    ASSERT_NE(second, std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.substr(0, second).find(what), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.substr(second).find(remedy), std::string::npos) << outcome.err;
}

/// The same for a run that was to write into a folder: the folder is not there afterwards.
void expect_refused(std::vector<std::string> arguments, const std::string& what, const std::string& remedy) {
    const TemporaryFolder folder;
    arguments.emplace_back("--out");
    arguments.push_back(folder.path("new/out"));
    SCOPED_TRACE(testing::PrintToString(arguments));
    expect_refusal(skytrack(arguments), what, remedy);
    EXPECT_TRUE(folder.names().empty());
}

TEST(E2eBadInput, RefusesBadConfiguration) {
    const TemporaryFolder folder;
    const std::string typo = folder.file("typo.toml", "[device]\nshift_pss = 500\n");
    const std::string type = folder.file("type.toml", "[device]\nshift_ps = \"500\"\n");
    for (const std::vector<std::string>& command : {std::vector<std::string>{"mem", "bench"}, {"kv", "bench"}}) {
        const auto with = [&](const std::string& option, const std::string& value) {
            std::vector<std::string> arguments = command;
            arguments.push_back(option);
            arguments.push_back(value);
            return arguments;
        };
        expect_refused(with("--config", typo), typo + ":2: unknown key 'device.shift_pss'", "device.shift_ps");
        expect_refused(with("--config", type), type + ":2: device.shift_ps is no integer", "from 1 to 1000000");
        expect_refused(with("--config", folder.path("none.toml")), "none.toml", "shipped presets");
        expect_refused(with("--set", "device.shift_ps=-1"), "--set device.shift_ps=-1", "from 1 to 1000000");
        expect_refused(with("--set", "device.inject_ps=1001"), "--set device.inject_ps=1001", "at least 4 ps");
    }
}

TEST(E2eBadInput, RefusesBadNumbers) {
    for (const char* records : {"-5", "0", "5x", "1e6", "", "99999999999999999999999"})
        expect_refused({"kv", "bench", "--records", records}, "--records is '" + std::string(records) + "'",
                       "a whole number from 1");
    expect_refused({"kv", "bench", "--records=-5"}, "--records is '-5'", "a whole number from 1");
    expect_refused({"kv", "bench", "--records", "4000000000"}, "too many for the memory", "fewer records");
    expect_refused({"kv", "bench", "--operations", "0"}, "--operations is '0'", "a whole number from 1");
    expect_refused({"kv", "bench", "--value-bytes", "100000"}, "--value-bytes is 100000", "shorter values");
    expect_refused({"kv", "bench", "--value-bytes", "249"},
                   "--value-bytes is 249, expected at most 248 (8 * (device.segments - 1))", "shorter values");
    expect_refused({"kv", "bench", "--value-bytes", "7"}, "--value-bytes is '7'", "from 8");
    expect_refused({"kv", "bench", "--operations", "5"}, "--operations has no effect", "workload a, b, c, d, e or f");
    expect_refused({"kv", "bench", "--distribution", "zipfian"}, "--distribution has no effect", "leave it out");
    expect_refused({"kv", "bench", "--backend", "rtl", "--records", "20000"}, "20000, too many for the memory",
                   "fewer records, or another backend");
    expect_refused({"kv", "bench", "--seed", "-1"}, "--seed is '-1'", "a whole number from 0");
    expect_refused({"mem", "bench", "--requests", "0"}, "--requests is '0'", "a whole number from 1");
    expect_refused({"mem", "bench", "--requests", "-5"}, "--requests is '-5'", "a whole number from 1");
    expect_refused({"mem", "bench", "--banks", "3"}, "--banks 3: banks is 3", "controller.banks");
    expect_refused({"mem", "bench", "--banks", "x"}, "--banks x", "an integer from 1 to 16");
    expect_refused({"mem", "bench", "--queue-depth", "0"}, "--queue-depth 0", "an integer from 1 to 1024");
    expect_refused({"mem", "bench", "--outstanding", "257"}, "--outstanding 257", "an integer from 1 to 256");
    for (const std::string option : {"--requests", "--tracks", "--segments"})
        expect_refused({"mem", "bench", "--print-config", option, "0"}, option + " is '0'", "a whole number from 1");
    expect_refused({"mem", "bench", "--writes", "101"}, "--writes is '101'", "from 0 to 100");
    expect_refused({"mem", "bench", "--tracks", "99999999"}, "--tracks is '99999999'", "from 1 to 4194304");
}

TEST(E2eBadInput, RefusesUnknownNamesAndSuggestsTheNearest) {
    expect_refusal(skytrack({}), "no command", "mem or kv");
    expect_refusal(skytrack({"mme", "bench"}), "unknown command 'mme'", "nearest: mem");
    expect_refusal(skytrack({"foo"}), "unknown command 'foo'", "\n  expected mem or kv");
    expect_refusal(skytrack({std::string(100'000, '\n')}), std::string(60, '?') + "...'", "mem or kv");
    expect_refusal(skytrack({"--foo"}), "unknown option '--foo' of skytrack", "\n  see skytrack --help");
    expect_refused({"kv", "bench", "--rec", "5"}, "unknown option '--rec'", "nearest valid name: --records;");
    expect_refusal(skytrack({"mem"}), "no subcommand of mem", "replay or bench or sweep");
    expect_refusal(skytrack({"mem", "bnech"}), "unknown subcommand of mem 'bnech'", "nearest: bench");
    expect_refused({"mem", "bench", "--request", "5"}, "unknown option '--request'", "--requests");
    expect_refused({"mem", "bench", "--backend", "fats"}, "--backend is 'fats'", "nearest: fast");
    expect_refused({"mem", "bench", "--write-alg", "dwc"}, "--write-alg is 'dwc'", "nearest: dcw");
    expect_refused({"mem", "bench", "--mapping", "bits"}, "--mapping is 'bits'", "word or bit; nearest: bit");
    expect_refused({"mem", "bench", "--scheduler", "close"}, "--scheduler close", "\"nearest\" or \"elevator\"");
    expect_refused({"mem", "bench", "--return-policy", "roam"}, "--return-policy roam", "\"home\" or \"stay\"");
    expect_refused({"kv", "bench", "--index", "bpuls"}, "--index is 'bpuls'", "nearest: bplus");
    expect_refused({"kv", "bench", "--workload", "z"}, "--workload is 'z'", "load or a or b or c");
    expect_refused({"mem", "bench", "extra"}, "too many arguments", "skytrack mem bench [options]");
    expect_refused({"mem", "bench", "--seed", "1", "--seed", "2"}, "seed", "--help");
    expect_refused({"mem", "replay"}, "no trace", "TRACE");
}

TEST(E2eBadInput, RefusesTreesThatCannotBeBuilt) {
    const auto refused = [](std::vector<std::string> options, const std::string& what, const std::string& remedy) {
        options.insert(options.begin(), {"kv", "bench"});
        expect_refused(options, what, remedy);
    };
    refused({"--mapping", "bits"}, "--mapping is 'bits'", "word or bit; nearest: bit");
    refused({"--mapping", "bit", "--set", "device.tracks_per_row=1"},
            "--mapping bit is given, but --set device.tracks_per_row=1", "leave one of them out");
    refused({"--mapping", "word", "--config", "index_bit"},
            "--mapping word is given, but index_bit:", "leave one of them out");
    refused({"--config", "skyrmion_bit"}, "tracks_per_row is 512, expected 64", "preset index_bit");
    refused({"--mapping", "bit", "--backend", "rtl"}, "the RTL has no bit-interleaved array of 32 x 32",
            "--backend fast or tlm");
    refused({"--set", "index.port_parallel=maybe"}, "index.port_parallel is 'maybe'",
            "\"kind\" or \"on\" or \"off\"");
    refused({"--set", "index.port_paralel=on"}, "unknown key 'index.port_paralel'", "index.port_parallel");
    refused({"--set", "index.index_bits=31"}, "index.index_bits is 31", "from 8 to 30");
    refused({"--set", "index.flush_children=0"}, "index.flush_children is 0", "from 1 to 32");
    refused({"--set", "index.fanout=17"}, "fanout is 17, expected at most 16", "smaller fanout");
    refused({"--set", "index.indexed_leaves=on"}, "indexed_leaves needs virtual_buffers",
            "switch virtual_buffers on");
    refused({"--index", "bplus", "--set", "index.virtual_buffers=on"}, "virtual_buffers has no meaning in bplus",
            "switch it off");
    refused({"--index", "skyeps", "--value-bytes", "4097"}, "--value-bytes is 4097, expected at most 4096",
            "shorter values");
    refused({"--index", "skyeps", "--value-bytes", "249", "--set", "index.indexed_leaves=off"},
            "--value-bytes is 249, expected at most 248", "shorter values");
    refused({"--set", "index.node_tracks=2", "--value-bytes", "248"}, "a leaf of 2 tracks holds 2 entries",
            "raise node_tracks");
}

TEST(E2eBadInput, RefusesTracesOfOperationsItCannotRun) {
    const TemporaryFolder folder;
    const auto refused = [&](const std::vector<std::string>& more, const std::string& what,
                             const std::string& remedy) {
        std::vector<std::string> arguments{"kv", "bench", "--trace"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        expect_refused(arguments, what, remedy);
    };
    const std::string bad = folder.file("bad.txt", "insert 1\nread 1 8\n");
    refused({bad}, bad + ":2: read takes a key only: 'read 1 8'", "a good line: insert 0x1f40 64");
    const std::string empty = folder.file("empty.txt", "# nothing\n");
    refused({empty}, empty + ": the trace is empty", "for example: insert 0x1f40 64");
    const std::string long_value = folder.file("long.txt", "read 1\ninsert 1 300\n");
    refused({long_value}, long_value + ":2: a value of 300 bytes: index: max_value_bytes is 300", "shorter values");
    refused({folder.path("none.txt")}, "none.txt", "existing file");
    for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{
             {"--workload", "a"}, {"--records", "5"}, {"--operations", "5"}, {"--distribution", "latest"}})
        refused({bad, option, value}, option + " has no effect on --trace", "leave it out");
    refused({bad, "--record", bad}, "--record is to write '" + bad, "a name of its own");
}

TEST(E2eBadInput, RefusesMappingsAndWriteAlgorithmsThatDoNotGoTogether) {
    for (const char* alg : {"pw", "fnw", "pw_fnw"})
        expect_refused({"mem", "bench", "--mapping", "bit", "--write-alg", alg},
                       std::string("--write-alg ") + alg + " has no meaning", "naive, dcw or auto");
    expect_refused({"mem", "bench", "--mapping", "bit", "--set", "device.tracks_per_row=1"},
                   "--mapping bit is given, but --set device.tracks_per_row=1", "leave one of them out");
    expect_refused({"mem", "bench", "--mapping", "word", "--config", "skyrmion_bit"},
                   "--mapping word is given, but skyrmion_bit", "leave one of them out");
    expect_refused({"mem", "bench", "--write-alg", "fnw", "--set", "device.flag_site=false"},
                   "--write-alg fnw needs device.flag_site, but --set device.flag_site=false is given",
                   "leave one of them out");
    expect_refused({"mem", "bench", "--mapping", "bit", "--tracks", "16"}, "--tracks is '16'", "from 512 to 4194304");
    expect_refused({"mem", "bench", "--mapping", "bit", "--tracks", "600"}, "--tracks is 600", "a multiple of 512");
    expect_refused({"mem", "bench", "--mapping", "bit", "--segments", "65"}, "--segments is '65'", "from 1 to 64");
}

TEST(E2eBadInput, RefusesPermutationWritesOfAProtectedArrayBeforeTheFirstOne) {
    const TemporaryFolder folder;
    const std::string trace = folder.file("t", "LD 0x40\nST 0x40\n");
    const std::vector<std::string> guarded{"--set", "device.position_guard=true", "--set",
                                           "device.overhead_sites=67"};
    for (const std::string alg : {"pw", "pw_fnw"})
        for (std::vector<std::string> run :
             {std::vector<std::string>{"mem", "bench", "--requests", "1000000000000"}, {"mem", "replay", trace}}) {
            run.insert(run.end(), guarded.begin(), guarded.end());
            run.insert(run.end(), {"--write-alg", alg});
            expect_refused(run, "--write-alg " + alg + " is given, but --set device.position_guard=true",
                           "expected naive, dcw, fnw or auto");
        }
}

TEST(E2eBadInput, NamesTheSettingThatWouldTakeARefusedRequestOfARecording) {
    const TemporaryFolder folder;
    ASSERT_EQ(
        skytrack({"mem", "bench", "--requests", "9", "--write-alg", "pw", "--record", folder.path("t")}).exit_code,
        0);
    const Outcome run = skytrack({"mem", "replay", folder.path("t"), "--set", "device.position_guard=true", "--set",
                                  "device.overhead_sites=66"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_NE(run.err.find("refused, "), std::string::npos) << run.err;
    EXPECT_NE(run.err.find("\n  replay it with device.position_guard = false"), std::string::npos) << run.err;
}

TEST(E2eBadInput, RefusesBadTraces) {
    const TemporaryFolder folder;
    std::string text;
    for (int i = 0; i < 1000; ++i) text += kLine;
    const std::string packed = gzipped(text);
    const auto replay = [&](const std::string& content, const std::string& what, const std::string& remedy) {
        expect_refused({"mem", "replay", folder.file("t", content)}, folder.path("t") + what, remedy);
    };
    replay("", ": the trace is empty", "17 W 0x1f40");
    replay(gzipped(""), ": the trace is empty", "17 W 0x1f40");
    replay(packed.substr(0, packed.size() / 2), ": the gzip data is truncated", "gzip -t");
    replay(text + "18 W zzz\n", ":1001: the line has 3 fields", "17 W 0x1f40");
    replay(text + "18 Q 0 " + std::string(128, '0') + " 0\n", ":1001: unknown operation: 'Q'", "R or W");
    replay(text + "18 R 0x40000000 " + std::string(128, '0') + " 0\n", ":1001: address 0x40000000 is past the end",
           "device.tracks");
    replay(text + "18 W 0 abcd 0\n", ":1001: the data has 4 hex digits", "128");
    expect_refused({"mem", "replay", folder.path("none")}, folder.path("none"), "existing file");
    expect_refused({"mem", "replay", folder.path()}, "is a folder", "name a file");
}

TEST(E2eBadInput, RefusesDamagedRecordings) {
    const TemporaryFolder folder;
    ASSERT_EQ(skytrack({"mem", "bench", "--requests", "50", "--record", folder.path("t")}).exit_code, 0);
    const std::string sound = read_file(folder.path("t"));
    std::string bad_crc = sound;
    bad_crc.back() = static_cast<char>(bad_crc.back() ^ 1);
    const auto replay = [&](const std::string& content, const std::string& what) {
        expect_refused({"mem", "replay", folder.file("bad", content)}, what, "--record");
    };
    replay(sound.substr(0, sound.size() / 2), "truncated");
    replay(bad_crc, "record 51, byte " + std::to_string(sound.size()) + ": bad checksum");
    replay(sound + "\n", "garbage after the end record");
    expect_refused({"mem", "replay", folder.path("t"), "--write-alg", "dcw"}, "--write-alg is given", "leave");
    expect_refused({"mem", "replay", folder.path("t"), "--set", "device.segments=16"}, "32 segments",
                   "--set device.segments=32");
}

TEST(E2eBadInput, RefusesPlacesItCannotWriteToBeforeTheRunBegins) {
    const TemporaryFolder folder;
    const std::string file = folder.file("file", "mine");
    // More requests than any test could wait for.
    const std::vector<std::string> endless{"mem", "bench", "--requests", "1000000000000"};
    const auto with = [&](const std::string& option, const std::string& value) {
        std::vector<std::string> arguments = endless;
        arguments.push_back(option);
        arguments.push_back(value);
        return arguments;
    };
    expect_refusal(skytrack(with("--out", file)), "--out " + file + ": is a file", "folder");
    expect_refusal(skytrack(with("--out", file + "/x")), "--out " + file + "/x", "can be written to");
    expect_refusal(skytrack(with("--out", "/proc/skytrack")), "--out /proc/skytrack", "can be written to");
    expect_refusal(skytrack(with("--out", "")), "--out is empty", "folder");
    expect_refusal(skytrack(with("--record", folder.path("no/t"))), folder.path("no/t"), "can be written to");
    EXPECT_EQ(read_file(file), "mine");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"file"});
}

TEST(E2eBadInput, ShowsTheNameOfAFileOnOneLineWithoutCommandsToTheTerminal) {
    const std::string name = "none\n\x1b[31m" + std::string(80, 'x') + "\xc3\xa4";
    const std::string shown = "'none??[31m" + std::string(80, 'x') + "\xc3\xa4'";
    expect_refused({"mem", "replay", name}, "cannot open " + shown, "existing file");
    expect_refused({"mem", "bench", "--load-image", name}, "cannot open " + shown, "existing file");
    expect_refused({"mem", "bench", "--record", "/proc/" + name}, "none??[31m", "can be written to");
}

/// skytrack with what a shell puts behind it.
Outcome shell(const std::string& arguments, const std::string& before = {}) {
    return Program("/bin/sh", {"-c", before + "exec " + skytrack_path() + " " + arguments}).wait();
}

TEST(E2eBadInput, EndsWithItsCodeWhenStandardErrorIsClosedOrFull) {
    for (const char* error : {"2>/dev/full", "2>&-"}) {
        EXPECT_EQ(shell(std::string("foo ") + error).exit_code, 2) << error;
        const Outcome run = shell(std::string("mem bench --requests 5 --tracks 1 --json ") + error);
        EXPECT_EQ(run.exit_code, 0) << error;
        EXPECT_TRUE(nlohmann::json::accept(run.out)) << run.out;
    }
}

TEST(E2eBadInput, NoticesThatStandardOutputOrInputIsClosedOrFull) {
    const TemporaryFolder folder;
    for (const char* output : {">/dev/full", ">&-", "<&- >&-"}) {
        const Outcome run = shell("mem bench --requests 5 --record " + folder.path("t") + " " + output);
        EXPECT_EQ(run.exit_code, 2) << output;
        EXPECT_NE(run.err.find("cannot write to standard output"), std::string::npos) << run.err;
    }
    expect_refusal(shell("mem replay - <&-"), "standard input: cannot read", "check");
}

TEST(E2eBadInput, StopsAsSoonAsTheRecordingCannotBeWritten) {
    const TemporaryFolder folder;
    // A limit on the size of a file stands for a full disk; the run would take days.
    const std::string limit = "ulimit -f 1000; ";
    expect_refusal(shell("mem bench --requests 1000000000000 --record " + folder.path("t"), limit), "cannot write",
                   "free some space");
    expect_refusal(
        shell("kv bench --records 4000000 --record " + folder.path("t") + " --out " + folder.path("o"), limit),
        "cannot write", "free some space");
    EXPECT_TRUE(folder.names().empty());
}

#ifndef __SANITIZE_ADDRESS__  // which wants more address space than any limit leaves
TEST(E2eBadInput, SaysSoWhenTheHostHasNotEnoughMemory) {
    expect_refusal(shell("mem bench --requests 1000000 --mapping bit", "ulimit -v 400000; "), "not enough memory",
                   "fewer tracks");
}
#endif

TEST(E2eBadInput, NamesTheSlipsThatEndAnIndex) {
    expect_refused({"kv", "bench", "--records", "3000", "--set", "device.position_guard=true", "--set",
                    "device.overhead_sites=66", "--set", "device.slips_per_tera_step=1000000000"},
                   "slipped by two sites", "device.slips_per_tera_step");
}

TEST(E2eBadInput, GivesOneRemedyWhenTheBackendCannotBeBuilt) {
    expect_refused({"mem", "bench", "--backend", "rtl", "--set", "device.segments=31"}, "the RTL was not built for",
                   "\n  set device.segments = 32");
    expect_refused({"mem", "bench", "--backend", "rtl", "--set", "controller.banks=16"}, "the RTL was not built for",
                   "\n  choose one of these");
    expect_refused({"mem", "bench", "--backend", "rtl", "--set", "controller.queue_depth=1024"},
                   "queue_depth is 1024", "\n  give --queue-depth 32 or less");
    expect_refused({"mem", "bench", "--backend", "rtl", "--segments", "8"},
                   "--segments is 8, but the RTL of this shape has 32",
                   "leave --segments out, or give --segments 32");
    expect_refused({"mem", "bench", "--backend", "rtl", "--mapping", "bit", "--segments", "1"},
                   "--segments is 1, but the RTL of this shape has 2", "leave --segments out, or give --segments 2");
}

TEST(E2eBadInput, RefusesFoldersAndDevicesWhereAFileIsToBe) {
    const TemporaryFolder folder;
    for (const char* name : {"result.json", "summary.txt"}) {
        std::filesystem::create_directories(folder.path(name + std::string("/") + name));
        expect_refusal(skytrack({"mem", "bench", "--requests", "1000000000000", "--out", folder.path(name)}),
                       "is a folder, not a file", "regular file");
    }
    expect_refusal(skytrack({"mem", "bench", "--requests", "1000000000000", "--record", "/dev/null"}),
                   "'/dev/null' is a device, not a file", "regular file");
    expect_refusal(skytrack({"mem", "bench", "--requests", "1000000000000", "--record", ""}), "is empty", "a file");
}

TEST(E2eBadInput, LeavesOldResultsAsTheyWereWhenARunFails) {
    const TemporaryFolder folder;
    const std::string trace = folder.file("t", kLine + "rubbish\n");
    ASSERT_EQ(skytrack({"mem", "bench", "--requests", "5", "--out", folder.path("out")}).exit_code, 0);
    const std::string before = read_file(folder.path("out/result.json"));
    EXPECT_EQ(skytrack({"mem", "replay", trace, "--out", folder.path("out"), "--record", folder.path("r")}).exit_code,
              2);
    EXPECT_EQ(read_file(folder.path("out/result.json")), before);
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"out", "t"}));
}

}  // namespace
}  // namespace sky::test
