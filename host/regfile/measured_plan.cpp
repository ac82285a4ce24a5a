#include "host/regfile/measured_plan.hpp"

#include <fmt/format.h>

#include "host/memory/printable.hpp"
#include "host/regfile/plan_interrupts.hpp"

namespace sky::regfile {

namespace {

Result<Migrations> migrations_of(const ElfFile& elf, const PlanResult& plans, bool rewind,
                                 const MeasureConfig& config) {
    const Plan plan = plan_of(plans);
    const Result<PlannedProgram> program = with_interrupts(elf, plan, kPlanAddress);
    if (!program.ok()) return program.status();
    const RunConfig run{.shape = {.kind = model::rf::Kind::kDynamic},
                        .options = {.rewind = rewind, .nearest_first = false, .forward = false},
                        .max_cycles = config.max_cycles,
                        .advance = config.advance,
                        .handler = program.value().added};
    const Result<RunResult> ran = run_program(program.value().elf, run);
    if (!ran.ok()) return ran.status();
    if (ran.value().end != End::kExit)
        return Status::error(fmt::format("cannot measure the plan of '{}': its run ended as {}\n{}",
                                         memory::printable_name(elf.path()), to_string(ran.value().end),
                                         ran.value().message));
    return ran.value().migrations;
}

}  // namespace

Result<MeasuredPlans> make_measured_plans(const ElfFile& elf, const AccessGraph& graph, const Code& code,
                                          PlanRequest request, const MeasureConfig& config) {
    MeasuredPlans out{.plans = make_plans(graph, code, request), .migrations = {}};
    const PlannedVariant first = out.plans.named("mincut");
    if (first.migration_track_steps == 0) return out;
    Result<Migrations> measured = migrations_of(elf, out.plans, request.rewind, config);
    if (!measured.ok()) return measured.status();
    request.migration_scale = out.scale =
        static_cast<double>(measured.value().track_steps) / static_cast<double>(first.migration_track_steps);
    out.plans = make_plans(graph, code, request);
    PlannedVariant& found = out.plans.named("mincut");
    if (found.table != first.table)
        measured = found.table.empty() ? Migrations{} : migrations_of(elf, out.plans, request.rewind, config);
    if (!measured.ok()) return measured.status();
    out.migrations = measured.value();
    found.measured_track_steps = out.migrations.track_steps;
    return out;
}

}  // namespace sky::regfile
