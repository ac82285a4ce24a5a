#include "host/cli/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

namespace sky::cli {

namespace {

constexpr int kCannotStart = 127;

/// In the child: only what is safe between fork and exec.
[[noreturn]] void become(const char* path, char* const* words, int out, int err, pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(kCannotStart);  // it ended before prctl
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(err, STDERR_FILENO) >= 0)
        execv(path, words);
    _exit(kCannotStart);
}

Status cannot_start(const char* what) {
    return Status::error(
        fmt::format("cannot start a job: {}: {}\nuse fewer at once: --jobs 1", what, std::strerror(errno)));
}

}  // namespace

std::string program_path() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).string();
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const std::vector<std::string>& arguments) {
    const std::string path = program_path();
    std::vector<char*> words{const_cast<char*>(path.c_str())};
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);

    int out[2];
    int err[2];
    if (pipe2(out, O_CLOEXEC) != 0) return cannot_start("pipe");
    if (pipe2(err, O_CLOEXEC) != 0) {
        close(out[0]);
        close(out[1]);
        return cannot_start("pipe");
    }
    std::unique_ptr<ChildProcess> child(new ChildProcess());
    const pid_t parent = getpid();
    child->id_ = fork();
    if (child->id_ == 0) become(path.c_str(), words.data(), out[1], err[1], parent);
    close(out[1]);
    close(err[1]);
    child->streams_[0].fd = out[0];
    child->streams_[1].fd = err[0];
    if (child->id_ < 0) return cannot_start("fork");
    return child;
}

ChildProcess::~ChildProcess() {
    if (id_ > 0 && !ended_) {
        ask_to_stop();
        wait_for_end();
    }
    for (const Stream& stream : streams_)
        if (stream.fd >= 0) close(stream.fd);
}

void ChildProcess::ask_to_stop() const {
    if (!ended_) kill(id_, SIGTERM);
}

void ChildProcess::take(Stream& stream) {
    std::array<char, 65536> buffer{};
    const ssize_t n = read(stream.fd, buffer.data(), buffer.size());
    if (n > 0) {
        stream.text.append(buffer.data(), static_cast<size_t>(n));
    } else if (n == 0 || errno != EINTR) {
        close(stream.fd);
        stream.fd = -1;
    }
    if (streams_[0].fd < 0 && streams_[1].fd < 0) wait_for_end();
}

void ChildProcess::wait_for_end() {
    int status = 0;
    while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    ended_ = true;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void ChildProcess::serve(const std::vector<std::unique_ptr<ChildProcess>>& children, int wait_ms) {
    std::vector<pollfd> ends;
    std::vector<std::pair<ChildProcess*, Stream*>> whose;
    for (const auto& child : children) {
        for (Stream& stream : child->streams_) {
            if (stream.fd < 0) continue;
            ends.push_back({.fd = stream.fd, .events = POLLIN, .revents = 0});
            whose.emplace_back(child.get(), &stream);
        }
    }
    if (poll(ends.data(), ends.size(), wait_ms) <= 0) return;
    for (size_t i = 0; i < ends.size(); ++i)
        if (ends[i].revents != 0) whose[i].first->take(*whose[i].second);
}

}  // namespace sky::cli
