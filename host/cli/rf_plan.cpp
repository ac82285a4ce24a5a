#include <fmt/format.h>

#include <array>
#include <numeric>
#include <span>
#include <string_view>

#include "host/cli/command.hpp"
#include "host/cli/rf_config.hpp"
#include "host/cli/rf_plan_option.hpp"
#include "host/cli/rf_profile_source.hpp"
#include "host/cli/terminal.hpp"
#include "host/regfile/access_stream.hpp"
#include "host/regfile/elf_writer.hpp"
#include "host/regfile/measured_plan.hpp"
#include "host/regfile/oracle.hpp"
#include "host/regfile/plan_file.hpp"
#include "host/regfile/plan_hints.hpp"
#include "host/regfile/profile_file.hpp"
#include "host/regfile/qemu_accesses.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxSwitchCost = 1'000'000'000;
constexpr uint64_t kMaxEntries = 1'000'000;
constexpr std::array<std::string_view, 2> kUsedKeys{"regfile.vertical", "regfile.ports"};
const std::vector<std::string> kBegins{"charged", "free"};
constexpr uint64_t kMaxCycles = uint64_t{1} << 62;

CommandLine make_line() {
    CommandLine line(
        {.name = "rf plan",
         .synopsis = "skytrack rf plan ELF --profile FILE [options]",
         .about =
             "Where a program should change the mode of a dynamic register file: the best mode of each block by a\n"
             "minimum cut, beside both static modes, the greedy heuristic and the oracle, which knows the whole\n"
             "run and may change before any access. Costs are track-steps of one bank with one port, operands\n"
             "in program order, no forwarding, no operand buffer. A dynamic file is horizontal at first, so a plan\n"
             "that begins vertical pays for that change; the static files are built as they are.\n"
             "Of a Linux program for RV64, 64 tracks, the oracle is asked with the log of its run: --qemu-log FILE.",
         .examples = "  skytrack rf plan sha256.elf --profile sha256.profile.json --output sha256.plan.json\n"
                     "  skytrack rf plan sha256.elf --profile sha256.profile.json --switch-cost 0 --json\n"
                     "  skytrack rf plan sha256.elf --profile sha256.profile.json --rewrite sha256.hints.elf\n"
                     "  skytrack rf plan sha256.elf --profile sha256.profile.json --set regfile.vertical=rewind\n"
                     "  skytrack rf plan sha256.elf --profile sha256.profile.json --measure-switch\n",
         .backends = {"fast"},
         .backend_help = "fast: nothing but the model runs, for the oracle and --measure-switch"});
    line.add_positional("elf");
    line.add_option("profile", "FILE", "of this program, made by rf profile");
    line.add_option("output", "FILE", "write the plan there, as JSON: the table of the match unit, and the whole");
    line.add_option("rewrite", "ELF", "write the program there with hints for the whole plan: it switches by itself");
    line.add_option("plan-at", "ADDRESS", "where the code that --rewrite adds lies: within 1 MiB of the program");
    line.add_option("switch-cost", "N", "track-steps of a change of the mode, or predicted from the handler",
                    "predicted");
    line.add_option("begin", "HOW",
                    "charged: a plan that begins vertical pays for its first change; free: it does not, as in rf "
                    "compare, so that no plan is worse than a static mode",
                    "charged");
    line.add_flag("measure-switch", "run the plan on the model and plan again with what its migrations did cost");
    line.add_option("max-cycles", "N", "of that run: give the program up then", "1000000000");
    line.add_option("qemu-log", "FILE", "for the oracle of a Linux program: the log its profile was made of");
    line.add_option("entries", "N", "recommendations the table has room for", "16");
    line.add_flag("no-oracle", "do not run the program again for the oracle");
    return line;
}

