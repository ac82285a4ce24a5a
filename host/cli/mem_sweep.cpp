#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "host/cli/child_process.hpp"
#include "host/cli/command.hpp"
#include "host/cli/shell.hpp"
#include "host/cli/sweep_plan.hpp"
#include "host/cli/sweep_results.hpp"
#include "host/cli/terminal.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxAtOnce = 1024;
constexpr int kWaitMs = 100;

struct Options {
    std::string file;
    std::string folder;
    std::string command_line;  ///< as it was typed
    std::string go_on;         ///< the command that goes on with what is there
    uint64_t at_once = 1;
    bool resume = false;
};

struct Counts {
    size_t done = 0;
    size_t before = 0;  ///< finished by an earlier run
    size_t refused = 0;
    size_t failed = 0;
};

/// Common options that were given hold for every job and win over [base].
std::vector<SweepValue> overrides(const CommandLine& line, const CommonOptions& common) {
    std::vector<SweepValue> out;
    for (const char* option : {"seed", "backend"})
        if (line.given(option)) out.push_back({option, line.text(option), std::string("--") + option});
    for (const std::string& file : common.config_files) out.push_back({"config", file, "--config " + file});
    for (const std::string& setting : common.settings) {
        const size_t equals = std::min(setting.find('='), setting.size());
        const std::string value = equals < setting.size() ? setting.substr(equals + 1) : std::string();
        out.push_back({setting.substr(0, equals), value, "--set " + setting});
    }
    return out;
}

/// The command that goes on with this sweep: its jobs are the same ones only with the same overrides.
std::string go_on(const CommandLine& line, const CommonOptions& common, const Options& options) {
    std::string command = fmt::format("skytrack mem sweep {}", shell_word(options.file));
    for (const char* option : {"seed", "backend"})
        if (line.given(option)) command += fmt::format(" --{} {}", option, shell_word(line.text(option)));
    for (const std::string& file : common.config_files) command += " --config " + shell_word(file);
    for (const std::string& setting : common.settings) command += " --set " + shell_word(setting);
    return command + fmt::format("{} --out {} --resume", common.verbose ? " -v" : "", shell_word(options.folder));
}

Result<Options> read_options(const CommandLine& line, const CommonOptions& common, const std::string& command_line) {
    if (!line.has("file")) return Status::error("there is no sweep to run\nexpected " + line.about().synopsis);
    Options options{.file = line.text("file"),
                    .folder = common.out,
                    .command_line = command_line,
                    .go_on = {},
                    .at_once = 1,
                    .resume = line.flag("resume")};
    if (options.folder.empty()) options.folder = "out/sweeps/" + std::filesystem::path(options.file).stem().string();
    options.go_on = go_on(line, common, options);
    options.at_once = std::max(1U, std::thread::hardware_concurrency());
    if (line.has("jobs")) {
        const Result<uint64_t> jobs = line.number("jobs", 1, kMaxAtOnce);
        if (!jobs.ok()) return jobs.status();
        options.at_once = jobs.value();
    }
    if (line.flag("dry-run") && line.flag("list-commands"))
        return Status::error("--dry-run and --list-commands are both given\nleave one of them out");
    return options;
}

/// What every object of a sweep begins with.
nlohmann::ordered_json object(const SweepPlan& plan, const Options& options) {
    nlohmann::ordered_json out;
    out["command"] = "mem sweep";
    out["version"] = SKY_VERSION;
    out["command_line"] = options.command_line;
    out["jobs"] = plan.jobs().size();
    return out;
}

