// Question: does a store that one command has made hold for the next ones what was put, and do they say so?
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <tuple>

#include "tests/e2e/kv_store_helpers.hpp"

namespace sky::test {
namespace {

using nlohmann::json;

const std::vector<std::string> kDurableTrees{"skyeps", "bplus_par"};

TEST(E2eKvStore, IsLoadedRunDumpedAndVerifiedOnEveryDurableTreeInEitherMapping) {
    for (const std::string& tree : kDurableTrees)
        for (const std::string mapping : {"word", "bit"}) {
            SCOPED_TRACE(testing::PrintToString(std::tie(tree, mapping)));
            const TemporaryFolder folder;
            const std::string store = folder.path("store");
            const json load = kv_row(small_load(store, "500", {"--index", tree, "--mapping", mapping}));
            EXPECT_EQ(load["workload"], "load");
            EXPECT_EQ(load["index"], tree);
            EXPECT_EQ(load["mapping"], mapping);
            EXPECT_EQ(load["durable"], true);
            EXPECT_EQ(load["relabel"], false);
            EXPECT_EQ(load["ops"], 500);
            EXPECT_EQ(load["records_before"], 0);
            EXPECT_GT(load["journal_bytes_written"], 500 * 16);
            EXPECT_EQ(dump_of(store).size(), 500U);
            size_t entries = 500;
            for (const std::string workload : {"a", "b", "c", "d", "e", "f"}) {
                const json row = kv_row(kv("run", store, {"--workload", workload, "--operations", "200"}));
                EXPECT_EQ(row["ops"], 200) << workload;
                EXPECT_EQ(row["records"], 500);
                EXPECT_EQ(row["mapping"], mapping);
                EXPECT_EQ(row["durable"], true);
                EXPECT_EQ(row["distribution"], workload == "d" ? "latest" : "zipfian");
                EXPECT_GT(row["recovery_ns"], 0);
                EXPECT_GT(row["recovery_pj"], 0);
                EXPECT_EQ(row["journal_bytes_written"] == 0, workload == "c");
                // D and E number what they insert from the loaded records on, so E finds most of it there.
                const size_t now = dump_of(store).size();
                EXPECT_GE(now, entries);
                if (workload != "e") {
                    EXPECT_EQ(now > entries, workload == "d") << workload;
                }
                entries = std::max(entries, now);
            }
            const json verified = kv_row(kv("verify", store));
            EXPECT_EQ(verified["good"], true);
            EXPECT_EQ(verified["index_good"], true);
            EXPECT_EQ(verified["skyrmions_conserved"], true);
            EXPECT_GT(verified["skyrmions"], 0);
            EXPECT_EQ(verified["problem"], "");
        }
}

TEST(E2eKvStore, HoldsWhatALoadInOneGoWouldWhereverTheLoadWasKilled) {
    constexpr size_t kRecords = 30000;
    const TemporaryFolder folder;
    const std::string whole = folder.path("whole");
    (void)kv_row(small_load(whole, std::to_string(kRecords)));
    const Lines expected = dump_of(whole);
    ASSERT_EQ(expected.size(), kRecords);
    for (const std::string& tree : kDurableTrees) {
        SCOPED_TRACE(tree);
        const std::string store = folder.path(tree);
        const std::string ack = folder.path(tree + ".ack");
        const std::vector<std::string> load =
            small_load(store, std::to_string(kRecords), {"--index", tree, "--commit-every", "1", "--ack", ack});
        bool killed = false;
        for (const size_t lines : {1U, 300U, 301U, 1500U}) killed = kill_when(load, ack, kLineBytes * lines);
        const Outcome dump = skytrack(kv("dump", store));
        expect_kept(lines_of(read_file(ack)), lines_of(dump.out), true);
        ASSERT_TRUE(killed) << "the load was over before it could be killed";
        expect_refused(kv("run", store, {"--workload", "c"}), "of its 30000 records", "kv load");
        const json row = kv_row(load);
        EXPECT_GE(row["records_before"], 1500);
        EXPECT_EQ(row["ops"].get<uint64_t>() + row["records_before"].get<uint64_t>(), kRecords);
        EXPECT_EQ(dump_of(store), expected);
        EXPECT_EQ(kv_row(load)["ops"], 0) << "there is nothing left to load";
        Lines told = lines_of(read_file(ack));
        std::sort(told.begin(), told.end());
        EXPECT_EQ(told, expected) << "each record is told of once: what was not told of is put again";
        EXPECT_EQ(kv_row(kv("verify", store))["good"], true);
    }
}

/// A store with a run on it that was killed behind the lines of a commit, and in front of the next commit.
struct ToldStore {
    explicit ToldStore(const std::string& commit_every = "1") {
        const std::vector<std::string> run =
            kv("run", store,
               {"--workload", "a", "--operations", "100000000", "--ack", ack, "--commit-every", commit_every});
        // Every second or third kill comes at such a moment.
        for (int attempt = 0; attempt < 100 && last.empty(); ++attempt) {
            // A new store for each attempt: in an old one the run would begin with the lines of the last attempt.
            std::filesystem::remove_all(store);
            std::filesystem::remove(ack);
            (void)kv_row(small_load(store, "300"));
            const Lines loaded = dump_of(store);
            if (!kill_when(run, ack, kLineBytes * 200)) return;
            told = read_file(ack);
            std::istringstream words(files_of(store).at("acknowledging"));
            std::string word;
            for (int i = 0; i < 5; ++i) words >> word;
            size_t line_bytes = 0;
            words >> announced >> line_bytes;
            // A write of lines that crosses a page may have been cut there.
            if (told.size() != announced + line_bytes) continue;
            const Lines lines = lines_of(told);
            // The values of a run are those of the load again.
            if (std::count(lines.begin(), lines.end(), lines.back()) == 1 &&
                !std::binary_search(loaded.begin(), loaded.end(), lines.back()))
                last = lines.back();
        }
    }