Result<regfile::PlanRequest> read_request(const CommandLine& line, const Config& config) {
    if (!line.has("profile"))
        return Status::error(
            "no profile is given\nmake one: skytrack rf profile ELF --output FILE, and add --profile FILE");
    if (config.integer("regfile.ports") != 1)
        return Status::error(fmt::format(
            "{}: plans are for one port a track: with more a head is where the nearest port led it, which "
            "the last register alone does not tell\nset regfile.ports = 1",
            config.place("regfile.ports")));
    const Result<uint64_t> entries = line.number("entries", 1, kMaxEntries);
    if (!entries.ok()) return entries.status();
    for (const char* measured : {"max-cycles", "switch-cost"})
        if (line.flag("measure-switch") != (measured == std::string("max-cycles")) && line.given(measured))
            return Status::error(fmt::format("--{} has no effect {} --measure-switch\nleave one of them out",
                                             measured, line.flag("measure-switch") ? "with" : "without"));
    const Result<std::string> begin = line.choice("begin", kBegins);
    if (!begin.ok()) return begin.status();
    regfile::PlanRequest request;
    request.charge_begin = begin.value() == "charged";
    request.rewind = config.text("regfile.vertical") == "rewind";
    request.entries = static_cast<uint32_t>(entries.value());
    if (line.text("switch-cost") == "predicted") return request;
    const Result<uint64_t> cost = line.number("switch-cost", 0, kMaxSwitchCost);
    if (!cost.ok()) return Status::error(cost.status().message() + ", or predicted");
    request.switch_cost = cost.value();
    return request;
}

/// A program whose plan is asked for: a bare-metal one, or a Linux one, which cannot be run here.
struct Planned {
    std::optional<regfile::ElfFile> elf;
    regfile::LoadedProgram program;
};

