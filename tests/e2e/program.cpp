#include "tests/e2e/program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace sky::test {

namespace {

[[noreturn]] void become(const std::string& path, const std::vector<std::string>& arguments, int input,
                         const std::string& folder, const TemporaryFolder& files) {
    std::vector<char*> words{const_cast<char*>(path.c_str())};
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    const int out = open(files.path("out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err = open(files.path("err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (chdir(folder.c_str()) == 0 && dup2(input, 0) >= 0 && dup2(out, 1) >= 0 && dup2(err, 2) >= 0)
        execv(path.c_str(), words.data());
    _exit(127);
}

}  // namespace

Program::Program(const std::string& path, const std::vector<std::string>& arguments, const std::string& folder) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    std::signal(SIGPIPE, SIG_IGN);  // a program may end without reading its input
    id_ = fork();
    if (id_ < 0) throw std::runtime_error("fork failed");
    if (id_ == 0) become(path, arguments, ends[0], folder.empty() ? files_.path() : folder, files_);
    close(ends[0]);
    input_ = ends[1];
}

Program::~Program() {
    if (id_ > 0) wait();
}

void Program::write(const std::string& text) const {
    for (size_t done = 0; done < text.size();) {
        const ssize_t n = ::write(input_, text.data() + done, text.size() - done);
        if (n < 0) return;
        done += static_cast<size_t>(n);
    }
}

void Program::interrupt() const { send(SIGINT); }

void Program::send(int signal) const { kill(id_, signal); }

bool Program::ended() const {
    siginfo_t about{};
    return waitid(P_PID, static_cast<id_t>(id_), &about, WEXITED | WNOHANG | WNOWAIT) == 0 && about.si_pid == id_;
}

Outcome Program::wait() {
    close(input_);
    int status = 0;
    waitpid(id_, &status, 0);
    id_ = -1;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, read_file(files_.path("out")), read_file(files_.path("err"))};
}

std::string skytrack_path() { return SKY_PROGRAM; }

Outcome skytrack(const std::vector<std::string>& arguments, const std::string& input) {
    Program program(skytrack_path(), arguments);
    program.write(input);
    return program.wait();
}

nlohmann::json skytrack_json(std::vector<std::string> arguments, const std::string& input) {
    arguments.emplace_back("--json");
    const Outcome outcome = skytrack(arguments, input);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    nlohmann::json parsed = nlohmann::json::parse(outcome.out, nullptr, false);
    EXPECT_TRUE(parsed.is_object()) << outcome.out;
    return parsed;
}

}  // namespace sky::test
