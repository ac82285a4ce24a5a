#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "host/cli/command.hpp"
#include "host/cli/rf_config.hpp"
#include "host/cli/rf_plan_option.hpp"
#include "host/cli/terminal.hpp"
#include "host/regfile/placement_file.hpp"
#include "host/regfile/program_run.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxCycles = uint64_t{1} << 62;

CommandHelp help() {
    return {
        .name = "rf run",
        .synopsis = "skytrack rf run ELF [options]",
        .about =
            "Runs a bare-metal RV32IMC program on a core whose registers lie in racetrack memory, from reset\n"
            "to its end, and counts what its register file did. The command ends with the program's exit code.\n"
            "scripts/rvcc makes such programs of C; sw/README.md has the memory map.",
        .examples =
            "  scripts/rvcc hello.c -O2 -o hello.elf && skytrack rf run hello.elf\n"
            "  skytrack rf run build/release/sw/sha256-train-small.elf --regfile vertical\n"
            "  skytrack rf run build/release/sw/sort-test-full.elf --regfile banked --banks 8 --preshift true\n"
            "  skytrack rf run build/release/sw/crc32-train-small.elf --backend rtl --json\n"
            "  skytrack rf run build/release/sw/crc32-train-small.elf --config rtsim_destiny\n",
        .backends = {"fast", "rtl"},
        .backend_help =
            "fast or rtl: the same answers, counters and cycles, if code that is written over is "
            "executed behind a fence.i only",
        .exit_codes =
            "the program's own (128 + cause after a trap that nobody handles); 124 when it did not end,\n"
            "or was stopped by Ctrl-C, SIGTERM or SIGHUP; 2 bad usage or input, with nothing on standard output.\n"
            "A program may end with 124 or 2, too: `ended` in the row is exit or trap then. Else it is max_cycles,\n"
            "trap_loop, asleep, interrupted, overwritten (what --plan put there) or plan_broken (the program uses "
            "what\n"
            "the plan needs for itself), and exit_code is null."};
}

void add_options(CommandLine& line) {
    line.add_positional("elf");
    line.add_shorthand("regfile", "KIND", "regfile.kind",
                       "ff, horizontal, vertical, vertical_rewind, dynamic, banked or dual; dynamic and dual are "
                       "horizontal until the program switches");
    line.add_shorthand("banks", "N", "regfile.banks", "banks of a banked file: 2, 4 or 8");
    line.add_shorthand("ports", "N", "regfile.ports",
                       "access ports of a track: 1, 2, 4 or 8; on rtl more than one only of a dynamic file");
    line.add_shorthand("operand-buffer", "K", "regfile.operand_buffer", "entries in front of the array: 0 to 4");
    line.add_shorthand("preshift", "BOOL", "regfile.preshift", "idle heads move towards the operands that are known");
    line.add_option("max-cycles", "N",
                    "give the program up after so many cycles; fast ends the instruction that is under way",
                    "1000000000");
    line.add_option("placement", "FILE", "of rf place: where each register lies in a horizontal or banked file");
    PlanOption::add_to(line);
}

/// Puts the placement into the run, if one is given.
Status place(const CommandLine& line, regfile::RunConfig& run) {
    if (!line.has("placement")) return {};
    if (run.shape.kind != model::rf::Kind::kHorizontal)
        return Status::error("--placement is for registers across all tracks\nadd --regfile horizontal or banked");
    if (run.backend != regfile::Backend::kFast)
        return Status::error(
            "--placement is set before the run, which only the model allows; on the RTL a program loads it itself, "
            "by "
            "rfplace\nuse --backend fast");
    const Result<regfile::Placement> placement = regfile::load_placement(line.text("placement"));
    if (!placement.ok()) return placement.status();
    run.placement = placement.value();
    return {};
}

Result<regfile::RunConfig> read_run_config(const CommandLine& line, const Command& command) {
    const Config& config = command.config();
    if (Status status = check_register_file(config); !status.ok()) return status;
    const Result<uint64_t> max_cycles = line.number("max-cycles", 1, kMaxCycles);
    if (!max_cycles.ok()) return max_cycles.status();
    if (line.given("banks") && config.text("regfile.kind") != "banked")
        return Status::error(
            fmt::format("--banks is given, and a {} register file has one bank\nchoose --regfile banked",
                        config.text("regfile.kind")));
    return regfile::RunConfig{.shape = register_file_shape(config),
                              .options = register_file_options(config),
                              .faults = config.faults("regfile"),
                              .backend = command.common().backend == memory::Backend::kRtl ? regfile::Backend::kRtl
                                                                                           : regfile::Backend::kFast,
                              .max_cycles = max_cycles.value(),
                              .console = {},
                              .advance = {}};
}

double to_pj(uint64_t fj) { return static_cast<double>(fj) / 1000; }

double ratio(uint64_t a, uint64_t b) { return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b); }

/// The same counts at the prices of every shipped preset.
Status add_presets(Row& row, const regfile::RunConfig& run, const regfile::RunResult& result) {
    const bool sram = run.shape.kind == model::rf::Kind::kFlipFlop;
    const std::span<const char* const> names = sram ? std::span<const char* const>(kSramPresets) : kTrackPresets;
    for (const char* name : names) {
        const Result<regfile::Energies> energies = preset_energies(name);
        if (!energies.ok()) return energies.status();
        const uint64_t fj =
            regfile::energy_of(run.shape, result.registers, result.cycles, energies.value()).total_fj();
        row.figure(fmt::format("energy_pj_{}", name), to_pj(fj), fmt::format("pJ with preset {}", name));
    }
    return {};
}

