#include "host/offload/io/fio.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

namespace sky::offload {

namespace {

constexpr double kMsPerSecond = 1000;
constexpr double kPercent = 100;

/// Runs a program to its end and returns its standard output.
Result<std::string> output_of(std::vector<std::string> words) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return Status::error(fmt::format("cannot make a pipe: {}\nclose some files", std::strerror(errno)));
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    pid_t child = 0;
    const int error = posix_spawnp(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    std::string output;
    std::array<char, 4096> part{};
    for (ssize_t bytes = 0; error == 0;) {
        bytes = read(ends[0], part.data(), part.size());
        if (bytes > 0)
            output.append(part.data(), static_cast<size_t>(bytes));
        else if (bytes == 0 || errno != EINTR)
            break;
    }
    close(ends[0]);
    if (error != 0)
        return Status::error(
            fmt::format("cannot start {}: {}\ninstall it: scripts/setup --bench", words[0], std::strerror(error)));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return Status::error(fmt::format("{} failed\nsee its message above", words[0]));
    return output;
}

}  // namespace

Result<IoRate> run_fio(const FioJob& job) {
    const char* const direction = job.both ? "rw" : job.write ? "write" : "read";
    std::vector<std::string> words{"fio",
                                   "--name=skytrack",
                                   "--filename=" + job.file,
                                   fmt::format("--rw={}", direction),
                                   fmt::format("--offset={}", job.offset),
                                   fmt::format("--size={}", job.bytes),
                                   fmt::format("--bs={}", job.block_bytes),
                                   fmt::format("--iodepth={}", job.depth),
                                   "--ioengine=io_uring",
                                   "--direct=1",
                                   "--registerfiles",
                                   "--fixedbufs",
                                   "--scramble_buffers=0",  // that would cost it processor time
                                   "--output-format=json"};
    // What it writes is a pattern, which it makes sooner than random numbers. Reads that are checked end with the
    // file, whatever --time_based says.
    if (job.checksums)
        words.insert(words.end(), {"--verify=crc32c", "--do_verify=0", "--verify_fatal=1", "--verify_state_save=0"});
    if (job.checksums && job.write) words.emplace_back("--verify_pattern=0x5a5a5a5a");
    if (!job.once) {
        words.push_back(fmt::format("--runtime={}", job.seconds));
        words.emplace_back(job.checksums && !job.write ? "--loops=1000000" : "--time_based");
    }
    const Result<std::string> output = output_of(std::move(words));
    if (!output.ok()) return output.status();
    // Its notes may stand before the object.
    const std::string& text = output.value();
    const nlohmann::json json =
        nlohmann::json::parse(text.substr(std::min(text.find('{'), text.size())), nullptr, false);
    if (!json.is_object() || !json.contains("jobs") || json["jobs"].size() != 1)
        return Status::error("fio's report has another form than expected\nuse fio 3.33 or newer");
    const nlohmann::json& of_job = json["jobs"][0];
    IoRate rate;
    for (const char* one : {"read", "write"}) {
        rate.bytes += of_job[one].value("io_bytes", uint64_t{0});
        rate.seconds = std::max(rate.seconds, of_job[one].value("runtime", 0.0) / kMsPerSecond);
    }
    const double busy = (of_job.value("usr_cpu", 0.0) + of_job.value("sys_cpu", 0.0)) / kPercent;
    rate.cpu_seconds = busy * of_job.value("job_runtime", 0.0) / kMsPerSecond;
    return rate;
}

}  // namespace sky::offload
