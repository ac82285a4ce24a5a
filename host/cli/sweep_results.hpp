#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "host/cli/sweep_plan.hpp"
#include "host/memory/status.hpp"

namespace sky::cli {

/// How a job ended. A refused point is one that the memory cannot run: it stands in the file with the reason.
enum class JobOutcome : uint8_t { kCompleted, kRefused, kFailed };
[[nodiscard]] const char* to_string(JobOutcome outcome);

/// What `mem bench --json` printed, judged. kFailed for what is no report.
struct JobResult {
    JobOutcome outcome = JobOutcome::kFailed;
    nlohmann::ordered_json row;      ///< the row of results; null when there is none
    nlohmann::ordered_json report;   ///< the object around it
    std::vector<std::string> notes;  ///< what the run had to say, such as onto what it was folded
    std::string error;               ///< empty when kCompleted
};
[[nodiscard]] JobResult judge(int exit_code, const std::string& out, const std::string& err);

/// The file of a sweep, sweep.jsonl in its folder: one object on a line of its own for every job that ended, in the
/// order in which they did:
///
///     {"key": ..., "outcome": "done", "point": {...}, "seed": 1, "version": ..., "config_hash": ...,
///      "notes": [...], "result": {row of mem bench}}
///
/// `config_hash` stands for the effective configuration and the options, defaults included, with which the job ran.
/// `notes` is left out when there are none; `error` stands there instead of it all when the job was not done.
///
/// A line is written by one call. One that was cut off all the same is dropped by the next --resume. One sweep at a
/// time can hold the file.
class SweepResults {
   public:
    /// Without `resume` there must be no results yet; with it they must be of this plan. Refused and failed jobs are
    /// forgotten, to be tried again, and so are those that would run with another configuration now. Results that
    /// single jobs have left in folders of their own are taken over. With `statistics` the trees of the jobs are
    /// kept.
    static Result<std::unique_ptr<SweepResults>> open(const std::string& folder, const SweepPlan& plan, bool resume,
                                                      bool statistics = false);
    ~SweepResults();
    SweepResults(const SweepResults&) = delete;
    SweepResults& operator=(const SweepResults&) = delete;

    [[nodiscard]] bool has(const SweepJob& job) const { return finished_.contains(job.key); }
    [[nodiscard]] size_t finished() const { return finished_.size(); }
    /// Results that were there, and are of another configuration.
    [[nodiscard]] size_t stale() const { return stale_.size(); }
    Status add(const SweepJob& job, const JobResult& result);

    [[nodiscard]] const std::string& path() const { return path_; }

   private:
    SweepResults(std::string path, bool statistics) : path_(std::move(path)), statistics_(statistics) {}
    Status lock();
    Status read_old(const SweepPlan& plan, std::string& kept);
    [[nodiscard]] nlohmann::ordered_json line_of(const SweepJob& job, const JobResult& result) const;
    Status replace(const std::string& text);
    Status take_over(const std::string& folder, const SweepPlan& plan);

    std::string path_;
    bool statistics_;
    int fd_ = -1;       // the file, for appending
    int lock_fd_ = -1;  // the folder, locked
    std::unordered_set<std::string> finished_;
    std::unordered_set<std::string> stale_;
};

}  // namespace sky::cli
