// sky_iss ELF [timed]: runs a program on the instruction-set model and prints how it went; exit code 0 when the
// program's is 0.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "host/regfile/elf_file.hpp"
#include "sysc/model/rv32/machine.hpp"

int main(int argc, char** argv) {
    using namespace sky;
    if (argc != 2) {
        fmt::print(stderr, "usage: sky_iss ELF\n");
        return 2;
    }
    const Result<regfile::ElfFile> file = regfile::ElfFile::read(argv[1]);
    if (!file.ok()) {
        fmt::print(stderr, "{}\n", file.status().message());
        return 2;
    }
    model::rv32::MachineConfig config;
    config.console = [](char c) { std::putchar(c); };
    config.count = true;
    model::rv32::Machine machine(config);
    if (const Status status = file.value().load(machine); !status.ok()) {
        fmt::print(stderr, "{}\n", status.message());
        return 2;
    }
    const auto begin = std::chrono::steady_clock::now();
    const model::rv32::Stop& stop = machine.run();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    (void)std::fflush(stdout);
    fmt::print(stderr, "{}\n{} instructions, {:.1f} million a second\n", stop.message(), machine.instructions(),
               static_cast<double>(machine.instructions()) / 1e6 / seconds.count());
    return stop.reason == model::rv32::StopReason::kExit || stop.reason == model::rv32::StopReason::kToHost
               ? static_cast<int>(stop.exit_code != 0)
               : 3;
}
