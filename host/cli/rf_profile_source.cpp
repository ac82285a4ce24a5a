#include "host/cli/rf_profile_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "host/cli/terminal.hpp"
#include "host/regfile/chances_file.hpp"
#include "host/regfile/json_file.hpp"
#include "host/regfile/qemu_profile.hpp"
#include "host/regfile/rtl_profile.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxInstructions = uint64_t{1} << 62;
constexpr uint64_t kMaxRuns = 1'000'000'000'000;

/// Options that another one leaves without effect.
Status check_options(const CommandLine& line, const Command& command) {
    const bool qemu = line.has("qemu-log");
    const bool chances = line.has("probabilities");
    if (qemu && chances)
        return Status::error("--qemu-log and --probabilities are given\nname one source of the profile");
    const auto without = [&](const char* option, bool used, const char* why) {
        if (used || !line.given(option)) return Status();
        return Status::error(fmt::format("--{} has no effect: {}\nleave it out", option, why));
    };
    for (const Status& status :
         {without("max-instructions", !qemu && !chances, "the program is not run"),
          without("runs", chances, "only a profile made of probabilities is one of any number of runs"),
          without("load-address", qemu, "only a program that qemu has run was loaded anywhere")})
        if (!status.ok()) return status;
    if (command.common().backend == memory::Backend::kRtl && (qemu || chances))
        return Status::error("--backend rtl has no effect: the program is not run\nleave it out");
    return {};
}

Result<SourcedProfile> from_run(const CommandLine& line, const Command& command) {
    const Result<uint64_t> most = line.number("max-instructions", 1, kMaxInstructions);
    if (!most.ok()) return most.status();
    const Result<regfile::ElfFile> elf = regfile::ElfFile::read(line.text("elf"));
    if (!elf.ok()) return elf.status();
    Progress progress(0, "instructions");
    const regfile::ProfileConfig config{.max_instructions = most.value(),
                                        .console = [](char c) { std::fputc(c, stderr); },
                                        .advance =
                                            [&progress](uint64_t instructions) {
                                                progress.update(instructions);
                                                return !interrupted();
                                            }};
    const bool rtl = command.common().backend == memory::Backend::kRtl;
    Result<regfile::ProfileRun> ran =
        rtl ? regfile::profile_on_rtl(elf.value(), config) : regfile::profile_program(elf.value(), config);
    if (!ran.ok()) return ran.status();
    SourcedProfile out{.source = rtl ? "rtl" : "model",
                       .code = regfile::Code(elf.value()),
                       .profile = std::move(ran.value().profile),
                       .exit_code = ran.value().exit_code,
                       .stopped = ran.value().stopped};
    if (ran.value().exit_code != 0)
        out.notes.push_back(fmt::format("the program ended with exit code {}", ran.value().exit_code));
    return out;
}

void tell_about(const regfile::QemuProfile& made, SourcedProfile& out) {
    out.counts = {{"log_blocks", made.blocks, "translation blocks of qemu that ran"},
                  {"outside_blocks", made.outside_blocks, "of them in code of other files, which is not counted"},
                  {"broken_off", made.broken_off, "of them that a signal broke off, taken as executed to their end"},
                  {"threads", made.threads, "threads, whose accesses are added up"}};
    if (made.outside_blocks != 0)
        out.notes.push_back(
            fmt::format("{} of {} blocks ran in code that is not in the file (shared libraries, the dynamic linker, "
                        "what the system keeps): not counted, and heads are taken to be at rest behind it",
                        made.outside_blocks, made.blocks));
    if (made.broken_off != 0)
        out.notes.push_back(
            fmt::format("{} blocks were broken off by signals: taken as executed to their end", made.broken_off));
    if (made.threads > 1)
        out.notes.push_back(fmt::format(
            "{} threads ran: counted as one run after the other, each on registers of its own", made.threads));
    if (made.cut != 0)
        out.notes.emplace_back(
            "the log ends behind an instruction that is no system call: the program was killed, or the log was cut");
}

Result<SourcedProfile> from_qemu(const CommandLine& line) {
    Result<regfile::LinuxFile> file = regfile::LinuxFile::read(line.text("elf"));
    if (!file.ok()) return file.status();
    uint64_t load_address = 0;
    if (line.given("load-address") && !file.value().position_independent())
        return Status::error("--load-address has no effect: the program is linked to fixed addresses\nleave it out");
    if (file.value().position_independent()) {
        const Result<uint64_t> address = address_option(line, "load-address");
        if (!address.ok()) return address.status();
        file.value().load_at(load_address = address.value());
    }
    Progress progress(0, "blocks");
    const Result<regfile::QemuLog> log =
        regfile::read_qemu_log(line.text("qemu-log"), {.advance = [&progress](uint64_t blocks) {
                                   progress.update(blocks);
                                   return !interrupted();
                               }});
    if (!log.ok()) return log.status();
    SourcedProfile out{.source = "qemu", .code = regfile::Code(file.value()), .profile = {}};
    Result<regfile::QemuProfile> made = regfile::profile_of(log.value(), file.value(), out.code);
    if (!made.ok()) return made.status();
    tell_about(made.value(), out);
    out.profile = std::move(made.value().profile);
    out.profile.load_address = load_address;
    return out;
}

