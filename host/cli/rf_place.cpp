#include <fmt/format.h>

#include "host/cli/command.hpp"
#include "host/cli/rf_config.hpp"
#include "host/cli/rf_profile_source.hpp"
#include "host/cli/terminal.hpp"
#include "host/regfile/access_graph.hpp"
#include "host/regfile/bank_training.hpp"
#include "host/regfile/placement_file.hpp"
#include "host/regfile/placement_search.hpp"
#include "host/regfile/profile_file.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxInstructions = uint64_t{1} << 62;
const std::vector<std::string> kBanks{"1", "2", "4", "8"};

CommandLine make_line() {
    CommandLine line(
        {.name = "rf place",
         .synopsis =
             "skytrack rf place ELF --profile FILE [options]\n       skytrack rf place ELF... --banks N [options]",
         .about =
             "Where each register should lie. In a horizontal array of one bank, for one program and its profile: "
             "the\n"
             "placement with the fewest steps that simulated annealing and then exchanges of two registers find; "
             "steps\n"
             "are exact for the profiled run. In 2, 4 or 8 banks, for all programs named together, each counted by "
             "its\n"
             "steps an instruction: learned from samples of their runs, from which the steps are estimated, too.\n"
             "Steps are those of one port, operands in program order, no forwarding, no operand buffer.",
         .examples = "  skytrack rf place sha256.elf --profile sha256.profile.json --output sha256.placement.json\n"
                     "  skytrack rf run sha256.elf --regfile horizontal --placement sha256.placement.json\n"
                     "  skytrack rf place fir.elf sort.elf --banks 4 --output banks4.json\n"
                     "  skytrack rf run sha256.elf --regfile banked --banks 4 --placement banks4.json\n",
         .backends = {"fast"},
         .backend_help = "fast: programs run on the model, of one bank none does"});
    line.add_positionals("elfs");
    line.add_option("profile", "FILE", "of the one program, made by rf profile");
    line.add_option("banks", "N", "1, 2, 4 or 8", "1");
    line.add_option("max-instructions", "N", "with banks: give a program up after so many instructions",
                    "10000000000");
    line.add_option("output", "FILE", "write the placement there, as JSON");
    return line;
}

Row row_of(const std::string& programs, const std::string& name, const regfile::Placement& placement) {
    Row row;
    row.text("elf", programs);
    row.text("placement", name);
    row.text("positions", fmt::format("{}", fmt::join(placement, " ")));
    return row;
}

/// A placement for the programs, and the rows that say so.
struct Placed {
    regfile::Placement found{};
    std::vector<Row> rows{};
};

Result<Placed> place_in_one_bank(const CommandLine& line, uint64_t seed) {
    const std::string elf = line.texts("elfs").front();
    const Result<regfile::LoadedProgram> program = regfile::load_profile(
        line.text("profile"), [&elf](uint64_t load_address) { return code_of_program(elf, load_address); });
    if (!program.ok()) return program.status();
    const regfile::Profile& profile = program.value().profile.profile;
    if (profile.partial)
        print_note("the profile is of a run that was stopped: the placement knows nothing of the rest");
    regfile::Neighbourhood neighbourhood;
    neighbourhood.add(regfile::AccessGraph::make(program.value().profile.blocks));
    Placed out{.found = regfile::find_placement(neighbourhood, seed)};
    for (const auto& [name, placement] :
         {std::pair{"identity", regfile::identity_placement()}, std::pair{"found", out.found}}) {
        const double steps = neighbourhood.steps(placement);
        Row row = row_of(elf, name, placement);
        row.count("steps", static_cast<uint64_t>(steps), "of the head");
        row.count("track_steps", static_cast<uint64_t>(steps) * program.value().code.width(),
                  "tracks moved by one domain");
        row.figure("steps_per_instruction",
                   profile.instructions == 0 ? 0 : steps / static_cast<double>(profile.instructions),
                   "steps an instruction");
        out.rows.push_back(std::move(row));
    }
    return out;
}