    TemporaryFolder folder;
    std::string store = folder.path("store");
    std::string ack = folder.path("ack");
    std::string told;
    size_t announced = 0;  ///< bytes of it in front of the lines of the last commit
    std::string last;      ///< line; empty when no kill came at the right moment
};

TEST(E2eKvStore, DropsACommitThatNobodyWasToldOf) {
    const ToldStore killed;
    ASSERT_NE(killed.last, "");
    // As if the kill had come before the line.
    ASSERT_EQ(truncate(killed.ack.c_str(), static_cast<off_t>(killed.announced)), 0);
    const Outcome dump = skytrack(kv("dump", killed.store));
    EXPECT_NE(dump.err.find("nobody was told"), std::string::npos) << dump.err;
    const Lines lines = lines_of(dump.out);
    expect_kept(lines_of(read_file(killed.ack)), lines, false);
    EXPECT_FALSE(std::binary_search(lines.begin(), lines.end(), killed.last));
    EXPECT_EQ(files_of(killed.store).count("acknowledging"), 0U);
    EXPECT_EQ(kv_row(kv("verify", killed.store))["good"], true);
}

TEST(E2eKvStore, WritesTheLinesThatAreMissingWhenSomeOfACommitWereTold) {
    const ToldStore killed("5");
    ASSERT_NE(killed.last, "");
    // A kill may cut a write that crosses a page.
    ASSERT_EQ(truncate(killed.ack.c_str(), static_cast<off_t>(killed.announced + 2 * kLineBytes + 9)), 0);
    const Lines lines = dump_of(killed.store);
    EXPECT_EQ(read_file(killed.ack), killed.told);
    expect_kept(lines_of(killed.told), lines, false);
}

TEST(E2eKvStore, KeepsACommitWhenAnotherFileIsInThePlaceOfItsLines) {
    const ToldStore killed;
    ASSERT_NE(killed.last, "");
    std::filesystem::rename(killed.ack, killed.folder.path("elsewhere"));
    (void)killed.folder.file("ack", killed.told.substr(0, killed.announced));
    const Lines lines = dump_of(killed.store);
    EXPECT_TRUE(std::binary_search(lines.begin(), lines.end(), killed.last));
}

TEST(E2eKvStore, IsLoadedWhereverTheMakingOfItWasKilled) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    // The lock is the first file, the image comes before the first record.
    for (const std::string file : {"/lock", "/image.new", "/image", "/image", "/journal"})
        (void)kill_when(small_load(store, "3000", {"--commit-every", "1"}), store + file, 0);
    EXPECT_EQ(kv_row(small_load(store, "3000"))["durable"], true);
    EXPECT_EQ(dump_of(store).size(), 3000U);
    EXPECT_EQ(kv_row(kv("verify", store))["good"], true);
}

TEST(E2eKvStore, KeepsWhatWasPutBeforeTheMemoryWasFull) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    const Outcome full = skytrack(kv("load", store, {"--records", "10000", "--set", "device.tracks=1024"}));
    EXPECT_EQ(full.exit_code, 2);
    EXPECT_NE(full.err.find("the memory is full"), std::string::npos) << full.err;
    EXPECT_NE(full.err.find("--set device.tracks="), std::string::npos) << full.err;
    EXPECT_GT(dump_of(store).size(), 1000U);
    EXPECT_EQ(kv_row(kv("verify", store))["good"], true);
}

