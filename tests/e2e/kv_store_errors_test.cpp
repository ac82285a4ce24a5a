// Question: does each command on a store refuse what it cannot do with one clear message, and leave the files alone?
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>

#include "tests/e2e/kv_store_helpers.hpp"

namespace sky::test {
namespace {

/// Every command that needs a store, with what it needs besides.
std::vector<std::vector<std::string>> commands_on(const std::string& store) {
    return {kv("run", store, {"--workload", "a", "--operations", "10"}), kv("dump", store), kv("verify", store)};
}

std::string message_of(const std::vector<std::string>& arguments) {
    const Outcome run = skytrack(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_NE(run.err.find("\n  "), std::string::npos) << "no remedy: " << run.err;
    return run.err;
}

TEST(E2eKvStoreErrors, NameTheFolderThatIsNoStore) {
    const TemporaryFolder folder;
    const std::string full = folder.path("full");
    std::filesystem::create_directory(full);
    const std::string text = folder.file("full/notes.txt", "mine\n");
    for (const auto& command : commands_on(folder.path("nowhere")))
        expect_refused(command, "there is no folder '" + folder.path("nowhere") + "'", "name the folder of a store");
    for (const auto& command : commands_on(full))
        expect_refused(command, "is no store", "name the folder of a store");
    expect_refused(small_load(full, "10"), "it holds 'notes.txt'", "name a new folder");
    expect_refused(small_load(text, "10"), "is no folder", "name a new folder");
    for (const std::string name : {"load", "run", "dump", "verify"})
        expect_refused({"kv", name}, "there is no folder of a store", "skytrack kv " + name + " FOLDER");
    EXPECT_EQ(files_of(full).size(), 1U);
    EXPECT_FALSE(std::filesystem::exists(folder.path("nowhere")));
}

TEST(E2eKvStoreErrors, NameBothWhatIsGivenAndWhatTheStoreWasMadeWith) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    (void)kv_row(small_load(store, "100"));
    const auto before = files_of(store);
    const auto refused = [&](const std::vector<std::string>& more, const std::string& given,
                             const std::string& noted) {
        std::vector<std::string> arguments = kv("load", store, more);
        const std::string message = message_of(arguments);
        EXPECT_NE(message.find(given + " is given"), std::string::npos) << message;
        EXPECT_NE(message.find("was made with " + noted + "\n"), std::string::npos) << message;
    };
    refused({"--seed", "8"}, "--seed 8", "7");
    refused({"--records", "200"}, "--records 200", "100");
    refused({"--value-bytes", "16"}, "--value-bytes 16", "8");
    refused({"--index", "bplus_par"}, "--index bplus_par", "skyeps");
    refused({"--set", "device.shift_ps=600"}, "--set device.shift_ps=600 (device.shift_ps = 600)",
            "device.shift_ps = 500");
    EXPECT_NE(message_of(kv("load", store, {"--mapping", "bit"})).find("--mapping bit"), std::string::npos);
    EXPECT_NE(message_of(kv("run", store, {"--workload", "a", "--seed", "8"})).find("--seed 8"), std::string::npos);
    EXPECT_NE(message_of(kv("dump", store, {"--set", "index.fanout=8"})).find("index.fanout"), std::string::npos);
    EXPECT_NE(message_of(kv("verify", store, {"--backend", "rtl"})).find("--backend rtl"), std::string::npos);
    EXPECT_TRUE(files_of(store) == before);
}

TEST(E2eKvStoreErrors, RefuseOptionsThatCannotBe) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    expect_refused(small_load(store, "10", {"--index", "beps"}), "--index is 'beps'", "skyeps or bplus_par");
    expect_refused(small_load(store, "0"), "--records is '0'", "from 1");
    expect_refused(small_load(store, "10", {"--value-bytes", "5000"}), "--value-bytes is 5000", "shorter values");
    expect_refused(small_load(store, "10", {"--commit-every", "0"}), "--commit-every is '0'", "from 1");
    expect_refused(small_load(store, "10", {"--backend", "tlm"}), "backend tlm", "--backend fast");
    expect_refused(small_load(store, "10", {"--set", "index.relabel=on"}), "relabel", "");
    expect_refused(small_load(store, "40000000"), "device.tracks is 65536, too few for 40000000 records",
                   "set device.tracks to ");
    EXPECT_FALSE(std::filesystem::exists(store)) << "nothing was made";
    (void)kv_row(small_load(store, "100"));
    expect_refused(kv("run", store), "nothing to run", "--workload");
    expect_refused(kv("run", store, {"--workload", "load"}), "--workload is 'load'", "a or b");
    expect_refused(kv("run", store, {"--trace", "x", "--operations", "3"}), "--operations has no effect",
                   "leave it out");
    expect_refused(kv("run", store, {"--workload", "a", "--ack", store + "/journal"}),
                   "lies in the folder of the store", "elsewhere");
    expect_refused(kv("run", store, {"--workload", "a", "--ack", folder.file("text", "hello\nworld")}),
                   "does not end with a line", "name a new file");
    EXPECT_EQ(read_file(folder.path("text")), "hello\nworld");
}

TEST(E2eKvStoreErrors, KeepADumpOutOfTheFolderOfTheStore) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    (void)kv_row(small_load(store, "50"));
    const auto before = files_of(store);
    std::filesystem::create_symlink(store + "/image", folder.path("link"));
    for (const std::string& output : {store + "/image", store + "/new", folder.path("link")})
        expect_refused(kv("dump", store, {"--output", output}), "lies in the folder of the store", "elsewhere");
    EXPECT_TRUE(files_of(store) == before);
}

