#include <fmt/format.h>

#include "host/cli/command.hpp"
#include "host/cli/rf_config.hpp"
#include "host/cli/rf_plan_option.hpp"
#include "host/cli/terminal.hpp"
#include "host/regfile/access_stream.hpp"
#include "host/regfile/elf_writer.hpp"
#include "host/regfile/oracle.hpp"
#include "host/regfile/plan_file.hpp"
#include "host/regfile/plan_hints.hpp"
#include "host/regfile/profile_file.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxSwitchCost = 1'000'000'000;
constexpr uint64_t kMaxEntries = 1'000'000;

CommandLine make_line() {
    CommandLine line(
        {.name = "rf plan",
         .synopsis = "skytrack rf plan ELF --profile FILE [options]",
         .about =
             "Where a program should change the mode of a dynamic register file: the best mode of each block by a\n"
             "minimum cut, beside both static modes, the greedy heuristic and the oracle, which knows the whole\n"
             "run and may change before any access. Costs are track-steps of one bank with one port, operands\n"
             "in program order, no forwarding, no operand buffer.",
         .examples = "  skytrack rf plan sha256.elf --profile sha256.profile.json --output sha256.plan.json\n"
                     "  skytrack rf plan sha256.elf --profile sha256.profile.json --switch-cost 0 --json\n"
                     "  skytrack rf plan sha256.elf --profile sha256.profile.json --rewrite sha256.hints.elf\n"
                     "  skytrack rf plan sha256.elf --profile sha256.profile.json --set regfile.vertical=rewind\n"});
    line.add_positional("elf");
    line.add_option("profile", "FILE", "of this program, made by rf profile");
    line.add_option("output", "FILE", "write the plan there, as JSON: the table of the match unit, and the whole");
    line.add_option("rewrite", "ELF", "write the program there with hints for the whole plan: it switches by itself");
    line.add_option("plan-at", "ADDRESS", "where the code that --rewrite adds lies: within 1 MiB of the program");
    line.add_option("switch-cost", "N", "track-steps of a change of the mode, or predicted from the handler",
                    "predicted");
    line.add_option("entries", "N", "recommendations the table has room for", "16");
    line.add_flag("no-oracle", "do not run the program again for the oracle");
    return line;
}

Result<regfile::PlanRequest> read_request(const CommandLine& line, const Config& config) {
    if (!line.has("profile"))
        return Status::error(
            "no profile is given\nmake one: skytrack rf profile ELF --output FILE, and add --profile FILE");
    if (config.integer("regfile.ports") != 1)
        return Status::error(
            fmt::format("{}: plans are for one port a track\nset regfile.ports = 1", config.place("regfile.ports")));
    const Result<uint64_t> entries = line.number("entries", 1, kMaxEntries);
    if (!entries.ok()) return entries.status();
    regfile::PlanRequest request;
    request.rewind = config.text("regfile.vertical") == "rewind";
    request.model = regfile::CostModel::of({.kind = model::rf::Kind::kDynamic}, {.rewind = request.rewind});
    request.entries = static_cast<uint32_t>(entries.value());
    if (line.text("switch-cost") == "predicted") return request;
    const Result<uint64_t> cost = line.number("switch-cost", 0, kMaxSwitchCost);
    if (!cost.ok()) return Status::error(cost.status().message() + ", or predicted");
    request.switch_cost = cost.value();
    return request;
}

Status rewrite(const CommandLine& line, const regfile::ElfFile& elf, const regfile::PlanResult& plans) {
    if (!line.has("rewrite"))
        return line.given("plan-at")
                   ? Status::error("--plan-at is given, and nothing to put there\nadd --rewrite ELF")
                   : Status();
    const Result<std::optional<uint32_t>> address = plan_address(line);
    if (!address.ok()) return address.status();
    const Result<regfile::PlannedProgram> program =
        regfile::with_hints(elf, regfile::plan_of(plans), address.value());
    if (!program.ok()) return program.status();
    tell_left_out(program.value());
    if (program.value().added.bytes.empty())
        print_note("the best plan never changes the mode: the program is written as it was");
    return regfile::write_elf(program.value().elf, line.text("rewrite"));
}

