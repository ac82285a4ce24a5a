// sky_iss ELF...: how fast the instruction-set model is: all of these programs, untimed and timed with each kind of
// register file, each three times in turn.
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
    uint64_t instructions = 0;
    double seconds = 0;  ///< of the processor
};

std::optional<Run> run(const ElfFile& file, const Shape* shape) {
    std::unique_ptr<RegisterFile> registers;
    MachineConfig config;
    if (shape != nullptr) {
        registers = RegisterFile::make(*shape, {});
        config.registers = registers.get();
        config.dual = shape->kind == Kind::kDual;
    }
    Machine machine(config);
    if (const sky::Status status = file.load(machine); !status.ok()) {
        fmt::print(stderr, "{}\n", status.message());
        return std::nullopt;
    }
    const std::clock_t begin = std::clock();
    machine.run();
    return Run{.instructions = machine.instructions(),
               .seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC};
}

/// Million instructions a second of all programs together, the best of three rounds.
std::optional<double> speed(const std::vector<ElfFile>& files, const Shape* shape) {
    double best = 0;
    for (int round = 0; round < 3; ++round) {
        double instructions = 0;
        double seconds = 0;
        for (const ElfFile& file : files) {
            const std::optional<Run> one = run(file, shape);
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

}  // namespace

int main(int argc, char** argv) {
    std::vector<ElfFile> files;
    for (int i = 1; i < argc; ++i) {
        sky::Result<ElfFile> file = ElfFile::read(argv[i]);
        if (!file.ok()) {
            fmt::print(stderr, "{}\n", file.status().message());
            return 2;
        }
        files.push_back(std::move(file.value()));
    }
    if (!files.empty()) return bench(files);
    fmt::print(stderr, "usage: sky_iss ELF...\n");
    return 2;
}
