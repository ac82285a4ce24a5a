#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/planner.hpp"

namespace sky::regfile {

/// Recommendations and what the profile says of a run with them.
struct PlannedTable {
    std::vector<Recommendation> recommendations;  ///< by ascending pc
    uint64_t track_steps = 0;
    uint64_t switches = 0;
};

/// A plan as it is kept in a file.
struct Plan {
    PlannedTable table;      ///< for the match unit
    PlannedTable unlimited;  ///< without regard for its size
    /// Where the profiled run came and no branch, jump or call leads to from the entry: PlanResult::roots.
    std::vector<uint64_t> roots{};
};

/// Its `mincut` as the table of the match unit and `mincut_unlimited` as the whole.
[[nodiscard]] Plan plan_of(const PlanResult& plans);

/// That as JSON, with a checksum of the code on which the live registers depend.
[[nodiscard]] Status save_plan(const std::string& path, const std::string& program, const std::string& profile,
                               const PlanResult& plans, const Code& code);

/// Errors: the file is no plan, or one of other code.
[[nodiscard]] Result<Plan> load_plan(const std::string& path, const Code& code);

}  // namespace sky::regfile
