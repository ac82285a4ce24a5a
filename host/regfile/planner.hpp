#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/regfile/plan.hpp"

namespace sky::regfile {

struct PlanRequest {
    CostModel model;
    bool rewind = false;
    /// Track-steps of a change in either direction; nothing: predicted from the registers that live there.
    std::optional<uint64_t> switch_cost;
    double migration_scale = 1;  ///< what predicted migrations are multiplied by: measured over predicted
    /// Plans are for a file that is horizontal at first: one that begins vertical pays for its first change.
    bool charge_begin = false;
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
    uint64_t migration_track_steps = 0;              ///< as predicted, not scaled
    std::optional<uint64_t> measured_track_steps{};  ///< the same in a run, if there was one
    uint64_t begin_track_steps = 0;  ///< of the first change of a vertical beginning, where it is charged
};

struct PlanResult {
    std::vector<PlannedVariant> variants;
    std::string warning;       ///< empty: mincut_unlimited is the best plan for this profile
    SwitchCost least_change;   ///< the cheapest change anywhere: what an oracle may count on
    uint64_t least_begin = 0;  ///< the cheapest vertical beginning, where it is charged
    /// Executed blocks to which no branch, jump or call leads from the entry and from those of them before: what is
    /// called through pointers. Of programs for the core.
    std::vector<uint64_t> roots{};

    [[nodiscard]] const PlannedVariant& named(const std::string& name) const;
    [[nodiscard]] PlannedVariant& named(const std::string& name) {
        return const_cast<PlannedVariant&>(std::as_const(*this).named(name));
    }
};

/// What MigrationMeter measures of a run with these modes if every prediction is right: all migrations, with the ways
/// of the heads to rest and from there, and the first change of a file that is horizontal, behind code that ends with
/// x5.
[[nodiscard]] uint64_t migration_track_steps(const AccessGraph& graph, const Labels& modes, const CostModel& model,
                                             const Code& code, const Liveness& liveness, bool rewind);

[[nodiscard]] PlanResult make_plans(const AccessGraph& graph, const Code& code, const PlanRequest& request);

}  // namespace sky::regfile