TEST(E2eKvStore, TakesAMemoryThatIsLargeEnough) {
    const TemporaryFolder folder;
    // A value of 4,096 bytes takes 17 tracks.
    const std::string small = folder.file("small.toml", "[device]\ntracks = 16384\n");
    expect_refused(
        kv("load", folder.path("refused"), {"--records", "3000", "--value-bytes", "4096", "--config", small}),
        "device.tracks is 16384", "set device.tracks to");
    const nlohmann::json row =
        kv_row(kv("load", folder.path("store"), {"--records", "200", "--value-bytes", "4096", "--mapping", "bit"}));
    EXPECT_EQ(row["ops"], 200);
}

TEST(E2eKvStore, DumpsSortedLinesToAFileOrARangeOfThem) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    (void)kv_row(small_load(store, "400", {"--value-bytes", "20"}));
    const Lines all = dump_of(store);
    ASSERT_EQ(all.size(), 400U);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    for (const std::string& line : all) {
        EXPECT_EQ(line.size(), 16U + 1 + 40);
        EXPECT_EQ(line[16], ' ');
        EXPECT_EQ(line.find_first_not_of("0123456789abcdef "), std::string::npos) << line;
    }
    const std::string file = folder.path("entries");
    const json row = kv_row(kv("dump", store, {"--output", file}));
    EXPECT_EQ(row["entries"], 400);
    EXPECT_EQ(row["file_bytes"], 400 * 58);
    EXPECT_EQ(lines_of(read_file(file)), all);
    const Outcome some =
        skytrack(kv("dump", store, {"--from", all[100].substr(0, 16), "--to", "0x" + all[149].substr(0, 16)}));
    EXPECT_EQ(lines_of(some.out), Lines(all.begin() + 100, all.begin() + 150));
    expect_refused(kv("dump", store, {"--from", "2", "--to", "1"}), "lies behind", "lower key");
    expect_refused(kv("dump", store, {"--from", "xyz"}), "--from is 'xyz'", "hex digits");
    expect_refused(kv("dump", store, {"--json"}), "standard output gets the entries", "--output FILE");
}

TEST(E2eKvStore, IsNotChangedByDumpAndVerify) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    const std::string ack = folder.path("ack");
    ASSERT_TRUE(kill_when(small_load(store, "100000", {"--commit-every", "1", "--ack", ack}), ack, kLineBytes * 50));
    (void)dump_of(store);  // cuts off what the kill has left
    const auto before = files_of(store);
    (void)dump_of(store);
    EXPECT_EQ(kv_row(kv("verify", store))["good"], true);
    EXPECT_TRUE(files_of(store) == before);
}

