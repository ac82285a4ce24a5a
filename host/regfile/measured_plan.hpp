#pragma once

#include <cstdint>
#include <functional>

#include "host/memory/status.hpp"
#include "host/regfile/planner.hpp"
#include "host/regfile/program_run.hpp"

namespace sky::regfile {

/// Plans whose migrations cost what a run of them did cost.
struct MeasuredPlans {
    PlanResult plans;
    double scale = 1;       ///< measured over predicted, of the plan made of the prediction
    Migrations migrations;  ///< of a run of the table of `plans` that fits the match unit
};

struct MeasureConfig {
    uint64_t max_cycles = 0;                  ///< of a run
    std::function<bool(uint64_t)> advance{};  ///< as RunConfig::advance
};

/// Plans with the predicted costs, runs that plan by interrupts on the instruction-set model, as plans foresee it
/// (operands in program order, no forwarding), plans again with what its migrations did cost, and runs the result if
/// it is another one. Where the first plan never changes the mode there is nothing to measure, and it stays as it is.
/// Errors: the plan cannot be put into the program, or a run does not end by itself.
[[nodiscard]] Result<MeasuredPlans> make_measured_plans(const ElfFile& elf, const AccessGraph& graph,
                                                        const Code& code, PlanRequest request,
                                                        const MeasureConfig& config);

}  // namespace sky::regfile
