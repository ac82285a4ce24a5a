#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/files.hpp"

namespace sky::test {

struct Outcome {
    int exit_code = 0;  ///< 128 + signal when a signal ended the program
    std::string out;
    std::string err;
};

/// A program running beside the test, its input a pipe the test holds, its outputs kept in files.
class Program {
   public:
    /// `path` is run with `arguments` in `folder` (the temporary one when empty).
    Program(const std::string& path, const std::vector<std::string>& arguments, const std::string& folder = {});
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Returns when the program has taken all but what a pipe holds.
    void write(const std::string& text) const;
    void interrupt() const;
    void send(int signal) const;
    /// Whether it has come to its end, which wait() then returns.
    [[nodiscard]] bool ended() const;
    /// Closes the input and waits for the end.
    Outcome wait();

   private:
    TemporaryFolder files_;
    pid_t id_ = -1;
    int input_ = -1;
};

/// The skytrack of this build.
[[nodiscard]] std::string skytrack_path();
Outcome skytrack(const std::vector<std::string>& arguments, const std::string& input = {});
/// Runs with --json, expects success and nothing else on standard output, and parses it.
nlohmann::json skytrack_json(std::vector<std::string> arguments, const std::string& input = {});

}  // namespace sky::test