Row row_of(const std::string& elf, const Command& command, const regfile::RunConfig& run,
           const regfile::RunResult& result) {
    const model::rf::Counters& counters = result.registers;
    const regfile::EnergySplit energy =
        regfile::energy_of(run.shape, counters, result.cycles, register_file_energies(command.config()));
    Row row;
    row.text("elf", elf);
    row.text("regfile", command.config().text("regfile.kind"));
    row.count("banks", run.shape.banks, "banks");
    row.count("ports", run.shape.ports, "access ports of a track");
    row.count("operand_buffer", run.shape.buffer, "entries");
    row.text("backend", regfile::to_string(run.backend));
    row.count("instructions", result.instructions, "retired");
    row.count("cycles", result.cycles, "cycles of the core");
    row.figure("cpi", ratio(result.cycles, result.instructions), "cycles an instruction");
    for (uint32_t i = 0; i < model::rf::kCounters; ++i) {
        const auto counter = static_cast<model::rf::Counter>(i);
        row.count(info(counter).name, of(counters, counter), info(counter).unit);
    }
    row.figure("energy_pj", to_pj(energy.total_fj()), "pJ of the register file, at the configured prices");
    row.figure("shift_pj", to_pj(energy.shift_fj), "pJ of it for steps");
    row.figure("read_pj", to_pj(energy.read_fj), "pJ of it for reads and position checks");
    row.figure("write_pj", to_pj(energy.write_fj), "pJ of it for writes");
    row.figure("leakage_pj", to_pj(energy.leakage_fj), "pJ of it for leakage");
    row.count("skrm_energy_fj", result.skrm[model::Counter::kEnergyFj], "fJ of the SK-RM memory");
    row.text("ended", regfile::to_string(result.end));
    if (result.exit_code)
        row.count("exit_code", *result.exit_code, "of the program");
    else
        row.none("exit_code", "the program did not end");
    return row;
}

int conclude(const regfile::RunConfig& run, const regfile::RunResult& result) {
    using model::rf::Kind;
    if (result.machine_check)
        print_note("a track of the register file was found two domains off: a machine check was raised");
    if ((run.shape.kind == Kind::kDynamic || run.shape.kind == Kind::kDual) &&
        of(result.registers, model::rf::Counter::kSwitches) == 0)
        print_note(
            "the program never switched the mode, so its registers lay as in a horizontal file\n"
            "a plan switches (rf plan, --plan FILE), and a program can: sw/rf/README.md");
    if (result.end == regfile::End::kInterrupted)
        print_note(
            fmt::format("interrupted after {} of at most {} cycles; the results are those of the finished part\n"
                        "the same command starts again from the beginning",
                        result.cycles, run.max_cycles));
    else if (!result.message.empty())
        print_error(result.message);
    return result.exit_code ? *result.exit_code : kNotEnded;
}

/// Takes what the program prints; what follows begins a new line.
class Console {
   public:
    explicit Console(std::FILE* to) : to_(to) {}
    void put(char c) {
        std::fputc(c, to_);
        last_ = c;
    }
    void end() {
        if (last_ != '\n') put('\n');
        std::fflush(to_);
    }

   private:
    std::FILE* to_;
    char last_ = '\n';
};

}  // namespace

int rf_run(const Call& call) {
    CommandLine line(help());
    add_options(line);
    Command command(line, call);
    if (command.done()) return command.exit_code();
    if (!line.has("elf"))
        return command.fail(
            Status::error("no program is given\nexpected skytrack rf run ELF; scripts/rvcc makes one"));
    Result<regfile::RunConfig> read = read_run_config(line, command);
    if (!read.ok()) return command.fail(read.status());
    regfile::RunConfig& run = read.value();
    Result<regfile::ElfFile> elf = regfile::ElfFile::read(line.text("elf"));
    if (!elf.ok()) return command.fail(elf.status());
    if (Status status = place(line, run); !status.ok()) return command.fail(status);
    PlanOption plan;
    if (Status status = plan.apply(line, elf.value(), run); !status.ok()) return command.fail(status);
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);
    for (const std::string& sentence : without_effect(command.config())) print_note(sentence);
    if (line.given("seed"))
        print_note("--seed: without effect: a run draws nothing but slips, and these from regfile.slip_seed");

    // One JSON object is all that may stand on standard output then.
    Console console(command.common().json ? stderr : stdout);
    run.console = [&console](char c) { console.put(c); };
    Result<regfile::RunResult> ran = Status::error("");
    {
        Progress progress(0, "cycles");
        run.advance = [&](uint64_t cycles) {
            progress.update(cycles);
            return !interrupted();
        };
        ran = regfile::run_program(elf.value(), run);
    }
    console.end();
    if (!ran.ok()) return command.fail(ran.status());
    const regfile::RunResult& result = ran.value();

    Report report = command.report();
    report.interrupted = result.end == regfile::End::kInterrupted;
    report.rows.push_back(row_of(line.text("elf"), command, run, result));
    report.statistics = regfile::statistics(result, run.backend);
    plan.add_figures(report.rows.back(), result);
    if (Status status = add_presets(report.rows.back(), run, result); !status.ok()) return command.fail(status);
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    PlanOption::tell(result);
    return conclude(run, result);
}

}  // namespace sky::cli