Result<Placed> place_in_banks(const CommandLine& line, uint32_t banks, uint64_t seed) {
    const Result<uint64_t> most = line.number("max-instructions", 1, kMaxInstructions);
    if (!most.ok()) return most.status();
    const std::vector<std::string> paths = line.texts("elfs");
    std::vector<regfile::BankSample> samples;
    for (const std::string& path : paths) {
        const Result<regfile::ElfFile> elf = regfile::ElfFile::read(path);
        if (!elf.ok()) return elf.status();
        Progress progress(0, "instructions");
        Result<regfile::BankSample> sample = regfile::bank_sample(elf.value(), most.value(), [&](uint64_t done) {
            progress.update(done);
            return !interrupted();
        });
        if (!sample.ok()) return sample.status();
        if (interrupted()) return Status::error("interrupted");
        samples.push_back(std::move(sample.value()));
    }
    std::vector<regfile::WeightedAccesses> weighted;
    weighted.reserve(samples.size());
    for (const regfile::BankSample& sample : samples) weighted.push_back(sample.weighted());
    Placed out{.found = regfile::find_bank_placement(weighted, banks, seed)};
    for (const auto& [name, placement] :
         {std::pair{"identity", regfile::identity_placement()}, std::pair{"found", out.found}}) {
        Row row = row_of(fmt::format("{}", fmt::join(paths, " ")), name, placement);
        row.count("banks", banks, "banks");
        row.figure("steps_per_instruction",
                   regfile::bank_steps(weighted, placement, banks) / static_cast<double>(samples.size()),
                   "steps of all heads an instruction, mean of the programs, estimated");
        out.rows.push_back(std::move(row));
    }
    return out;
}

Status check_options(const CommandLine& line, bool banked) {
    const size_t programs = line.texts("elfs").size();
    if (programs == 0)
        return Status::error(
            "no program is given\nexpected skytrack rf place ELF --profile FILE, or ELF... --banks N");
    if (banked && line.has("profile"))
        return Status::error(
            "--profile has no effect: maps of banks are learned from runs\nleave it out, or leave out --banks");
    if (banked) return {};
    if (line.given("max-instructions"))
        return Status::error("--max-instructions has no effect without --banks: nothing runs\nleave it out");
    if (programs > 1)
        return Status::error("a placement in one bank is for one program\nname one, or add --banks 2, 4 or 8");
    if (!line.has("profile"))
        return Status::error(
            "no profile is given\nmake one: skytrack rf profile ELF --output FILE, and add --profile FILE");
    return {};
}

}  // namespace

int rf_place(const Call& call) {
    CommandLine line = make_line();
    Command command(line, call);
    if (command.done()) return command.exit_code();
    const Result<std::string> banks = line.choice("banks", kBanks);
    if (!banks.ok()) return command.fail(banks.status());
    const bool banked = banks.value() != "1";
    if (Status status = check_options(line, banked); !status.ok()) return command.fail(status);
    if (Status status = check_keys(command.config(), {}); !status.ok()) return command.fail(status);
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);
    for (const std::string& sentence : other_keys(command.config(), {})) print_note(sentence);
    const uint64_t seed = command.common().seed;
    Result<Placed> placed = banked ? place_in_banks(line, static_cast<uint32_t>(std::stoul(banks.value())), seed)
                                   : place_in_one_bank(line, seed);
    if (interrupted()) return kInterrupted;
    if (!placed.ok()) return command.fail(placed.status());
    if (line.has("output"))
        if (Status status = regfile::save_placement(
                line.text("output"), fmt::format("{}", fmt::join(line.texts("elfs"), " ")), placed.value().found);
            !status.ok())
            return command.fail(status);
    Report report = command.report();
    report.rows = std::move(placed.value().rows);
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    return kDone;
}

}  // namespace sky::cli
