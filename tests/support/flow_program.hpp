#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sky::test {

/// A random RV32IMC program without traps whose run has something to plan: functions, nested loops, branches on
/// random data, calls through registers, blocks without register accesses. It ends with a word in the exit device,
/// followed by an instruction that reads two registers.
struct FlowProgram {
    static constexpr uint32_t kBase = 0x80000000;

    uint32_t base = kBase;
    uint32_t entry = kBase;
    std::vector<uint16_t> code;  ///< from base on
    uint32_t exit_code = 0;
};

[[nodiscard]] FlowProgram make_flow_program(uint64_t seed);
/// The same as a Linux program for RV64, which ends with a system call.
[[nodiscard]] FlowProgram make_linux_flow_program(uint64_t seed);

/// One of at least so many instructions: functions, each of which is called once in each of `rounds` rounds.
[[nodiscard]] FlowProgram make_big_program(uint64_t seed, uint64_t instructions, uint32_t rounds);

/// The smallest file that holds it: one segment.
[[nodiscard]] std::string elf_of(const FlowProgram& program);
[[nodiscard]] std::string elf_of(const std::vector<uint16_t>& code, uint32_t entry);
[[nodiscard]] std::string elf64_of(const FlowProgram& program);

}  // namespace sky::test
