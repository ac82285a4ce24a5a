#include "host/cli/terminal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace sky::cli {

namespace {

volatile std::sig_atomic_t g_interrupted = 0;

void note_interrupt(int) { g_interrupted = 1; }

bool error_is_terminal() { return isatty(STDERR_FILENO) != 0; }

bool error_is_coloured() {
    const char* no_color = std::getenv("NO_COLOR");
    return error_is_terminal() && (no_color == nullptr || *no_color == '\0');
}

std::string indented(const std::string& text) {
    std::string out;
    for (const char c : text) out += c == '\n' ? std::string("\n  ") : std::string(1, c);
    return out;
}

/// Whatever standard error is: nobody is left to be told that it cannot be written to.
void print_to_error(const std::string& text) {
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
}

void print_labelled(const char* label, const char* colour, const std::string& message) {
    const bool coloured = error_is_coloured();
    print_to_error(fmt::format("skytrack: {}{}:{} {}\n", coloured ? colour : "", label, coloured ? "\033[0m" : "",
                               indented(message)));
}

}  // namespace

void open_standard_streams() {
    // The lowest number that is free is the one that is opened. The wrong direction: using it still fails.
    constexpr int kModes[] = {O_WRONLY, O_RDONLY, O_WRONLY};
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", kModes[fd]) < 0) return;
}

void watch_interrupt() {
    struct sigaction action {};
    action.sa_handler = note_interrupt;
    // No SA_RESTART, so that a read from a silent pipe ends too. SA_RESETHAND: a second Ctrl-C ends the
    // program.
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    struct sigaction hangup {};
    const bool nohup = sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler == SIG_IGN;
    if (!nohup) sigaction(SIGHUP, &action, nullptr);
    // A file that grows past the limit is an error of write() then.
    std::signal(SIGXFSZ, SIG_IGN);
}

bool interrupted() { return g_interrupted != 0; }

void print_error(const std::string& message) { print_labelled("error", "\033[31m", message); }
void print_note(const std::string& message) { print_labelled("note", "\033[33m", message); }

Progress::Progress(uint64_t total, std::string unit)
    : total_(total), unit_(std::move(unit)), shown_(error_is_terminal()) {}

Progress::~Progress() {
    if (shown_) print_to_error("\r\033[K");
}

void Progress::clear() const {
    if (shown_ && isatty(STDOUT_FILENO) != 0) print_to_error("\r\033[K");
}

void Progress::draw(uint64_t done) {
    constexpr auto kInterval = std::chrono::milliseconds(100);
    constexpr uint64_t kWidth = 30;
    const Clock::time_point now = Clock::now();
    if (now < next_) return;
    next_ = now + kInterval;
    const double host_seconds = std::chrono::duration<double>(now - start_).count();
    if (total_ == 0) {
        print_to_error(fmt::format("\r\033[K{} {} in {:.0f} s {}", done, unit_, host_seconds, note_));
    } else {
        const double share = static_cast<double>(std::min(done, total_)) / static_cast<double>(total_);
        const auto filled = static_cast<size_t>(share * kWidth);
        const std::string left =
            share > 0 ? fmt::format("{:.0f} s left", host_seconds * (1 - share) / share) : std::string();
        print_to_error(fmt::format("\r\033[K[{:=<{}}{:<{}}] {:3.0f} % {}/{} {} {} {}", "", filled, "",
                                   kWidth - filled, 100 * share, done, total_, unit_, left, note_));
    }
}

}  // namespace sky::cli
