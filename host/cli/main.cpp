#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "host/cli/command.hpp"
#include "host/cli/shell.hpp"
#include "host/cli/terminal.hpp"
#include "host/memory/nearest.hpp"
#include "host/memory/printable.hpp"

namespace sky::cli {

namespace {

struct Subcommand {
    const char* group;
    const char* name;       // empty: the group is one command
    const char* arguments;  // of the example
    const char* about;
    int (*run)(const Call& call);
};

constexpr Subcommand kSubcommands[] = {
    {"mem", "replay", "trace.txt.gz", "run a recorded trace on the memory", mem_replay},
    {"mem", "bench", "--json", "random reads and writes on the memory", mem_bench},
    {"mem", "sweep", "sweep.toml", "a grid of mem bench runs, on all cores", mem_sweep},
    {"kv", "load", "store", "make a store in a folder and insert records, or go on with it", kv_load},
    {"kv", "run", "store --workload a", "a YCSB workload or a trace on a store", kv_run},
    {"kv", "dump", "store", "every entry of a store, sorted", kv_dump},
    {"kv", "verify", "store", "whether a store is sound", kv_verify},
    {"kv", "bench", "--json", "an ordered index under a YCSB workload", kv_bench},
    {"rf", "run", "hello.elf", "a RISC-V program on the racetrack register file", rf_run},
    {"rf", "profile", "hello.elf --output hello.profile.json", "how often each block of a program runs", rf_profile},
    {"rf", "plan", "hello.elf --profile hello.profile.json", "where a program should change the mode", rf_plan},
    {"rf", "place", "hello.elf --profile hello.profile.json", "where each register should lie", rf_place},
    {"rf", "compare", "--json", "every register file under every kernel, trained and tested", rf_compare},
    {"offload", "plan", "--model llama-3.1-8b", "what fine-tuning with SSD offloading takes of memory and SSD",
     offload_plan},
    {"offload", "train", "--config-preset tiny --text FILE",
     "fine-tuning in memory or on an SSD, with the same numbers", offload_train},
    {"offload", "bench-pool", "--model gpt2",
     "a training step through a pool with slots by size, and with equal ones", offload_bench_pool},
    {"offload", "bench-adam", "--json", "steps of the optimizer in memory and on a disk, beside their bounds",
     offload_bench_adam},
    {"offload", "bench-check", "--json", "the check for overflow beside what it replaces", offload_bench_check},
    {"offload", "bench-io", "--folder /mnt/nvme", "the direct store beside fio and a file per tensor",
     offload_bench_io},
    {"wave", "", "controller", "a named scenario of the RTL as a waveform", wave},
};

/// Names of the groups, or of the subcommands of one group.
std::vector<std::string> names_in(const std::string& group) {
    std::vector<std::string> names;
    for (const Subcommand& s : kSubcommands) {
        if (group.empty() && (names.empty() || names.back() != s.group)) names.emplace_back(s.group);
        if (group == s.group) names.emplace_back(s.name);
    }
    return names;
}

CommandHelp help_for(const std::string& group) {
    std::string about = "Skytrack, a laboratory for racetrack memory. Commands:\n";
    std::string examples;
    std::string last;
    for (const Subcommand& s : kSubcommands) {
        if (!group.empty() && group != s.group) continue;
        const std::string words = *s.name == '\0' ? s.group : fmt::format("{} {}", s.group, s.name);
        about += fmt::format("\n  skytrack {:<18} {}", words, s.about);
        examples += fmt::format("  skytrack {} {}\n", words, s.arguments);
        last = words;
    }
    examples += fmt::format("  skytrack {} --help\n", last);
    CommandHelp help{
        .name = group,
        .synopsis = fmt::format("skytrack {}{}[options]", group.empty() ? "COMMAND " : group + " ", "SUBCOMMAND "),
        .about = about,
        .examples = examples};
    if (group.empty() || group == "rf") {
        help.backend_help += "; rf has no tlm";
        help.exit_codes += "\nrf run ends with the exit code of the program: skytrack rf run --help";
    }
    return help;
}

int bad_usage(const std::string& what, const std::string& remedy) {
    print_error(what + "\n" + remedy);
    return kBadInput;
}

/// `skytrack`, or `skytrack mem`, with nothing but options behind it: --help, --version and --print-config
/// work.
int without_subcommand(const std::string& group, const Call& call) {
    CommandLine line(help_for(group));
    Command command(line, call);
    if (command.done()) return command.exit_code();
    return bad_usage(fmt::format("no {} is given", group.empty() ? "command" : "subcommand of " + group),
                     fmt::format("expected {}; see skytrack --help", fmt::join(names_in(group), " or ")));
}

int unknown(const std::string& what, const std::string& name, const std::vector<std::string>& valid) {
    const std::string near = memory::nearest(name, valid);
    return bad_usage(
        fmt::format("unknown {} '{}'", what, memory::printable(name)),
        fmt::format("{}expected {}; see skytrack --help",
                    near.empty() ? std::string() : fmt::format("nearest: {}; ", near), fmt::join(valid, " or ")));
}

int dispatch(const std::vector<std::string>& arguments, const std::string& command_line) {
    const std::span<const std::string> all(arguments);
    if (all.empty() || all[0].starts_with("-")) return without_subcommand("", {all, command_line});
    const std::vector<std::string> groups = names_in("");
    if (std::find(groups.begin(), groups.end(), all[0]) == groups.end()) return unknown("command", all[0], groups);
    for (const Subcommand& s : kSubcommands)
        if (all[0] == s.group && *s.name == '\0') return s.run({all.subspan(1), command_line});
    if (all.size() == 1 || all[1].starts_with("-")) return without_subcommand(all[0], {all.subspan(1), command_line});
    for (const Subcommand& s : kSubcommands)
        if (all[0] == s.group && all[1] == s.name) return s.run({all.subspan(2), command_line});
    return unknown("subcommand of " + all[0], all[1], names_in(all[0]));
}

/// What takes less memory, of the commands of a group.
const char* with_less_memory(const std::string& group) {
    if (group == "mem") return "use fewer tracks (--tracks N) or requests; --no-check takes half";
    if (group == "kv") return "use fewer records or operations";
    if (group == "rf") return "use a shorter program, or fewer of them";
    if (group == "offload")
        return "use a smaller model, batch or file of tokens; offload train --mode tiled takes least";
    return "free some, or raise the limit";
}

}  // namespace

}  // namespace sky::cli

int main(int argc, char** argv) {
    sky::cli::open_standard_streams();
    try {
        const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
        std::string command_line = "skytrack";
        for (const std::string& argument : arguments)
            command_line.append(1, ' ').append(sky::cli::shell_word(argument));
        return sky::cli::dispatch(arguments, command_line);
    } catch (const std::bad_alloc&) {
        sky::cli::print_error(
            std::string("this host has not enough memory for the run, or a limit is set (ulimit -v)\n") +
            sky::cli::with_less_memory(argc > 1 ? argv[1] : ""));
        return sky::cli::kBadInput;
    } catch (const std::exception& error) {
        sky::cli::print_error(std::string(error.what()) +
                              "\nthis is a defect of skytrack: report it with the command");
        return sky::cli::kFailure;
    }
}
