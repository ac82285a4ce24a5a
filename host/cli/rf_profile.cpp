#include <fmt/format.h>

#include "host/cli/command.hpp"
#include "host/cli/rf_config.hpp"
#include "host/cli/rf_profile_source.hpp"
#include "host/cli/terminal.hpp"
#include "host/regfile/access_graph.hpp"
#include "host/regfile/block_graph.hpp"
#include "host/regfile/chances_file.hpp"
#include "host/regfile/profile_file.hpp"

namespace sky::cli {

namespace {

CommandLine make_line() {
    CommandLine line(
        {.name = "rf profile",
         .synopsis = "skytrack rf profile ELF [options]",
         .about =
             "How often each block of a program and each edge between them is executed: of a bare-metal RV32IMC\n"
             "program by running it, an instruction a cycle on the model, or on the RTL; of a Linux program for "
             "RV64\n"
             "from the log of its run on qemu-riscv64; of either from probabilities alone. From the profile rf plan\n"
             "knows what the run costs on a racetrack register file, to the track-step.",
         .examples = "  skytrack rf profile build/release/sw/sha256-train-full.elf --output sha256.profile.json\n"
                     "  skytrack rf plan build/release/sw/sha256-train-full.elf --profile sha256.profile.json\n"
                     "  skytrack rf profile build/release/sw/sha256-train-small.elf --backend rtl\n"
                     "  qemu-riscv64 -d exec,nochain -D run.log program && skytrack rf profile program --qemu-log "
                     "run.log\n"
                     "  skytrack rf profile build/release/sw/crc32-train-full.elf --probabilities uniform\n",
         .backends = {"fast", "rtl"},
         .backend_help = "where the program runs, fast or rtl: the same profile, unless it looks at the time"});
    line.add_positional("elf");
    line.add_option("output", "FILE", "write the profile there, as JSON");
    line.add_option("write-probabilities", "FILE",
                    "write how often branches and jumps went where, as --probabilities reads it");
    add_profile_sources(line);
    return line;
}

Row row_of(const std::string& elf, const SourcedProfile& made, const regfile::BlockGraph& blocks,
           const regfile::AccessGraph& accesses) {
    const uint64_t instructions = made.profile.instructions;
    Row row;
    row.text("elf", elf);
    row.text("source", made.source);
    row.count("instructions", instructions, "retired");
    row.count("runs", made.profile.runs, "whose counts these are together");
    row.count("blocks", boost::num_vertices(blocks.graph()), "executed");
    row.count("edges", boost::num_edges(blocks.graph()), "between them");
    row.count("transfers", made.profile.transfers.size(), "departures from straight code, of different kinds");
    row.count("accesses", accesses.accesses(), "registers read or written");
    row.figure("accesses_per_instruction",
               instructions == 0 ? 0 : static_cast<double>(accesses.accesses()) / static_cast<double>(instructions),
               "accesses an instruction");
    row.count("traps", blocks.traps(), "exceptions");
    row.count("interrupts", blocks.interrupts(), "taken, or signals");
    row.count("guessed", accesses.guessed, "passages whose edge is not known");
    for (const NamedCount& one : made.counts) row.count(one.name, one.value, one.unit);
    if (made.exit_code)
        row.count("exit_code", *made.exit_code, "of the program");
    else
        row.none("exit_code", "the program was not run");
    return row;
}

void warn(const SourcedProfile& made, const regfile::BlockGraph& blocks) {
    if (blocks.traps() + blocks.interrupts() != 0)
        print_note(fmt::format("the run took {} traps and {} interrupts: around them the accesses are approximate",
                               blocks.traps(), blocks.interrupts()));
    for (const std::string& note : made.notes) print_note(note);
    if (made.stopped)
        print_note(
            "the run was stopped: the profile is marked as partial, probabilities are not written\nthe same command "
            "starts again from the beginning");
}

Status write_files(const CommandLine& line, const SourcedProfile& made, const regfile::BlockGraph& blocks) {
    if (line.has("output"))
        if (Status status = regfile::save_profile(line.text("output"), made.profile, blocks, made.code); !status.ok())
            return status;
    if (!line.has("write-probabilities") || made.stopped) return {};
    return regfile::save_chances(line.text("write-probabilities"), regfile::chances_of(blocks, made.profile),
                                 made.code);
}

}  // namespace

int rf_profile(const Call& call) {
    CommandLine line = make_line();
    Command command(line, call);
    if (command.done()) return command.exit_code();
    if (!line.has("elf")) return command.fail(Status::error("no program is given\nexpected skytrack rf profile ELF"));
    if (Status status = check_keys(command.config(), {}); !status.ok()) return command.fail(status);
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);
    for (const std::string& sentence : other_keys(command.config(), {})) print_note(sentence);
    if (line.given("seed")) print_note(kNothingDrawn);
    const Result<SourcedProfile> made = profile_from_source(line, command);
    if (!made.ok() && interrupted()) {
        print_note("interrupted; there are no results");
        return kInterrupted;
    }
    if (!made.ok()) return command.fail(made.status());
    const SourcedProfile& profile = made.value();
    const Result<regfile::BlockGraph> blocks = regfile::BlockGraph::make(profile.code, profile.profile);
    if (!blocks.ok()) return command.fail(blocks.status());
    if (Status status = write_files(line, profile, blocks.value()); !status.ok()) return command.fail(status);
    Report report = command.report();
    report.interrupted = profile.stopped;
    report.rows.push_back(
        row_of(line.text("elf"), profile, blocks.value(), regfile::AccessGraph::make(blocks.value())));
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    warn(profile, blocks.value());
    return profile.stopped ? kInterrupted : kDone;
}

}  // namespace sky::cli
