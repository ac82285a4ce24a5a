#include <fmt/format.h>

#include <cstdio>

#include "host/cli/command.hpp"
#include "host/cli/terminal.hpp"
#include "host/regfile/access_graph.hpp"
#include "host/regfile/profile_file.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxInstructions = uint64_t{1} << 62;

CommandLine make_line() {
    CommandLine line(
        {.name = "rf profile",
         .synopsis = "skytrack rf profile ELF [options]",
         .about =
             "Runs a bare-metal RV32IMC program on the instruction-set model, an instruction a cycle, and counts\n"
             "how often each of its blocks and each edge between them was executed. From the profile rf plan\n"
             "knows what the run costs on a racetrack register file, to the track-step.",
         .examples = "  skytrack rf profile build/release/sw/sha256-train-full.elf --output sha256.profile.json\n"
                     "  skytrack rf plan build/release/sw/sha256-train-full.elf --profile sha256.profile.json\n"});
    line.add_positional("elf");
    line.add_option("output", "FILE", "write the profile there, as JSON");
    line.add_option("max-instructions", "N", "give the program up after so many instructions", "10000000000");
    return line;
}

Row row_of(const std::string& elf, const regfile::ProfileRun& run, const regfile::BlockGraph& blocks,
           const regfile::AccessGraph& accesses) {
    const uint64_t instructions = run.profile.instructions;
    Row row;
    row.text("elf", elf);
    row.count("instructions", instructions, "retired");
    row.count("blocks", boost::num_vertices(blocks.graph()), "executed");
    row.count("edges", boost::num_edges(blocks.graph()), "between them");
    row.count("transfers", run.profile.transfers.size(), "departures from straight code, of different kinds");
    row.count("accesses", accesses.accesses(), "registers read or written");
    row.figure("accesses_per_instruction",
               instructions == 0 ? 0 : static_cast<double>(accesses.accesses()) / static_cast<double>(instructions),
               "accesses an instruction");
    row.count("traps", blocks.traps(), "exceptions");
    row.count("interrupts", blocks.interrupts(), "taken");
    row.count("guessed", accesses.guessed, "passages whose edge is not known");
    row.count("exit_code", run.exit_code, "of the program");
    return row;
}

void warn(const regfile::ProfileRun& run, const regfile::BlockGraph& blocks) {
    if (blocks.traps() + blocks.interrupts() != 0)
        print_note(fmt::format("the run took {} traps and {} interrupts: around them the accesses are approximate",
                               blocks.traps(), blocks.interrupts()));
    if (run.exit_code != 0) print_note(fmt::format("the program ended with exit code {}", run.exit_code));
}

}  // namespace

int rf_profile(const Call& call) {
    CommandLine line = make_line();
    Command command(line, call);
    if (command.done()) return command.exit_code();
    if (!line.has("elf")) return command.fail(Status::error("no program is given\nexpected skytrack rf profile ELF"));
    const Result<uint64_t> most = line.number("max-instructions", 1, kMaxInstructions);
    if (!most.ok()) return command.fail(most.status());
    const Result<regfile::ElfFile> elf = regfile::ElfFile::read(line.text("elf"));
    if (!elf.ok()) return command.fail(elf.status());
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);

    Result<regfile::ProfileRun> ran = Status::error("");
    {
        Progress progress(0, "instructions");
        ran = regfile::profile_program(elf.value(), {.max_instructions = most.value(),
                                                     .console = [](char c) { std::fputc(c, stderr); },
                                                     .advance =
                                                         [&progress](uint64_t instructions) {
                                                             progress.update(instructions);
                                                             return !interrupted();
                                                         }});
    }
    if (!ran.ok()) return command.fail(ran.status());
    const regfile::ProfileRun& run = ran.value();
    const regfile::Code code(elf.value());
    const Result<regfile::BlockGraph> blocks = regfile::BlockGraph::make(code, run.profile);
    if (!blocks.ok()) return command.fail(blocks.status());
    if (line.has("output"))
        if (Status status = regfile::save_profile(line.text("output"), run.profile, blocks.value(), code);
            !status.ok())
            return command.fail(status);
    Report report = command.report();
    report.interrupted = run.stopped;
    report.rows.push_back(row_of(line.text("elf"), run, blocks.value(), regfile::AccessGraph::make(blocks.value())));
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    warn(run, blocks.value());
    return run.stopped ? kInterrupted : kDone;
}

}  // namespace sky::cli