Status print_object(const nlohmann::ordered_json& out) {
    return print(out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

/// One line a job, or one object with all of them. `commands` empty: the jobs are only named.
Status print_plan(const SweepPlan& plan, const Options& options, const std::vector<std::string>& commands,
                  bool json) {
    nlohmann::ordered_json out = object(plan, options);
    out["file"] = options.folder + "/sweep.jsonl";
    out["plan"] = nlohmann::ordered_json::array();
    std::string text;
    for (size_t i = 0; i < plan.jobs().size(); ++i) {
        const SweepJob& job = plan.jobs()[i];
        text += (commands.empty() ? job.key : commands[i]) + "\n";
        nlohmann::ordered_json entry{{"key", job.key}, {"point", job.point}};
        if (!commands.empty()) entry["command"] = commands[i];
        out["plan"].push_back(std::move(entry));
    }
    return json ? print_object(out) : print(text);
}

int dry_run(const Command& command, const SweepPlan& plan, const Options& options) {
    if (const Status status = print_plan(plan, options, {}, command.common().json); !status.ok())
        return command.fail(status);
    print_note(fmt::format("{} jobs over {}; nothing was run, results would go to {}/sweep.jsonl", plan.jobs().size(),
                           fmt::join(plan.axes(), ", "), options.folder));
    return kDone;
}

/// One command a line, each with a folder of its own below that of the sweep, where --resume finds its result.
int list_commands(const Command& command, const SweepPlan& plan, const Options& options) {
    std::error_code error;
    const std::string folder = std::filesystem::absolute(options.folder, error).string();
    std::vector<std::string> commands;
    for (const SweepJob& job : plan.jobs()) {
        std::string words = shell_word(program_path());
        for (const std::string& argument : job.arguments) words += ' ' + shell_word(argument);
        commands.push_back(
            fmt::format("{} --json --out {} >/dev/null", words, shell_word(folder + "/" + job.folder)));
    }
    if (const Status status = print_plan(plan, options, commands, command.common().json); !status.ok())
        return command.fail(status);
    print_note(fmt::format("{} commands; when they have run, collect their results with:\n{}", commands.size(),
                           options.go_on));
    return kDone;
}

/// The jobs of a plan that have no result yet, so many at once.
class SweepRun {
   public:
    SweepRun(const SweepPlan& plan, SweepResults& results, uint64_t at_once, bool verbose)
        : results_(&results), at_once_(at_once), verbose_(verbose), counts_{.before = results.finished()} {
        for (const SweepJob& job : plan.jobs())
            if (!results.has(job)) waiting_.push_back(&job);
    }

    Status run() {
        Progress progress(waiting_.size(), "jobs");
        size_t next = 0;
        while (!interrupted() && (next < waiting_.size() || !children_.empty())) {
            while (children_.size() < at_once_ && next < waiting_.size() && !interrupted())
                if (Status status = start(*waiting_[next++]); !status.ok()) return status;
            ChildProcess::serve(children_, kWaitMs);
            if (Status status = take_ended(); !status.ok()) return status;
            progress.update(next - children_.size());
        }
        for (const auto& child : children_) child->ask_to_stop();
        children_.clear();  // waits; what these jobs have done is not kept
        return {};
    }

    [[nodiscard]] const Counts& counts() const { return counts_; }

   private:
    Status start(const SweepJob& job) {
        std::vector<std::string> arguments = job.arguments;
        arguments.emplace_back("--json");
        if (verbose_) arguments.emplace_back("-v");
        Result<std::unique_ptr<ChildProcess>> child = ChildProcess::start(arguments);
        if (!child.ok()) return child.status();
        children_.push_back(std::move(child.value()));
        jobs_.push_back(&job);
        return {};
    }

    Status take_ended() {
        for (size_t i = 0; i < children_.size();) {
            const ChildProcess& child = *children_[i];
            if (!child.ended() || (interrupted() && child.exit_code() != kDone)) {
                ++i;
                continue;
            }
            if (Status status = take(*jobs_[i], judge(child.exit_code(), child.out(), child.err())); !status.ok())
                return status;
            children_.erase(children_.begin() + static_cast<ptrdiff_t>(i));
            jobs_.erase(jobs_.begin() + static_cast<ptrdiff_t>(i));
        }
        return {};
    }

    Status take(const SweepJob& job, const JobResult& result) {
        switch (result.outcome) {
            case JobOutcome::kCompleted: ++counts_.done; break;
            case JobOutcome::kRefused: ++counts_.refused; break;
            case JobOutcome::kFailed: ++counts_.failed; break;
        }
        if (result.outcome == JobOutcome::kRefused)
            print_note(fmt::format("this point is left out: {}\n{}", job.key, result.error));
        if (result.outcome == JobOutcome::kFailed)
            print_error(fmt::format("this job failed: {}\n{}", job.key, result.error));
        return results_->add(job, result);
    }

    SweepResults* results_;
    uint64_t at_once_;
    bool verbose_;
    std::vector<const SweepJob*> waiting_;
    std::vector<std::unique_ptr<ChildProcess>> children_;
    std::vector<const SweepJob*> jobs_;  // of the children
    Counts counts_;
};

Status print_summary(const Command& command, const SweepPlan& plan, const Options& options, const Counts& counts,
                     const SweepResults& results) {
    const size_t total = plan.jobs().size();
    const size_t left = total - counts.done - counts.before - counts.refused - counts.failed;
    if (command.common().json) {
        nlohmann::ordered_json out = object(plan, options);
        if (interrupted()) out["interrupted"] = true;
        out["done"] = counts.done;
        out["done_before"] = counts.before;
        out["refused"] = counts.refused;
        out["failed"] = counts.failed;
        out["left"] = left;
        out["stale"] = results.stale();
        out["file"] = results.path();
        return print_object(out);
    }
    return print(fmt::format("{} jobs: {} done, {} done before, {} refused, {} failed, {} left\nresults: {}\n", total,
                             counts.done, counts.before, counts.refused, counts.failed, left, results.path()));
}

int run_sweep(const Command& command, const SweepPlan& plan, const Options& options) {
    watch_interrupt();
    Result<std::unique_ptr<SweepResults>> results =
        SweepResults::open(options.folder, plan, options.resume, command.common().verbose);
    if (!results.ok()) return command.fail(results.status());
    if (const size_t stale = results.value()->stale(); stale != 0)
        print_note(fmt::format("{} finished {} of another configuration, and run again", stale,
                               stale == 1 ? "job is" : "jobs are"));
    SweepRun run(plan, *results.value(), options.at_once, command.common().verbose);
    if (const Status status = run.run(); !status.ok()) return command.fail(status);
    if (const Status status = print_summary(command, plan, options, run.counts(), *results.value()); !status.ok())
        return command.fail(status);
    if (interrupted()) {
        print_note("stopped; what is finished is kept, go on with:\n" + options.go_on);
        return kInterrupted;
    }
    if (run.counts().failed == 0) return kDone;
    print_note("failed jobs are tried again by:\n" + options.go_on);
    return kFailure;
}

}  // namespace

int mem_sweep(const Call& call) {
    CommandLine line({.name = "mem sweep",
                      .synopsis = "skytrack mem sweep FILE.toml [options]",
                      .about =
                          "Runs mem bench once for every combination of the values in a TOML file, on all cores:\n\n"
                          "  [base]                                        # what every job has in common\n"
                          "  requests = 20000                              # an option of mem bench\n"
                          "  [grid]                                        # a list each\n"
                          "  \"controller.max_ports_driven\" = [1, 2, 4, 8]  # a configuration key\n"
                          "  write-alg = [\"naive\", \"dcw\"]\n\n"
                          "and writes one JSON line per job into sweep.jsonl in the folder of --out (out/sweeps/FILE "
                          "when not given).\n--config, --set, --seed and --backend hold for every job.",
                      .examples = "  skytrack mem sweep sweep.toml --dry-run\n"
                                  "  skytrack mem sweep sweep.toml --out out/mine --jobs 4\n"
                                  "  skytrack mem sweep sweep.toml --out out/mine --resume\n"
                                  "  skytrack mem sweep sweep.toml --out out/mine --list-commands | parallel\n"});
    line.add_positional("file");
    line.add_flag("dry-run", "print the jobs and run none");
    line.add_option("jobs", "N", "jobs at once (as many as there are cores when not given)");
    line.add_flag("resume", "go on with the results in the folder: finished jobs are skipped");
    line.add_flag("list-commands", "print one shell command per job, for GNU Parallel or a Slurm array");
    // Settings are the jobs', and are checked as such.
    Command command(line, call, [](const CommandLine&, ConfigSources& sources) {
        sources.files.clear();
        sources.settings.clear();
        return Status();
    });
    if (command.done()) return command.exit_code();
    const Result<Options> options = read_options(line, command.common(), call.command_line);
    if (!options.ok()) return command.fail(options.status());
    const Result<SweepPlan> plan = SweepPlan::load(options.value().file, overrides(line, command.common()));
    if (!plan.ok()) return command.fail(plan.status());
    if (line.flag("dry-run")) return dry_run(command, plan.value(), options.value());
    if (line.flag("list-commands")) return list_commands(command, plan.value(), options.value());
    return run_sweep(command, plan.value(), options.value());
}

}  // namespace sky::cli
