#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/regfile/plan.hpp"

namespace sky::regfile {

struct PlanRequest {
    CostModel model;
    bool rewind = false;
    /// Track-steps of a change in either direction; nothing: predicted from the registers that live there.
    std::optional<uint64_t> switch_cost;
    uint32_t entries = kMatchEntries;
    double hysteresis = 2;
};

/// One way to run the program, and what it costs by the profile.
struct PlannedVariant {
    std::string name;  ///< horizontal, vertical, greedy, mincut, mincut_unlimited
    Labels modes;
    uint64_t track_steps = 0;
    uint64_t switches = 0;
    std::vector<Recommendation> table;
};

struct PlanResult {
    std::vector<PlannedVariant> variants;
    std::string warning;      ///< empty: mincut_unlimited is the best plan for this profile
    SwitchCost least_change;  ///< the cheapest change anywhere: what an oracle may count on

    [[nodiscard]] const PlannedVariant& named(const std::string& name) const;
};

[[nodiscard]] PlanResult make_plans(const AccessGraph& graph, const Code& code, const PlanRequest& request);

}  // namespace sky::regfile
