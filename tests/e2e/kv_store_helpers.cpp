#include "tests/e2e/kv_store_helpers.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <sstream>

namespace sky::test {

std::vector<std::string> kv(const std::string& name, const std::string& store, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"kv", name, store};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

std::vector<std::string> small_load(const std::string& store, const std::string& records,
                                    const std::vector<std::string>& more) {
    std::vector<std::string> arguments =
        kv("load", store, {"--records", records, "--seed", "7", "--set", "device.tracks=65536"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

nlohmann::json kv_row(const std::vector<std::string>& arguments) {
    const nlohmann::json report = skytrack_json(arguments);
    if (!report.is_object() || report["results"].size() != 1) return {};
    for (const auto& value : report["results"][0]) EXPECT_TRUE(value.is_primitive()) << "rows are flat";
    return report["results"][0];
}

void expect_refused(const std::vector<std::string>& arguments, const std::string& what, const std::string& remedy) {
    const Outcome run = skytrack(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.err;
    EXPECT_EQ(run.out, "");
    const size_t second = run.err.find("\n  ");
    ASSERT_NE(second, std::string::npos) << run.err;
    EXPECT_NE(run.err.substr(0, second).find(what), std::string::npos) << run.err;
    EXPECT_NE(run.err.substr(second).find(remedy), std::string::npos) << run.err;
}

Lines lines_of(const std::string& text) {
    Lines lines;
    size_t from = 0;
    for (size_t end = text.find('\n'); end != std::string::npos; from = end + 1, end = text.find('\n', from))
        lines.push_back(text.substr(from, end - from));
    return lines;
}

Lines dump_of(const std::string& store) {
    const Outcome run = skytrack(kv("dump", store));
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return lines_of(run.out);
}

std::map<std::string, std::string> files_of(const std::string& store) {
    std::map<std::string, std::string> files;
    for (const auto& file : std::filesystem::directory_iterator(store))
        files[file.path().filename()] = read_file(file.path());
    return files;
}

bool kill_when(const std::vector<std::string>& arguments, const std::string& file, uint64_t bytes) {
    Program program(skytrack_path(), arguments);
    const auto enough = [&] {
        struct stat about {};
        return stat(file.c_str(), &about) == 0 && static_cast<uint64_t>(about.st_size) >= bytes;
    };
    // A program that ends or gets stuck before shall not hang the test.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (!enough() && !program.ended() && std::chrono::steady_clock::now() < deadline) sched_yield();
    program.send(SIGKILL);
    return program.wait().exit_code == 128 + SIGKILL;
}

void expect_kept(const Lines& acknowledged, const Lines& dump, bool only_inserted) {
    ASSERT_TRUE(std::is_sorted(dump.begin(), dump.end()));
    const auto there = [&](const std::string& line) { return std::binary_search(dump.begin(), dump.end(), line); };
    std::map<std::string, std::string> last;
    for (const std::string& line : acknowledged) {
        last[line.substr(0, 16)] = line;
        if (only_inserted) {
            ASSERT_TRUE(there(line)) << line;
        }
    }
    for (const auto& [key, line] : last) ASSERT_TRUE(there(line)) << line;
}

}  // namespace sky::test