Result<Planned> load(const CommandLine& line) {
    std::optional<regfile::ElfFile> bare;
    const Result<uint32_t> width = regfile::register_width(line.text("elf"));
    if (!width.ok()) return width.status();
    if (width.value() == 32) {
        Result<regfile::ElfFile> elf = regfile::ElfFile::read(line.text("elf"));
        if (!elf.ok()) return elf.status();
        bare = std::move(elf.value());
    }
    Result<regfile::LoadedProgram> program =
        regfile::load_profile(line.text("profile"), [&](uint64_t load_address) -> Result<regfile::Code> {
            if (bare) return regfile::Code(*bare);
            return code_of_program(line.text("elf"), load_address);
        });
    if (!program.ok()) return program.status();
    if (!bare && line.flag("measure-switch"))
        return Status::error(
            "--measure-switch runs the program, and this is a Linux one of 64 bits\nleave it out: migrations are "
            "predicted, or give their cost with --switch-cost");
    if (!bare && line.has("rewrite"))
        return Status::error(
            "--rewrite makes a program for the core, and this is a Linux one of 64 bits\nleave it out: --output "
            "writes "
            "its plan");
    if (line.flag("no-oracle") && line.has("qemu-log"))
        return Status::error("--qemu-log has no effect with --no-oracle\nleave one of them out");
    if (bare && line.has("qemu-log"))
        return Status::error("--qemu-log has no effect: the oracle runs the program\nleave it out");
    return Planned{.elf = std::move(bare), .program = std::move(program.value())};
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
    PlanReport(std::string elf, const regfile::Profile& profile, const regfile::MeasuredPlans& plans,
               std::optional<uint64_t> oracle, bool measured)
        : elf_(std::move(elf)), instructions_(static_cast<double>(profile.instructions)), oracle_(oracle) {
        for (const regfile::PlannedVariant& variant : plans.plans.variants) {
            Row row = start(variant.name, variant.track_steps);
            row.count("switches", variant.switches, "changes of the mode, the first from horizontal");
            row.count("recommendations", variant.table.size(), "addresses at which the mode may change");
            row.count("begin_track_steps", variant.begin_track_steps, "of them for a first change to vertical");
            row.count("migration_track_steps_predicted", variant.migration_track_steps,
                      "of its migrations, as predicted, from interrupt to return");
            if (measured && variant.name == "mincut") add_measured(row, plans);
            rows_.push_back(std::move(row));
        }
        if (oracle) rows_.push_back(start("oracle", *oracle));
    }

    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

   private:
    static void add_measured(Row& row, const regfile::MeasuredPlans& plans) {
        row.count("migration_track_steps_measured", plans.migrations.track_steps, "of its migrations, in a run");
        row.count("migrations_measured", plans.migrations.count, "in that run");
        row.count("migration_cycles_measured", plans.migrations.cycles, "cycles of them");
        row.figure("migration_scale", plans.scale, "measured over predicted, by which costs were multiplied");
    }
    Row start(const std::string& variant, uint64_t track_steps) {
        Row row;
        row.text("elf", elf_);
        row.text("variant", variant);
        row.count("track_steps", track_steps, "tracks moved by one domain");
        row.figure("track_steps_per_instruction", static_cast<double>(track_steps) / instructions_,
                   "track-steps an instruction");
        if (oracle_ && track_steps < *oracle_)
            row.none("oracle_gap_percent", "a static file does not pay for beginning vertical, the oracle does");
        else if (oracle_ && *oracle_ != 0)
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

/// The oracle, and how often the run that it is told of accesses each register.
struct CountedOracle {
    regfile::Oracle oracle;
    regfile::AccessGraph::ByRegister counts{};

    void operator()(uint64_t pc, std::span<const uint8_t> accesses) {
        for (const uint8_t reg : accesses) ++counts[reg];
        oracle(pc, accesses);
    }
    void pause() { oracle.pause(); }
};

Status stream(const CommandLine& line, const Planned& planned, CountedOracle& oracle) {
    Progress progress(0, planned.elf ? "instructions" : "blocks");
    // A run that is so much longer is another one.
    const uint64_t most = planned.elf ? planned.program.profile.profile.instructions : ~uint64_t{0};
    const auto advance = [&progress, most](uint64_t done) {
        progress.update(done);
        return !interrupted() && done / 2 <= most;
    };
    if (!planned.elf)
        return regfile::stream_qemu_accesses(line.text("qemu-log"), planned.program.code, advance, oracle);
    return regfile::stream_accesses(*planned.elf, {.console = {}, .advance = advance}, oracle);
}

/// What the oracle says of the profiled run. Errors: it is told of another one, of which nothing here would be true.
Result<uint64_t> ask_oracle(const CommandLine& line, const Planned& planned, const regfile::AccessGraph& graph,
                            const regfile::PlanResult& plans, const regfile::CostModel& model) {
    CountedOracle oracle{.oracle = {model, plans.least_change, plans.least_begin}};
    if (Status status = stream(line, planned, oracle); !status.ok()) return status;
    const regfile::AccessGraph::ByRegister profiled = graph.by_register();
    const auto sum = [](const regfile::AccessGraph::ByRegister& counts) {
        return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
    };
    const std::string remedy = fmt::format(
        "make the profile of this very {}, or add --no-oracle",
        planned.elf ? "program (an input that is linked in is part of it, and so is the time it looks at)" : "log");
    if (oracle.counts != profiled)
        return Status::error(
            fmt::format("{}: the profile is of another run: {} accesses to registers, the run for the "
                        "oracle has {}, and not of each register as many\n{}",
                        line.text("profile"), sum(profiled), sum(oracle.counts), remedy));
    const uint64_t planned_cost = plans.named("mincut_unlimited").track_steps;
    const regfile::BlockGraph& blocks = planned.program.profile.blocks;
    if (oracle.oracle.cost() <= planned_cost) return oracle.oracle.cost();
    if (graph.guessed + blocks.traps() + blocks.interrupts() == 0)
        return Status::error(
            fmt::format("{}: the profile is of another run: a plan for it costs {} track-steps, which "
                        "no plan for the run of the oracle can ({})\n{}",
                        line.text("profile"), planned_cost, oracle.oracle.cost(), remedy));
    print_note("what is approximate in the profile makes the best plan seem cheaper than the oracle");
    return oracle.oracle.cost();
}

/// Why the oracle is not asked; empty: it is.
std::string without_oracle(const CommandLine& line, const Planned& planned) {
    if (line.flag("no-oracle")) return "as asked";
    if (planned.program.profile.profile.partial) return "the profile is of a run that was stopped";
    if (planned.program.profile.profile.estimated) return "the profile is made of probabilities, so there is no run";
    if (!planned.elf && !line.has("qemu-log")) return "it needs the log of the run: add --qemu-log FILE";
    return {};
}

Result<regfile::MeasuredPlans> make_plans(const CommandLine& line, const Planned& planned,
                                          const regfile::AccessGraph& graph, const regfile::PlanRequest& request) {
    const regfile::Code& code = planned.program.code;
    if (!line.flag("measure-switch"))
        return regfile::MeasuredPlans{.plans = regfile::make_plans(graph, code, request), .migrations = {}};
    const Result<uint64_t> max_cycles = line.number("max-cycles", 1, kMaxCycles);
    if (!max_cycles.ok()) return max_cycles.status();
    Progress progress(0, "cycles");
    return regfile::make_measured_plans(*planned.elf, graph, code, request,
                                        {.max_cycles = max_cycles.value(), .advance = [&progress](uint64_t cycles) {
                                             progress.update(cycles);
                                             return !interrupted();
                                         }});
}

void warn(const regfile::MeasuredPlans& plans, const regfile::AccessGraph& graph, const Planned& planned) {
    const regfile::Profile& profile = planned.program.profile.profile;
    if (!plans.plans.warning.empty()) print_note(plans.plans.warning);
    if (graph.guessed != 0)
        print_note(
            fmt::format("{} passages through blocks without accesses were divided in proportion", graph.guessed));
    if (profile.partial)
        print_note(
            fmt::format("the profile is of a run that was stopped after {} instructions: costs are those of that "
                        "part, and the plan knows nothing of the rest",
                        profile.instructions));
    if (profile.estimated) print_note("the profile is made of probabilities: costs are expected ones");
    if (!profile.entries.empty() && !profile.estimated)
        print_note(
            "the run left the file's code and came back: heads are taken to be at rest then, the mode to be "
            "horizontal");
}

}  // namespace

int rf_plan(const Call& call) {
    CommandLine line = make_line();
    Command command(line, call);
    if (command.done()) return command.exit_code();
    if (!line.has("elf"))
        return command.fail(Status::error("no program is given\nexpected skytrack rf plan ELF --profile FILE"));
    if (Status status = check_keys(command.config(), kUsedKeys); !status.ok()) return command.fail(status);
    Result<regfile::PlanRequest> request = read_request(line, command.config());
    if (!request.ok()) return command.fail(request.status());
    const Result<Planned> planned = load(line);
    if (!planned.ok()) return command.fail(planned.status());
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);
    for (const std::string& sentence : other_keys(command.config(), kUsedKeys)) print_note(sentence);
    if (line.given("seed")) print_note(kNothingDrawn);

    const regfile::Code& code = planned.value().program.code;
    const auto graph = regfile::AccessGraph::make(planned.value().program.profile.blocks);
    request.value().model = regfile::CostModel::of({.kind = model::rf::Kind::kDynamic, .width = code.width()},
                                                   {.rewind = request.value().rewind});
    const Result<regfile::MeasuredPlans> plans = make_plans(line, planned.value(), graph, request.value());
    if (interrupted()) return kInterrupted;
    if (!plans.ok()) return command.fail(plans.status());
    warn(plans.value(), graph, planned.value());
    std::optional<uint64_t> bound;
    if (const std::string why = without_oracle(line, planned.value()); why.empty()) {
        const Result<uint64_t> asked =
            ask_oracle(line, planned.value(), graph, plans.value().plans, request.value().model);
        if (interrupted()) return kInterrupted;
        if (!asked.ok()) return command.fail(asked.status());
        bound = asked.value();
    } else if (!line.flag("no-oracle")) {
        print_note("the oracle is not asked: " + why);
    }
    if (line.has("output"))
        if (Status status = regfile::save_plan(line.text("output"), line.text("elf"), line.text("profile"),
                                               plans.value().plans, code);
            !status.ok())
            return command.fail(status);
    if (planned.value().elf)
        if (Status status = rewrite(line, *planned.value().elf, plans.value().plans); !status.ok())
            return command.fail(status);
    Report report = command.report();
    report.rows = PlanReport(line.text("elf"), planned.value().program.profile.profile, plans.value(), bound,
                             line.flag("measure-switch"))
                      .rows();
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    return kDone;
}

}  // namespace sky::cli
