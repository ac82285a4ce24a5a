#include "host/cli/sweep_results.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <unordered_map>

#include "host/cli/exit_codes.hpp"
#include "host/cli/mem_bench.hpp"
#include "host/memory/new_file.hpp"

namespace sky::cli {

namespace {

using Json = nlohmann::ordered_json;

Status cannot(const std::string& path, const char* what) {
    return Status::error(fmt::format("cannot {} '{}': {}\n{}", what, path, std::strerror(errno),
                                     errno == ENOSPC ? "free some space; --resume then goes on"
                                                     : "name a folder that can be written to with --out"));
}

BenchSetup setup_of(const SweepJob& job) {
    Result<BenchSetup> setup = mem_bench_setup(std::span(job.arguments).subspan(2));  // behind "mem bench"
    return setup.ok() ? std::move(setup.value()) : BenchSetup{};
}

std::string hash_of(const Json& config, const std::string& options) { return short_hash(config.dump() + options); }

/// What a job that would run now is known by.
std::string hash_of(const SweepJob& job) {
    const BenchSetup setup = setup_of(job);
    return hash_of(setup.config, setup.options);
}

Json member(const Json& object, const char* name, const Json& otherwise) {
    return object.is_object() && object.contains(name) ? object[name] : otherwise;
}

/// Each on one line, its own lines behind semicolons.
std::vector<std::string> notes_in(const std::string& err) {
    constexpr std::string_view kLabel = "skytrack: note: ";
    std::vector<std::string> notes;
    std::istringstream in(err);
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        const bool begins = line.starts_with(kLabel);
        inside = begins || (inside && line.starts_with("  "));
        if (begins)
            notes.push_back(line.substr(kLabel.size()));
        else if (inside)
            notes.back() += "; " + line.substr(2);
    }
    return notes;
}

/// What stands behind "skytrack: error: ", the remedy on the same line.
std::string error_in(const std::string& err) {
    constexpr std::string_view kLabel = "skytrack: error: ";
    const size_t at = err.find(kLabel);
    std::string text = at == std::string::npos ? err : err.substr(at + kLabel.size());
    while (!text.empty() && text.back() == '\n') text.pop_back();
    for (size_t i = text.find("\n  "); i != std::string::npos; i = text.find("\n  ")) text.replace(i, 3, "; ");
    return text.empty() ? "it said nothing" : text;
}

std::string whole_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

}  // namespace

const char* to_string(JobOutcome outcome) {
    switch (outcome) {
        case JobOutcome::kCompleted: return "done";
        case JobOutcome::kRefused: return "refused";
        case JobOutcome::kFailed: return "failed";
    }
    return "unknown outcome";
}

JobResult judge(int exit_code, const std::string& out, const std::string& err) {
    JobResult result;
    result.notes = notes_in(err);
    const Json report = Json::parse(out, nullptr, false);
    if (report.is_object() && report.contains("results") && report["results"].size() == 1) {
        result.report = report;
        result.row = report["results"][0];
    }
    const bool has_row = result.row.is_object();
    const bool interrupted = has_row && report.value("interrupted", false);
    const bool refused = has_row && result.row.value("refused", uint64_t{0}) > 0;
    if (exit_code == kDone && has_row && !interrupted && !refused)
        result.outcome = JobOutcome::kCompleted;
    else if (exit_code == kBadInput || (exit_code == kFailure && refused))
        result.outcome = JobOutcome::kRefused;
    if (result.outcome != JobOutcome::kCompleted)
        result.error = exit_code > 128 ? fmt::format("ended by signal {}", exit_code - 128) : error_in(err);
    return result;
}

Result<std::unique_ptr<SweepResults>> SweepResults::open(const std::string& folder, const SweepPlan& plan,
                                                         bool resume, bool statistics) {
    std::error_code error;
    if (std::filesystem::exists(folder, error) && !std::filesystem::is_directory(folder, error))
        return Status::error(
            fmt::format("--out {}: is a file\nname a folder; it is made when it does not exist", folder));
    std::filesystem::create_directories(folder, error);
    if (error)
        return Status::error(fmt::format("--out {}: cannot be made: {}\nname a folder that can be written to", folder,
                                         error.message()));
    std::unique_ptr<SweepResults> results(new SweepResults(folder + "/sweep.jsonl", statistics));
    if (Status status = results->lock(); !status.ok()) return status;
    std::string kept;
    const bool there = std::filesystem::exists(results->path_, error);
    if (there && !resume)
        return Status::error(
            fmt::format("{} holds the results of a sweep\nuse --resume to go on with it, or another "
                        "folder with --out",
                        results->path_));
    if (there)
        if (Status status = results->read_old(plan, kept); !status.ok()) return status;
    if (there)
        if (Status status = results->replace(kept); !status.ok()) return status;
    results->fd_ = ::open(results->path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (results->fd_ < 0) return cannot(results->path_, "write");
    if (resume)
        if (Status status = results->take_over(folder, plan); !status.ok()) return status;
    return results;
}

SweepResults::~SweepResults() {
    if (fd_ >= 0) close(fd_);
    if (lock_fd_ >= 0) close(lock_fd_);
}

Status SweepResults::lock() {
    const std::string folder = std::filesystem::path(path_).parent_path().string();
    lock_fd_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock_fd_ < 0) return cannot(folder, "open");
    if (flock(lock_fd_, LOCK_EX | LOCK_NB) == 0) return {};
    return Status::error(
        fmt::format("{}: another sweep is writing there\nwait for it, or use another folder with --out", folder));
}

