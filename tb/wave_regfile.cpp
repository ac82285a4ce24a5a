#include "tb/wave_regfile.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "host/regfile/elf_file.hpp"
#include "host/regfile/program_run.hpp"
#include "sysc/bridge/rtl_soc.hpp"

namespace sky::tb {

namespace {

using model::rf::Kind;

constexpr uint64_t kMaxCycles = 1'000'000;
constexpr uint64_t kCyclesBehindTheEnd = 4;

constexpr std::array kScenarios{
    RegfileScenario{"regfile-switch",
                    "two operands far apart in a horizontal file, a change of the mode, the same addition in a "
                    "vertical one, and back",
                    "regfile-switch",
                    {.kind = Kind::kDynamic}},
    RegfileScenario{"regfile-banked",
                    "the same on four banks, whose heads move at once; the mode does not matter there",
                    "regfile-switch",
                    {.kind = Kind::kHorizontal, .banks = 4}},
    RegfileScenario{"regfile-ff", "the same on flip-flops, which never let the core wait", "regfile-switch", {}},
};

int fail(const std::string& message) {
    fmt::print(stderr, "sky_wave: error: {}\n", message);
    return 2;
}

/// The programs lie beside the folder of this one.
std::filesystem::path program_file(const char* program) {
    const auto self = std::filesystem::read_symlink("/proc/self/exe");
    return self.parent_path().parent_path() / "sw" / (std::string(program) + ".elf");
}

}  // namespace

std::span<const RegfileScenario> regfile_scenarios() { return kScenarios; }

int record_regfile(const RegfileScenario& scenario, const std::filesystem::path& path) {
    const Result<regfile::ElfFile> elf = regfile::ElfFile::read(program_file(scenario.program).string());
    if (!elf.ok()) return fail(elf.status().message());
    const auto soc = bridge::RtlSoc::make(scenario.shape, {});
    if (!soc) return fail("the RTL was not built with this register file");
    if (const Status status = regfile::load_program(elf.value(), *soc); !status.ok()) return fail(status.message());
    soc->reset();

    bool in_main = false;
    soc->on_retire = [&](const model::rv32::Retirement& retired) {
        if (retired.next_pc == elf.value().symbol("main")) in_main = true;
        if (in_main) fmt::print("cycle {:>5}  pc {:#010x}\n", retired.cycle, retired.pc);
    };
    while (!in_main && soc->cycle() < kMaxCycles) soc->tick();
    if (!soc->open_trace(path.string()))
        return fail(fmt::format("cannot write {}: choose a folder that exists and is writable", path.string()));
    while (!soc->ended() && soc->cycle() < kMaxCycles) soc->tick();
    for (uint64_t i = 0; i < kCyclesBehindTheEnd; ++i) soc->tick();
    soc->close_trace();
    fmt::print("wrote {}\n", path.string());
    return 0;
}

}  // namespace sky::tb