std::string places(const std::vector<uint64_t>& addresses) {
    constexpr size_t kShown = 4;
    std::string text;
    for (size_t i = 0; i < std::min(addresses.size(), kShown); ++i)
        text += fmt::format("{}{:#x}", i == 0 ? "" : ", ", addresses[i]);
    return addresses.size() > kShown ? text + " and others" : text;
}

Result<SourcedProfile> from_probabilities(const CommandLine& line) {
    const std::string path = line.text("elf");
    const std::string named = line.text("probabilities");
    const Result<uint64_t> runs = line.number("runs", 1, kMaxRuns);
    if (!runs.ok()) return runs.status();
    Result<regfile::Code> code = code_of_program(path, 0);
    if (!code.ok()) return code.status();
    const Result<regfile::Chances> chances =
        named == "uniform" ? regfile::Chances{} : regfile::load_chances(named, code.value());
    if (!chances.ok()) return chances.status();
    Result<regfile::SolvedFlow> solved =
        regfile::solve_flow(code.value(), code.value().entry(), chances.value(), runs.value());
    if (!solved.ok()) return Status::error(fmt::format("{}: {}", path, solved.status().message()));
    const auto& [profile, calls, jumps] = solved.value();
    SourcedProfile out{.source = "probabilities", .code = std::move(code.value()), .profile = profile};
    out.profile.program = path;
    out.counts = {{"unknown_calls", calls.size(), "through registers, whose functions are not counted"},
                  {"unknown_jumps", jumps.size(), "through registers, taken as returns"}};
    if (!calls.empty())
        out.notes.push_back(
            fmt::format("{} calls through registers lead nobody knows where (at {}): the functions they call are not "
                        "counted\nname "
                        "them with their shares: --probabilities FILE",
                        calls.size(), places(calls)));
    if (!jumps.empty())
        out.notes.push_back(
            fmt::format("{} jumps through registers lead nobody knows where (at {}): taken as returns, and what is "
                        "behind them is "
                        "not counted\nname their targets with their shares: --probabilities FILE",
                        jumps.size(), places(jumps)));
    return out;
}

}  // namespace

void add_profile_sources(CommandLine& line) {
    line.add_option("max-instructions", "N", "give the program up after so many instructions", "10000000000");
    line.add_option(
        "qemu-log", "FILE",
        "instead of a run: what qemu-riscv64 -d exec,nochain has written of a Linux program for RV64; plain, "
        "gzip or zstd, - for standard input");
    line.add_option("load-address", "ADDRESS", "where qemu had put a position-independent program",
                    fmt::format("{:#x}", regfile::LinuxFile::kUsualLoadAddress));
    line.add_option(
        "probabilities", "FILE",
        "instead of a run: how often branches and jumps go where, or 'uniform' (a branch half of the times)");
    line.add_option("runs", "N", "of a profile made of probabilities: counts are those of so many runs", "1000000");
}

Result<SourcedProfile> profile_from_source(const CommandLine& line, const Command& command) {
    if (Status status = check_options(line, command); !status.ok()) return status;
    if (line.has("qemu-log")) return from_qemu(line);
    if (line.has("probabilities")) return from_probabilities(line);
    return from_run(line, command);
}

Result<regfile::Code> code_of_program(const std::string& path, uint64_t load_address) {
    const Result<uint32_t> width = regfile::register_width(path);
    if (!width.ok()) return width.status();
    if (width.value() == 32) {
        const Result<regfile::ElfFile> elf = regfile::ElfFile::read(path);
        if (!elf.ok()) return elf.status();
        return regfile::Code(elf.value());
    }
    Result<regfile::LinuxFile> file = regfile::LinuxFile::read(path);
    if (!file.ok()) return file.status();
    if (file.value().position_independent()) file.value().load_at(load_address);
    return regfile::Code(file.value());
}

Result<uint64_t> address_option(const CommandLine& line, const std::string& name) {
    const std::string text = line.text(name);
    if (const std::optional<uint64_t> address = regfile::parse_address(text)) return *address;
    return Status::error(fmt::format("--{} is '{}'\nexpected an address such as 0x80000000", name, text));
}

}  // namespace sky::cli
