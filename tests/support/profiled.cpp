#include "tests/support/profiled.hpp"

#include <gtest/gtest.h>

#include "host/regfile/block_graph.hpp"
#include "sysc/model/rv32/machine.hpp"
#include "sysc/model/rv32/skrm_memory.hpp"

namespace sky::test {

std::optional<Profiled> profiled(const std::string& path) {
    using namespace regfile;
    const Result<ElfFile> elf = ElfFile::read(path);
    EXPECT_TRUE(elf.ok()) << elf.status().message();
    if (!elf.ok()) return std::nullopt;
    const Result<ProfileRun> run = profile_program(elf.value(), {});
    EXPECT_TRUE(run.ok()) << run.status().message();
    if (!run.ok()) return std::nullopt;
    Code code(elf.value());
    const Result<BlockGraph> blocks = BlockGraph::make(code, run.value().profile);
    EXPECT_TRUE(blocks.ok()) << blocks.status().message();
    if (!blocks.ok()) return std::nullopt;
    return Profiled{elf.value(), code, run.value().profile, AccessGraph::make(blocks.value())};
}

uint64_t simulated_track_steps(const regfile::ElfFile& elf, model::rf::Kind kind, bool rewind,
                               const model::rv32::SideTable* side_table) {
    const auto registers =
        model::rf::RegisterFile::make({.kind = kind}, {.rewind = rewind, .nearest_first = false, .forward = false});
    model::rv32::SkrmMemory skrm;
    model::rv32::Machine machine({.registers = registers.get(),
                                  .skrm = &skrm,
                                  .skrm_bytes = model::rv32::SkrmMemory::kBytes,
                                  .to_host = {},
                                  .console = {},
                                  .side_table = side_table});
    EXPECT_TRUE(elf.load(machine).ok());
    machine.run();
    // What rewinds goes on with that after the end.
    registers->idle(100, {});
    return of(registers->counters(), model::rf::Counter::kTrackSteps);
}

}  // namespace sky::test
