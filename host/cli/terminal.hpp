#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "host/memory/status.hpp"

namespace sky::cli {

/// Gives every closed one of the three standard streams a file, so that no other file takes its place.
void open_standard_streams();

/// From here on Ctrl-C, SIGTERM and SIGHUP are noted instead of ending the program; a second one ends it.
void watch_interrupt();
[[nodiscard]] bool interrupted();

/// "skytrack: error: what, where" on standard error, the remedy indented below.
void print_error(const std::string& message);
/// "skytrack: note" on standard error.
void print_note(const std::string& message);

/// A progress bar with the time still to go on standard error; nothing when that is no terminal.
class Progress {
   public:
    /// `total` 0: not known.
    Progress(uint64_t total, std::string unit);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// What stands behind the bar from the next update on.
    void note(std::string text) { note_ = std::move(text); }
    /// Before a line goes to standard output, when that is a terminal, too.
    void clear() const;
    void update(uint64_t done) {
        if (shown_) draw(done);
    }

   private:
    using Clock = std::chrono::steady_clock;

    void draw(uint64_t done);

    uint64_t total_;
    std::string unit_;
    std::string note_;
    bool shown_;
    Clock::time_point start_ = Clock::now();
    Clock::time_point next_ = start_;
};

}  // namespace sky::cli