class PlanReport {
   public:
    PlanReport(std::string elf, const regfile::Profile& profile, const regfile::PlanResult& plans,
               std::optional<uint64_t> oracle)
        : elf_(std::move(elf)), instructions_(static_cast<double>(profile.instructions)), oracle_(oracle) {
        for (const regfile::PlannedVariant& variant : plans.variants) {
            Row row = start(variant.name, variant.track_steps);
            row.count("switches", variant.switches, "changes of the mode, the first from horizontal");
            row.count("recommendations", variant.table.size(), "addresses at which the mode may change");
            rows_.push_back(std::move(row));
        }
        if (oracle) rows_.push_back(start("oracle", *oracle));
    }

    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

   private:
    Row start(const std::string& variant, uint64_t track_steps) {
        Row row;
        row.text("elf", elf_);
        row.text("variant", variant);
        row.count("track_steps", track_steps, "tracks moved by one domain");
        row.figure("track_steps_per_instruction", static_cast<double>(track_steps) / instructions_,
                   "track-steps an instruction");
        if (oracle_ && *oracle_ != 0)
            row.figure("oracle_gap_percent",
                       100 * (static_cast<double>(track_steps) / static_cast<double>(*oracle_) - 1),
                       "% more than the oracle");
        return row;
    }

    std::string elf_;
    double instructions_;
    std::optional<uint64_t> oracle_;
    std::vector<Row> rows_;
};

Result<std::optional<uint64_t>> ask_oracle(const regfile::ElfFile& elf, const regfile::PlanRequest& request,
                                           const regfile::PlanResult& plans) {
    regfile::Oracle oracle(request.model, plans.least_change);
    Progress progress(0, "instructions");
    if (Status status = regfile::stream_accesses(elf,
                                                 {.console = {},
                                                  .advance =
                                                      [&progress](uint64_t instructions) {
                                                          progress.update(instructions);
                                                          return !interrupted();
                                                      }},
                                                 oracle);
        !status.ok())
        return status;
    if (interrupted()) return std::optional<uint64_t>();
    return std::optional(oracle.cost());
}

}  // namespace

int rf_plan(const Call& call) {
    CommandLine line = make_line();
    Command command(line, call);
    if (command.done()) return command.exit_code();
    if (!line.has("elf"))
        return command.fail(Status::error("no program is given\nexpected skytrack rf plan ELF --profile FILE"));
    const Result<regfile::PlanRequest> request = read_request(line, command.config());
    if (!request.ok()) return command.fail(request.status());
    const Result<regfile::ElfFile> elf = regfile::ElfFile::read(line.text("elf"));
    if (!elf.ok()) return command.fail(elf.status());
    const regfile::Code code(elf.value());
    const Result<regfile::LoadedProfile> profile = regfile::load_profile(line.text("profile"), code);
    if (!profile.ok()) return command.fail(profile.status());
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);

    const auto graph = regfile::AccessGraph::make(profile.value().blocks);
    const regfile::PlanResult plans = regfile::make_plans(graph, code, request.value());
    if (!plans.warning.empty()) print_note(plans.warning);
    if (graph.guessed != 0)
        print_note(
            fmt::format("{} passages through blocks without accesses were divided in proportion", graph.guessed));
    Result<std::optional<uint64_t>> oracle = std::optional<uint64_t>();
    if (!line.flag("no-oracle")) oracle = ask_oracle(elf.value(), request.value(), plans);
    if (!oracle.ok()) return command.fail(oracle.status());
    if (interrupted()) return kInterrupted;
    if (line.has("output"))
        if (Status status =
                regfile::save_plan(line.text("output"), line.text("elf"), line.text("profile"), plans, code);
            !status.ok())
            return command.fail(status);
    if (Status status = rewrite(line, elf.value(), plans); !status.ok()) return command.fail(status);
    Report report = command.report();
    report.rows = PlanReport(line.text("elf"), profile.value().profile, plans, oracle.value()).rows();
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    return kDone;
}

}  // namespace sky::cli
