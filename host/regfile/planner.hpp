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
    double migration_scale = 1;  ///< what predicted migrations are multiplied by: measured over predicted
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
    /// Of its migrations, the ways of the heads to rest and from there and the first change included: what
    /// MigrationMeter would measure if every prediction were right.
    uint64_t migration_track_steps = 0;
};

struct PlanResult {
    std::vector<PlannedVariant> variants;
    std::string warning;      ///< empty: mincut_unlimited is the best plan for this profile
    SwitchCost least_change;  ///< the cheapest change anywhere: what an oracle may count on

    [[nodiscard]] const PlannedVariant& named(const std::string& name) const;
};

[[nodiscard]] PlanResult make_plans(const AccessGraph& graph, const Code& code, const PlanRequest& request);

}  // namespace sky::regfile
