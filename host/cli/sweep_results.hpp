#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>

#include "host/cli/sweep_plan.hpp"
#include "host/memory/status.hpp"

namespace sky::cli {

/// How a job ended. A refused point is one that the memory cannot run: it stands in the file with the reason.
enum class JobOutcome : uint8_t { kCompleted, kRefused, kFailed };
[[nodiscard]] const char* to_string(JobOutcome outcome);

/// What `mem bench --json` printed, judged. kFailed for what is no report.
struct JobResult {
    JobOutcome outcome = JobOutcome::kFailed;
    nlohmann::ordered_json row;     ///< the row of results; null when there is none
    nlohmann::ordered_json report;  ///< version and seed
    std::string error;              ///< empty when kCompleted
};
[[nodiscard]] JobResult judge(int exit_code, const std::string& out, const std::string& err);

/// The file of a sweep, sweep.jsonl in its folder: one object on a line of its own for every job that ended, in the
/// order in which they did:
///
///     {"key": ..., "outcome": "done", "point": {...}, "seed": 1, "version": ..., "result": {row of mem bench}}
///
/// A line is written by one call. One that was cut off all the same is dropped by the next --resume. One sweep at a
/// time can hold the file.
class SweepResults {
   public:
    /// Without `resume` there must be no results yet; with it they must be of this plan. Refused and failed jobs are
    /// forgotten, to be tried again. Results that single jobs have left in folders of their own are taken over.
    static Result<std::unique_ptr<SweepResults>> open(const std::string& folder, const SweepPlan& plan, bool resume);
    ~SweepResults();
    SweepResults(const SweepResults&) = delete;
    SweepResults& operator=(const SweepResults&) = delete;

    [[nodiscard]] bool has(const SweepJob& job) const { return finished_.contains(job.key); }
    [[nodiscard]] size_t finished() const { return finished_.size(); }
    Status add(const SweepJob& job, const JobResult& result);

    [[nodiscard]] const std::string& path() const { return path_; }

   private:
    explicit SweepResults(std::string path) : path_(std::move(path)) {}
    Status lock();
    Status read_old(const SweepPlan& plan, std::string& kept);
    Status replace(const std::string& text);
    Status take_over(const std::string& folder, const SweepPlan& plan);

    std::string path_;
    int fd_ = -1;       // the file, for appending
    int lock_fd_ = -1;  // the folder, locked
    std::unordered_set<std::string> finished_;
};

}  // namespace sky::cli
