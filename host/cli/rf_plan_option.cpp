#include "host/cli/rf_plan_option.hpp"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "host/cli/terminal.hpp"
#include "host/regfile/json_file.hpp"
#include "host/regfile/plan_hints.hpp"
#include "host/regfile/plan_interrupts.hpp"

namespace sky::cli {

namespace {

const std::vector<std::string> kWays{"interrupt", "hints", "side"};

model::rv32::SideTable side_table(const std::vector<regfile::Recommendation>& recommendations) {
    std::map<uint32_t, model::rf::Mode> modes;
    for (const regfile::Recommendation& r : recommendations) modes[static_cast<uint32_t>(r.pc)] = r.mode;
    return model::rv32::SideTable(modes);
}

}  // namespace

Result<std::optional<uint32_t>> plan_address(const CommandLine& line) {
    if (!line.given("plan-at")) return std::optional<uint32_t>();
    const std::string text = line.text("plan-at");
    const std::optional<uint64_t> address = regfile::parse_address(text);
    if (address && *address <= 0xffffffff) return std::optional(static_cast<uint32_t>(*address));
    return Status::error(
        fmt::format("--plan-at is '{}'\nexpected an address such as {:#010x}", text, regfile::kPlanAddress));
}

void tell_left_out(const regfile::PlannedProgram& program) {
    if (program.left_out.empty()) return;
    std::string text = fmt::format(
        "{} recommendations have no hint, so the mode stays what it was there, and the run "
        "costs something else than planned:",
        program.left_out.size());
    for (const auto& [pc, why] : program.left_out) text += fmt::format("\n{:#010x}: {}", pc, why);
    print_note(text);
}

void PlanOption::add_to(CommandLine& line) {
    line.add_option("plan", "FILE", "of rf plan: change the mode of a dynamic file where it says");
    line.add_option("apply", "WAY",
                    "of a plan: interrupt, by the match unit and code that migrates; hints, by instructions put into "
                    "the program; or side, at no cost beyond the ways of the heads, on fast only",
                    "interrupt");
    line.add_option("plan-at", "ADDRESS",
                    fmt::format("where the code that migrates lies, unused by the program: {:#010x}, or for hints "
                                "within 1 MiB of it",
                                regfile::kPlanAddress));
}

Status PlanOption::apply(const CommandLine& line, regfile::ElfFile& elf, regfile::RunConfig& run) {
    for (const char* option : {"apply", "plan-at"})
        if (!line.has("plan") && line.given(option))
            return Status::error(fmt::format("--{} is given, and no plan\nadd --plan FILE", option));
    if (!line.has("plan")) {
        if (run.shape.kind == model::rf::Kind::kDynamic) run.handler = regfile::hints_inside(elf);
        return {};
    }
    const Result<std::string> way = line.choice("apply", kWays);
    if (!way.ok()) return way.status();
    if (run.shape.kind != model::rf::Kind::kDynamic)
        return Status::error(
            "--plan changes the mode, which only a dynamic register file can\nadd --regfile dynamic");
    if (way.value() == "side" && run.backend != regfile::Backend::kFast)
        return Status::error(
            "--apply side is what no hardware can do\nuse --backend fast, or --apply interrupt or hints");
    if (way.value() == "side" && line.given("plan-at"))
        return Status::error("--plan-at has no effect: --apply side puts nothing into the program\nleave it out");
    const Result<regfile::Plan> plan = regfile::load_plan(line.text("plan"), regfile::Code(elf));
    if (!plan.ok()) return plan.status();
    way_ = way.value();
    if (way_ == "side") {
        table_ = plan.value().unlimited;
        run.side_table = &side_table_.emplace(side_table(table_.recommendations));
        return {};
    }
    return put_into(line, plan.value(), elf, run);
}

Status PlanOption::put_into(const CommandLine& line, const regfile::Plan& plan, regfile::ElfFile& elf,
                            regfile::RunConfig& run) {
    const bool hints = way_ == "hints";
    table_ = hints ? plan.unlimited : plan.table;
    const Result<std::optional<uint32_t>> address = plan_address(line);
    if (!address.ok()) return address.status();
    if (table_.recommendations.empty()) return {};  // the file stays horizontal, which rf run says
    Result<regfile::PlannedProgram> program =
        hints ? regfile::with_hints(elf, plan, address.value())
              : regfile::with_interrupts(elf, plan, address.value().value_or(regfile::kPlanAddress));
    if (!program.ok()) return program.status();
    tell_left_out(program.value());
    windows_ = program.value().windows;
    left_out_ = program.value().left_out.size();
    elf = std::move(program.value().elf);
    run.handler = std::move(program.value().added);
    measured_ = run.backend == regfile::Backend::kFast;
    return {};
}

void PlanOption::add_figures(Row& row, const regfile::RunResult& result) const {
    if (way_.empty()) return;
    row.text("applied_by", way_);
    row.count("recommendations", table_.recommendations.size(), "of the plan");
    row.count("planned_track_steps", table_.track_steps, "track-steps that the plan foresees for the profiled run");
    row.count("planned_switches", table_.switches, "changes of the mode that it foresees");
    if (way_ == "hints") row.count("left_out", left_out_, "recommendations that no hint could be put in front of");
    if (way_ == "interrupt") row.count("windows", windows_, "parts of the table that take turns in the match unit");
    if (way_ != "side")
        row.count("switches_missed", result.switches_missed,
                  "times that the run passed a recommendation in the other mode without a change");
    if (!measured_) return;
    row.count("migrations", result.migrations.count, "taken by interrupt");
    row.count("migration_track_steps", result.migrations.track_steps, "track-steps from interrupt to return");
    row.count("migration_cycles", result.migrations.cycles, "cycles from interrupt to return");
    if (windows_ == 1) return;
    row.count("window_loads", result.migrations.windows.count, "times that another part was loaded");
    row.count("window_track_steps", result.migrations.windows.track_steps, "track-steps of that");
    row.count("window_cycles", result.migrations.windows.cycles, "cycles of that");
}

void PlanOption::tell(const regfile::RunResult& result) {
    if (result.switches_missed != 0)
        print_note(
            fmt::format("{} times the run passed a recommendation in the other mode and nothing changed: the "
                        "program had interrupts off (mstatus.MIE, or bit 16 of mie), as behind a trap from which "
                        "it never returns\nthe results are right, the planned costs are not",
                        result.switches_missed));
    if (result.plan_seen.empty()) return;
    std::vector<std::string> seen;
    for (const auto& [name, pc] : result.plan_seen) seen.push_back(fmt::format("{} (at {:#010x})", name, pc));
    print_note(
        fmt::format("the program read {}, which holds something else with a plan than without: it may have done "
                    "something else",
                    fmt::join(seen, ", ")));
}

}  // namespace sky::cli
