#pragma once

#include <string>
#include <vector>

#include "host/cli/report.hpp"
#include "host/offload/plan/plan.hpp"

namespace sky::cli {

/// A model with the plan of every mode, in the order of offload::kModes.
struct PlannedModel {
    offload::Model model;
    std::vector<offload::ModePlan> modes;
};

/// A row of each mode of each model; of several models also one of each mode with the means of their reductions.
[[nodiscard]] std::vector<Row> plan_rows(const std::vector<PlannedModel>& models,
                                         const offload::PlanRequest& request);

/// The same as tables, a column a mode.
[[nodiscard]] std::string plan_tables(const std::vector<PlannedModel>& models, const offload::PlanRequest& request);

}  // namespace sky::cli
