#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "host/cli/child_process.hpp"
#include "host/cli/command.hpp"
#include "host/cli/terminal.hpp"
#include "host/memory/nearest.hpp"
#include "host/memory/printable.hpp"

namespace sky::cli {

namespace {

namespace fs = std::filesystem;

constexpr int kCannotStart = 127;

/// Beside the presets.
fs::path view_folder() { return fs::path(shipped_preset_folder()).parent_path() / "views"; }

/// Every scenario has a saved view.
std::vector<std::string> scenario_names() {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& file : fs::directory_iterator(view_folder(), error))
        if (file.path().extension() == ".gtkw") names.push_back(file.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

CommandHelp help() {
    return {.name = "wave",
            .synopsis = "skytrack wave NAME [options]",
            .about = fmt::format("Records a named scenario of the RTL as out/waves/NAME.fst and opens GTKWave on its "
                                 "saved view; without a\ndisplay it records only. Scenarios: {}.",
                                 fmt::join(scenario_names(), ", ")),
            .examples =
                "  skytrack wave controller\n"
                "  skytrack wave regfile-switch --no-view\n"
                "  skytrack wave scheduler --file /tmp/scheduler.fst\n"};
}

/// Runs a program with its output on standard error, and returns its exit code.
int run_program(const fs::path& program, const std::vector<std::string>& arguments) {
    std::vector<char*> words{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        (void)dup2(STDERR_FILENO, STDOUT_FILENO);
        execv(program.c_str(), words.data());
        _exit(kCannotStart);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : kCannotStart;
}

Status record(const std::string& name, const fs::path& file) {
    std::error_code error;
    if (!file.parent_path().empty()) fs::create_directories(file.parent_path(), error);
    if (error)
        return Status::error(fmt::format("cannot make {}: {}\nchoose another place with --file",
                                         file.parent_path().string(), error.message()));
    const fs::path recorder = fs::path(program_path()).parent_path() / "sky_wave";
    const int code = run_program(recorder, {name, file.string()});
    if (code == 0) return {};
    if (code == kCannotStart)
        return Status::error(
            fmt::format("cannot start {}\nbuild it: scripts/run builds everything", recorder.string()));
    return Status::error(fmt::format("{} was not recorded\nsee the message above", file.string()));
}

/// Becomes GTKWave; returns only when that does not work. The view names its decoding tables beside it.
Status view(const std::string& name, const fs::path& file) {
    const std::string wave = fs::absolute(file).string();
    const std::string saved = name + ".gtkw";
    std::array<char*, 4> words{const_cast<char*>("gtkwave"), const_cast<char*>(wave.c_str()),
                               const_cast<char*>(saved.c_str()), nullptr};
    if (chdir(view_folder().c_str()) == 0) execvp(words[0], words.data());
    return Status::error(
        fmt::format("cannot start gtkwave: {}\ninstall it: scripts/setup --wave; the recording is {}",
                    std::strerror(errno), wave));
}

bool has_display() { return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr; }

}  // namespace

int wave(const Call& call) {
    CommandLine line(help());
    line.add_positional("scenario");
    line.add_option("file", "FILE", "where the recording goes (default: out/waves/NAME.fst)");
    line.add_flag("no-view", "record only");
    Command command(line, call);
    if (command.done()) return command.exit_code();
    const std::vector<std::string> names = scenario_names();
    const std::string expected = fmt::format("expected {}", fmt::join(names, " or "));
    if (!line.has("scenario")) return command.fail(Status::error("no scenario is named\n" + expected));
    const std::string name = line.text("scenario");
    if (std::find(names.begin(), names.end(), name) == names.end()) {
        const std::string near = memory::nearest(name, names);
        return command.fail(Status::error(fmt::format("no scenario is named '{}'\n{}{}", memory::printable(name),
                                                      expected, near.empty() ? "" : "; nearest: " + near)));
    }
    const fs::path file = line.has("file") ? fs::path(line.text("file")) : fs::path("out/waves") / (name + ".fst");
    if (Status status = record(name, file); !status.ok()) return command.fail(status);
    if (line.flag("no-view")) return kDone;
    if (has_display()) return command.fail(view(name, file));
    print_note(fmt::format("there is no display; to look at it: cd {} && gtkwave {} {}.gtkw", view_folder().string(),
                           fs::absolute(file).string(), name));
    return kDone;
}

}  // namespace sky::cli