Status SweepResults::read_old(const SweepPlan& plan, std::string& kept) {
    std::unordered_map<std::string, const SweepJob*> wanted;
    for (const SweepJob& job : plan.jobs()) wanted.emplace(job.key, &job);
    const std::string text = whole_file(path_);
    size_t number = 0;
    for (size_t at = 0; at < text.size();) {
        ++number;
        const size_t end = text.find('\n', at);
        if (end == std::string::npos) break;  // cut off while it was written
        const std::string line = text.substr(at, end - at + 1);
        at = end + 1;
        const Json parsed = Json::parse(line, nullptr, false);
        if (!parsed.is_object() || !parsed.value("key", Json()).is_string() ||
            !parsed.value("outcome", Json()).is_string())
            return Status::error(
                fmt::format("{}:{}: this is no line of a sweep\nremove the line, or use another folder with --out",
                            path_, number));
        const std::string key = parsed["key"];
        const auto job = wanted.find(key);
        if (job == wanted.end())
            return Status::error(
                fmt::format("{}:{}: holds a job that is not in this sweep: {}\nuse another folder "
                            "with --out, or put its values back",
                            path_, number, key));
        if (parsed["outcome"] != to_string(JobOutcome::kCompleted) || finished_.contains(key)) continue;
        if (!parsed.value("config_hash", Json()).is_string())
            return Status::error(fmt::format(
                "{}:{}: was written by an older skytrack, which did not note the configuration\nuse another "
                "folder with --out, or remove the file to run its jobs again",
                path_, number));
        if (parsed["config_hash"] != hash_of(*job->second)) {
            stale_.insert(key);
            continue;
        }
        stale_.erase(key);
        finished_.insert(key);
        kept += line;
    }
    return {};
}

Json SweepResults::line_of(const SweepJob& job, const JobResult& result) const {
    const BenchSetup setup = setup_of(job);
    Json line;
    line["key"] = job.key;
    line["outcome"] = to_string(result.outcome);
    line["point"] = job.point;
    line["seed"] = member(result.report, "seed", setup.seed);
    line["version"] = member(result.report, "version", SKY_VERSION);
    // Of the run, not of now: a file may have changed since it began.
    line["config_hash"] = hash_of(member(result.report, "config", setup.config), setup.options);
    if (!result.notes.empty()) line["notes"] = result.notes;
    if (!result.error.empty()) line["error"] = result.error;
    if (result.row.is_object()) line["result"] = result.row;
    if (statistics_ && result.report.contains("statistics")) line["statistics"] = result.report["statistics"];
    return line;
}

Status SweepResults::replace(const std::string& text) {
    Result<std::unique_ptr<memory::NewFile>> file = memory::NewFile::create(path_);
    if (!file.ok()) return file.status();
    file.value()->write(text);
    return file.value()->commit();
}

Status SweepResults::take_over(const std::string& folder, const SweepPlan& plan) {
    for (const SweepJob& job : plan.jobs()) {
        if (has(job)) continue;
        const std::string text = whole_file(fmt::format("{}/{}/result.json", folder, job.folder));
        const JobResult result = judge(kDone, text, {});
        if (result.outcome != JobOutcome::kCompleted) continue;
        const BenchSetup setup = setup_of(job);
        if (member(result.report, "config", nullptr) != setup.config) {
            stale_.insert(job.key);
            continue;
        }
        stale_.erase(job.key);
        if (Status status = add(job, result); !status.ok()) return status;
    }
    return {};
}

Status SweepResults::add(const SweepJob& job, const JobResult& result) {
    const std::string line = line_of(job, result).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    const ssize_t written = write(fd_, line.data(), line.size());
    if (written != static_cast<ssize_t>(line.size())) {
        if (written >= 0) errno = ENOSPC;
        return cannot(path_, "write");
    }
    if (result.outcome == JobOutcome::kCompleted) finished_.insert(job.key);
    return {};
}

}  // namespace sky::cli