TEST(E2eKvStoreErrors, MakeNoStoreOverAJournalWhoseImageIsGone) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    ASSERT_TRUE(kill_when(small_load(store, "100000", {"--commit-every", "1"}), store + "/journal", 20000));
    std::filesystem::remove(store + "/image");
    const auto before = files_of(store);
    expect_refused(small_load(store, "100000"), "holds the journal of a store and not its image",
                   "put the image back");
    EXPECT_TRUE(files_of(store) == before);
}

TEST(E2eKvStoreErrors, SayThatAnotherProgramIsAtTheStore) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    (void)kv_row(small_load(store, "100"));
    const int lock = open((store + "/lock").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(flock(lock, LOCK_EX | LOCK_NB), 0);
    std::vector<std::vector<std::string>> commands = commands_on(store);
    commands.push_back(small_load(store, "100"));
    for (const auto& command : commands) expect_refused(command, "in use by another program", "wait");
    close(lock);
    EXPECT_EQ(dump_of(store).size(), 100U);
}

TEST(E2eKvStoreErrors, LeaveADamagedImageOrJournalAsItIs) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    const std::string ack = folder.path("ack");
    ASSERT_TRUE(kill_when(small_load(store, "100000", {"--commit-every", "1", "--ack", ack}), ack, kLineBytes * 200));
    const auto sound = files_of(store);
    const auto damage = [&](const std::string& name, size_t byte) {
        const std::string file = fmt::format("store/{}", name);
        std::string bytes = sound.at(name);
        bytes.at(byte) = static_cast<char>(bytes.at(byte) ^ 0x10);
        (void)folder.file(file, bytes);
        const auto before = files_of(store);
        std::vector<std::vector<std::string>> commands = commands_on(store);
        commands.push_back(kv("load", store));
        for (const auto& command : commands) {
            const std::string message = message_of(command);
            EXPECT_NE(message.find(folder.path(file)), std::string::npos) << message;
            EXPECT_TRUE(files_of(store) == before) << message;
        }
        (void)folder.file(file, sound.at(name));
    };
    damage("journal", 3);
    damage("journal", sound.at("journal").size() / 2);
    damage("image", 60);
    damage("image", sound.at("image").size() - 3);
    EXPECT_EQ(kv_row(kv("verify", store))["good"], true);
}

TEST(E2eKvStoreErrors, CutTheUnfinishedLineOffAFileOfLines) {
    const TemporaryFolder folder;
    const std::string store = folder.path("store");
    const std::string whole = "0000000000000001 ab\n";
    const std::string ack = folder.file("ack", whole + "0000000000000002 c");
    (void)kv_row(small_load(store, "10", {"--ack", ack}));
    const Lines lines = lines_of(read_file(ack));
    ASSERT_EQ(lines.size(), 11U);
    EXPECT_EQ(lines[0] + "\n", whole);
}

TEST(E2eKvStoreErrors, HelpOfEachCommandShowsExamples) {
    for (const std::string name : {"load", "run", "dump", "verify"}) {
        const Outcome help = skytrack({"kv", name, "--help"});
        EXPECT_EQ(help.exit_code, 0);
        EXPECT_NE(help.out.find("Examples:\n  skytrack kv " + name + " store"), std::string::npos) << help.out;
    }
}

}  // namespace
}  // namespace sky::test
