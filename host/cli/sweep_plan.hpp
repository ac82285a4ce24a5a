#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/memory/status.hpp"

namespace sky::cli {

/// One value of a sweep: a configuration key, or an option of `mem bench`, and what it is set to.
struct SweepValue {
    std::string name;              ///< "device.shift_ps" or "write-alg"
    nlohmann::ordered_json value;  ///< integer, boolean or string
    std::string place;             ///< "ports.toml:7", or the option it was given with
    std::string path{};            ///< of a configuration file: from any folder; what the job is given for its name
};

/// One independent run of `mem bench`.
struct SweepJob {
    nlohmann::ordered_json point;        ///< the values of the grid
    std::vector<std::string> arguments;  ///< behind "skytrack"
    std::string key;                     ///< the same as one line for a shell: what the job is known by
    std::string folder;                  ///< its name when its result is a file of its own, made from the key
};

/// 16 hexadecimal digits, the same on every machine.
[[nodiscard]] std::string short_hash(const std::string& text);

/// A sweep: what every job has in common, and the values it goes through.
///
///     [base]                                 # one value each
///     requests = 20000                       # an option of mem bench, without its dashes
///     "device.tracks" = 4096                 # a configuration key; device.tracks = 4096 is the same
///     [grid]                                 # a list each; the last one varies fastest
///     "controller.max_ports_driven" = [1, 2, 4]
///     write-alg = ["naive", "dcw"]
class SweepPlan {
   public:
    static constexpr uint64_t kMaxJobs = 100'000;

    /// Reads the file and checks every name and every value by itself. `overrides` win over [base]. A `config` that
    /// is no shipped preset is a path from the folder of the file; the jobs have it absolute.
    static Result<SweepPlan> load(const std::string& path, const std::vector<SweepValue>& overrides);

    [[nodiscard]] const std::vector<SweepJob>& jobs() const { return jobs_; }
    [[nodiscard]] const std::vector<std::string>& axes() const { return axes_; }

   private:
    std::vector<SweepJob> jobs_;
    std::vector<std::string> axes_;
};

}  // namespace sky::cli
