#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "host/memory/status.hpp"

namespace sky::cli {

/// This program run once more, with other arguments, beside this one. It reads nothing and what it prints is kept. A
/// Ctrl-C at the terminal does not reach it, and it ends when this program does.
class ChildProcess {
   public:
    static Result<std::unique_ptr<ChildProcess>> start(const std::vector<std::string>& arguments);
    /// Asks a child that still runs to stop, and waits for it.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    void ask_to_stop() const;
    [[nodiscard]] bool ended() const { return ended_; }
    /// Once ended: 128 + signal when a signal ended it.
    [[nodiscard]] int exit_code() const { return exit_code_; }
    [[nodiscard]] const std::string& out() const { return streams_[0].text; }
    [[nodiscard]] const std::string& err() const { return streams_[1].text; }

    /// Takes what the children have printed, and waits up to `wait_ms` when that is nothing yet.
    static void serve(const std::vector<std::unique_ptr<ChildProcess>>& children, int wait_ms);

   private:
    struct Stream {
        int fd = -1;  // closed when the child has closed its end
        std::string text;
    };

    ChildProcess() = default;
    void take(Stream& stream);
    void wait_for_end();

    pid_t id_ = -1;
    Stream streams_[2];
    bool ended_ = false;
    int exit_code_ = 0;
};

/// Path of the program that is running.
[[nodiscard]] std::string program_path();

}  // namespace sky::cli
