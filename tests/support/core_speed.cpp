// sky_core_speed ELF...: how fast the core is on this machine, as a model and as RTL: all of these programs, untimed
// and timed with register files of several kinds, each three times in turn.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/regfile/elf_file.hpp"
#include "host/regfile/program_run.hpp"
#include "sysc/bridge/rf_variants.hpp"
#include "sysc/bridge/rtl_soc.hpp"
#include "sysc/model/rv32/machine.hpp"

namespace sky {
namespace {

using bridge::RtlSoc;
using model::rf::Kind;
using model::rf::RegisterFile;
using model::rf::Shape;
using model::rv32::Machine;
using model::rv32::MachineConfig;
using regfile::ElfFile;

constexpr std::array kModels = {"ff", "horizontal", "vertical", "dynamic", "banked4", "dual"};
constexpr uint64_t kRtlCycles = 100'000;  // of each program at most: the RTL is slow
constexpr int kRounds = 3;

/// What a run has done, and in which time of the processor.
struct Work {
    double instructions = 0;
    double cycles = 0;
    double seconds = 0;
};

double seconds_since(std::clock_t begin) { return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC; }

Result<Work> run_model(const ElfFile& file, const Shape* shape) {
    std::unique_ptr<RegisterFile> registers;
    MachineConfig config;
    if (shape != nullptr) {
        registers = RegisterFile::make(*shape, {});
        config.registers = registers.get();
        config.dual = shape->kind == Kind::kDual;
    }
    Machine machine(config);
    if (Status status = file.load(machine); !status.ok()) return status;
    const std::clock_t begin = std::clock();
    machine.run();
    return Work{.instructions = static_cast<double>(machine.instructions()),
                .cycles = static_cast<double>(machine.cycles()),
                .seconds = seconds_since(begin)};
}

Result<Work> run_rtl(const ElfFile& file, const Shape& shape) {
    const std::unique_ptr<RtlSoc> soc = RtlSoc::make(shape, {});
    if (Status status = regfile::load_program(file, *soc); !status.ok()) return status;
    soc->reset();
    const std::clock_t begin = std::clock();
    soc->run(kRtlCycles);
    return Work{.instructions = static_cast<double>(soc->retired()),
                .cycles = static_cast<double>(soc->cycle()),
                .seconds = seconds_since(begin)};
}

/// Of all programs together: a line with the fastest of the rounds.
template <typename RunOne>
Status measure(const std::string& name, const std::vector<ElfFile>& files, const RunOne& run_one) {
    Work best;
    for (int round = 0; round < kRounds; ++round) {
        Work all;
        for (const ElfFile& file : files) {
            const Result<Work> one = run_one(file);
            if (!one.ok()) return one.status();
            all.instructions += one.value().instructions;
            all.cycles += one.value().cycles;
            all.seconds += one.value().seconds;
        }
        if (round == 0 || all.seconds < best.seconds) best = all;
    }
    fmt::print("{:<24} {:>26.3f} {:>20.3f}\n", name, best.instructions / best.seconds / 1e6,
               best.cycles / best.seconds / 1e6);
    std::fflush(stdout);
    return {};
}

Status bench(const std::vector<ElfFile>& files) {
    fmt::print("{:<24} {:>26} {:>20}\n", "", "million instructions/s", "million cycles/s");
    const auto untimed = [](const ElfFile& file) { return run_model(file, nullptr); };
    if (Status status = measure("model, untimed", files, untimed); !status.ok()) return status;
    for (const bridge::RfVariant& variant : bridge::kRfVariantList) {
        if (std::find(kModels.begin(), kModels.end(), std::string_view(variant.name)) == kModels.end()) continue;
        const auto timed = [&variant](const ElfFile& file) { return run_model(file, &variant.shape); };
        if (Status status = measure(fmt::format("model, {}", variant.name), files, timed); !status.ok())
            return status;
    }
    for (const bridge::RfVariant& variant : bridge::kRfVariantList) {
        const auto rtl = [&variant](const ElfFile& file) { return run_rtl(file, variant.shape); };
        if (Status status = measure(fmt::format("RTL, {}", variant.name), files, rtl); !status.ok()) return status;
    }
    return {};
}

}  // namespace
}  // namespace sky

int main(int argc, char** argv) {
    std::vector<sky::regfile::ElfFile> files;
    const auto fails = [](const sky::Status& status) {
        fmt::print(stderr, "{}\n", status.message());
        return 2;
    };
    for (int i = 1; i < argc; ++i) {
        sky::Result<sky::regfile::ElfFile> file = sky::regfile::ElfFile::read(argv[i]);
        if (!file.ok()) return fails(file.status());
        files.push_back(std::move(file.value()));
    }
    if (files.empty()) {
        fmt::print(stderr, "usage: sky_core_speed ELF...\n");
        return 2;
    }
    const sky::Status status = sky::bench(files);
    return status.ok() ? 0 : fails(status);
}
