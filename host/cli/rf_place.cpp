#include <fmt/format.h>

#include "host/cli/command.hpp"
#include "host/cli/rf_profile_source.hpp"
#include "host/cli/terminal.hpp"
#include "host/regfile/access_graph.hpp"
#include "host/regfile/placement_file.hpp"
#include "host/regfile/placement_search.hpp"
#include "host/regfile/profile_file.hpp"

namespace sky::cli {

namespace {

CommandLine make_line() {
    CommandLine line(
        {.name = "rf place",
         .synopsis = "skytrack rf place ELF --profile FILE [options]",
         .about =
             "Where each register should lie in a horizontal array of one bank, for this program: the placement "
             "with\n"
             "the fewest steps that simulated annealing and then exchanges of two registers find. Steps are those "
             "of\n"
             "one port, operands in program order, no forwarding, no operand buffer: exact for the profiled run.",
         .examples = "  skytrack rf place sha256.elf --profile sha256.profile.json --output sha256.placement.json\n"
                     "  skytrack rf run sha256.elf --regfile horizontal --placement sha256.placement.json\n",
         .backends = {"fast"},
         .backend_help = "fast: nothing runs"});
    line.add_positional("elf");
    line.add_option("profile", "FILE", "of this program, made by rf profile");
    line.add_option("output", "FILE", "write the placement there, as JSON");
    return line;
}

Row row_of(const std::string& elf, const std::string& name, const regfile::Neighbourhood& neighbourhood,
           const regfile::Placement& placement, const regfile::LoadedProgram& program) {
    const double steps = neighbourhood.steps(placement);
    const auto instructions = static_cast<double>(program.profile.profile.instructions);
    Row row;
    row.text("elf", elf);
    row.text("placement", name);
    row.count("steps", static_cast<uint64_t>(steps), "of the head");
    row.count("track_steps", static_cast<uint64_t>(steps) * program.code.width(), "tracks moved by one domain");
    row.figure("steps_per_instruction", instructions == 0 ? 0 : steps / instructions, "steps an instruction");
    row.text("positions", fmt::format("{}", fmt::join(placement, " ")));
    return row;
}

}  // namespace

int rf_place(const Call& call) {
    CommandLine line = make_line();
    Command command(line, call);
    if (command.done()) return command.exit_code();
    if (!line.has("elf") || !line.has("profile"))
        return command.fail(
            Status::error("no program or no profile is given\nmake one: skytrack rf profile ELF "
                          "--output FILE, and add --profile FILE"));
    const Result<regfile::LoadedProgram> program = regfile::load_profile(
        line.text("profile"),
        [&line](uint64_t load_address) { return code_of_program(line.text("elf"), load_address); });
    if (!program.ok()) return command.fail(program.status());
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);
    regfile::Neighbourhood neighbourhood;
    neighbourhood.add(regfile::AccessGraph::make(program.value().profile.blocks));
    const regfile::Placement found = regfile::find_placement(neighbourhood, command.common().seed);
    if (line.has("output"))
        if (Status status = regfile::save_placement(line.text("output"), line.text("elf"), found); !status.ok())
            return command.fail(status);
    Report report = command.report();
    for (const auto& [name, placement] :
         {std::pair{"identity", regfile::identity_placement()}, std::pair{"found", found}})
        report.rows.push_back(row_of(line.text("elf"), name, neighbourhood, placement, program.value()));
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    return kDone;
}

}  // namespace sky::cli