TEST(E2eKvStore, RunsATraceOnTopOfWhatWasLoaded) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    (void)kv_row(small_load(store, "200"));
    const std::string first = dump_of(store).front().substr(0, 16);
    const std::string trace =
        folder.file("ops", fmt::format("insert 1 8\nread 1\nread 0x{0}\nupdate 0x{0}\nread 0x{0}\nscan 0 50\n"
                                       "delete 1\nread 1\nscan 0\n",
                                       first));
    const std::string ack = folder.path("ack");
    const json row = kv_row(kv("run", store, {"--trace", trace, "--commit-every", "4", "--ack", ack}));
    EXPECT_EQ(row["workload"], "trace");
    EXPECT_EQ(row["ops"], 9);
    EXPECT_EQ(row["erases"], 1);
    EXPECT_EQ(lines_of(read_file(ack)).size(), 2U);
    const Lines after = dump_of(store);
    EXPECT_EQ(after.size(), 200U);
    EXPECT_EQ(after.front(), lines_of(read_file(ack)).back());
    expect_refused(kv("run", store, {"--trace", folder.file("long", "insert 1 9\n")}), "long:1: a value of 9 bytes",
                   "--value-bytes");
}

TEST(E2eKvStore, GoesOnBehindATraceThatDeletedLoadedRecords) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    (void)kv_row(small_load(store, "200"));
    std::string deletes;
    for (const std::string& line : dump_of(store)) deletes += fmt::format("delete 0x{}\n", line.substr(0, 16));
    (void)kv_row(kv("run", store, {"--trace", folder.file("ops", deletes + "insert 1 8\n")}));
    const Lines left = dump_of(store);
    EXPECT_EQ(left.size(), 1U);
    EXPECT_EQ(kv_row(small_load(store, "200"))["ops"], 0) << "what was deleted is not loaded again";
    EXPECT_EQ(dump_of(store), left);
    EXPECT_EQ(kv_row(kv("run", store, {"--workload", "c", "--operations", "50"}))["ops"], 50);
    EXPECT_EQ(kv_row(kv("run", store, {"--workload", "e", "--operations", "50"}))["ops"], 50);
}

TEST(E2eKvStore, StopsCleanlyOnInterruptAndSaysHowToGoOn) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    const std::string ack = folder.path("ack");
    const std::vector<std::string> load = small_load(store, "100000", {"--ack", ack, "--commit-every", "10"});
    const auto interrupt = [&](const std::vector<std::string>& arguments, const std::string& file) {
        Program program(skytrack_path(), arguments);
        while (!program.ended() && lines_of(std::filesystem::exists(file) ? read_file(file) : "").size() < 100) {
        }
        program.interrupt();
        return program.wait();
    };
    const Outcome stopped = interrupt(load, ack);
    EXPECT_EQ(stopped.exit_code, 130) << stopped.err;
    EXPECT_NE(stopped.err.find("go on with the same command"), std::string::npos) << stopped.err;
    Lines told = lines_of(read_file(ack));
    std::sort(told.begin(), told.end());
    EXPECT_EQ(dump_of(store), told) << "what was put is committed and told";
    EXPECT_EQ(files_of(store).at("journal").size(), 20U) << "the journal is folded";

    const std::string small = folder.path("small");
    const std::string run_ack = folder.path("run_ack");
    (void)kv_row(small_load(small, "200"));
    const Outcome run =
        interrupt(kv("run", small, {"--workload", "a", "--operations", "100000000", "--ack", run_ack}), run_ack);
    EXPECT_EQ(run.exit_code, 130) << run.err;
    EXPECT_NE(run.err.find("the same command"), std::string::npos) << run.err;
    expect_kept(lines_of(read_file(run_ack)), dump_of(small), false);
}

}  // namespace
}  // namespace sky::test
