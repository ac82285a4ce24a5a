// sky_big_program FILE INSTRUCTIONS RUN SEED: writes a random program of at least so many instructions, of which a
// run executes about RUN, for scripts/bench plan. Prints how many it has.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "host/regfile/code.hpp"
#include "host/regfile/profile.hpp"
#include "tests/support/flow_program.hpp"

namespace sky {
namespace {

Result<uint64_t> write_program(const std::string& path, const test::FlowProgram& program) {
    std::ofstream(path, std::ios::binary) << test::elf_of(program);
    const Result<regfile::ElfFile> elf = regfile::ElfFile::read(path);
    if (!elf.ok()) return elf.status();
    const Result<regfile::ProfileRun> run = regfile::profile_program(elf.value(), {});
    if (!run.ok()) return run.status();
    return run.value().profile.instructions;
}

}  // namespace
}  // namespace sky

int main(int argc, char** argv) {
    if (argc != 5) {
        fmt::print(stderr, "usage: sky_big_program FILE INSTRUCTIONS RUN SEED\n");
        return 2;
    }
    const uint64_t instructions = std::strtoull(argv[2], nullptr, 10);
    const uint64_t run = std::strtoull(argv[3], nullptr, 10);
    const uint64_t seed = std::strtoull(argv[4], nullptr, 10);
    // One round says how many are enough.
    const auto one = sky::write_program(argv[1], sky::test::make_big_program(seed, instructions, 1));
    if (!one.ok()) {
        fmt::print(stderr, "{}\n", one.status().message());
        return 2;
    }
    const auto rounds = static_cast<uint32_t>(run / one.value() + 1);
    const sky::test::FlowProgram program = sky::test::make_big_program(seed, instructions, rounds);
    std::ofstream(argv[1], std::ios::binary) << sky::test::elf_of(program);
    const sky::Result<sky::regfile::ElfFile> elf = sky::regfile::ElfFile::read(argv[1]);
    if (!elf.ok()) return 2;
    const sky::regfile::Code code(elf.value());
    uint64_t count = 0;
    for (uint64_t pc = program.base; code.at(pc); pc += code.at(pc)->length) ++count;
    fmt::print("{} instructions, {} rounds\n", count, rounds);
    return 0;
}
