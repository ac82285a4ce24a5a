// sky_iss ELF [KIND]          runs a program on the instruction-set model, timed with a register file of that kind if
//                             one is named, and says how it went; exit code 0 when the program's is 0
// sky_iss --bench ELF...      how fast that is: all of them, untimed and timed, each three times in turn
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/regfile/elf_file.hpp"
#include "sysc/model/rv32/machine.hpp"

namespace {

using sky::model::rf::Kind;
using sky::model::rf::RegisterFile;
using sky::model::rf::Shape;
using sky::model::rv32::Machine;
using sky::model::rv32::MachineConfig;
using sky::model::rv32::Stop;
using sky::model::rv32::StopReason;
using sky::regfile::ElfFile;

struct NamedShape {
    std::string_view name;
    Shape shape;
};
const std::array<NamedShape, 6> kShapes{{{"flipflop", {.kind = Kind::kFlipFlop}},
                                         {"horizontal", {.kind = Kind::kHorizontal}},
                                         {"vertical", {.kind = Kind::kVertical}},
                                         {"dynamic", {.kind = Kind::kDynamic}},
                                         {"banked", {.kind = Kind::kHorizontal, .banks = 4}},
                                         {"dual", {.kind = Kind::kDual}}}};

struct Run {
    Stop stop;
    uint64_t instructions = 0;
    uint64_t cycles = 0;
    double seconds = 0;  ///< of the processor
};

std::optional<Run> run(const ElfFile& file, const Shape* shape, bool print) {
    std::unique_ptr<RegisterFile> registers;
    MachineConfig config;
    if (shape != nullptr) {
        registers = RegisterFile::make(*shape, {});
        config.registers = registers.get();
        config.dual = shape->kind == Kind::kDual;
    }
    if (print) config.console = [](char c) { std::putchar(c); };
    Machine machine(config);
    if (const sky::Status status = file.load(machine); !status.ok()) {
        fmt::print(stderr, "{}\n", status.message());
        return std::nullopt;
    }
    const std::clock_t begin = std::clock();
    Run result{.stop = machine.run(), .instructions = machine.instructions(), .cycles = machine.cycles()};
    result.seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    return result;
}

/// Million instructions a second of all programs together, the best of three rounds.
std::optional<double> speed(const std::vector<ElfFile>& files, const Shape* shape) {
    double best = 0;
    for (int round = 0; round < 3; ++round) {
        double instructions = 0;
        double seconds = 0;
        for (const ElfFile& file : files) {
            const std::optional<Run> one = run(file, shape, false);
            if (!one) return std::nullopt;
            instructions += static_cast<double>(one->instructions);
            seconds += one->seconds;
        }
        best = std::max(best, instructions / seconds / 1e6);
    }
    return best;
}

int bench(const std::vector<ElfFile>& files) {
    fmt::print("{:<22} {:>26} {:>14}\n", "model", "million instructions/s", "x untimed");
    const std::optional<double> untimed = speed(files, nullptr);
    if (!untimed) return 2;
    fmt::print("{:<22} {:>26.1f} {:>14.3f}\n", "untimed", *untimed, 1.0);
    for (const NamedShape& named : kShapes) {
        const std::optional<double> timed = speed(files, &named.shape);
        if (!timed) return 2;
        fmt::print("{:<22} {:>26.1f} {:>14.3f}\n", fmt::format("timed, {}", named.name), *timed, *timed / *untimed);
    }
    return 0;
}

int run_one(const ElfFile& file, const char* kind) {
    const Shape* shape = nullptr;
    for (const NamedShape& named : kShapes)
        if (kind != nullptr && named.name == kind) shape = &named.shape;
    if (kind != nullptr && shape == nullptr) {
        fmt::print(stderr, "no register file is called '{}'; there are:", kind);
        for (const NamedShape& named : kShapes) fmt::print(stderr, " {}", named.name);
        fmt::print(stderr, "\n");
        return 2;
    }
    const std::optional<Run> result = run(file, shape, true);
    if (!result) return 2;
    (void)std::fflush(stdout);
    fmt::print(stderr, "{}\n{} instructions, {} cycles, {:.1f} million instructions a second\n",
               result->stop.message(), result->instructions, result->cycles,
               static_cast<double>(result->instructions) / 1e6 / result->seconds);
    if (result->stop.reason != StopReason::kExit && result->stop.reason != StopReason::kToHost) return 3;
    return result->stop.exit_code != 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    const bool benched = argc > 2 && std::string_view(argv[1]) == "--bench";
    if (!benched && argc != 2 && argc != 3) {
        fmt::print(stderr, "usage: sky_iss ELF [KIND]\n       sky_iss --bench ELF...\n");
        return 2;
    }
    std::vector<ElfFile> files;
    for (int i = benched ? 2 : 1; i < (benched ? argc : 2); ++i) {
        sky::Result<ElfFile> file = ElfFile::read(argv[i]);
        if (!file.ok()) {
            fmt::print(stderr, "{}\n", file.status().message());
            return 2;
        }
        files.push_back(std::move(file.value()));
    }
    return benched ? bench(files) : run_one(files.front(), argc == 3 ? argv[2] : nullptr);
}
