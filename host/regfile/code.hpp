#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "host/regfile/elf_file.hpp"
#include "host/regfile/linux_file.hpp"

namespace sky::regfile {

/// Where an instruction goes.
enum class Flow : uint8_t {
    kNext,      ///< to the next one in memory
    kBranch,    ///< there, or to its target
    kJump,      ///< to its target
    kIndirect,  ///< where a register says, or mepc
    kTrap,      ///< to the trap handler: ecall, ebreak, what is no instruction
    kSystem,    ///< ecall of a Linux program: to the system, and from there to the next one or, rarely, elsewhere
};

/// What of an instruction concerns control flow and registers; of any RISC-V integer instruction set.
struct Operation {
    uint8_t length = 0;
    Flow flow = Flow::kTrap;
    uint64_t target = 0;  ///< of a branch or jump
    /// Integer registers in program order: reads (two of one register are one), then the write. Never x0.
    std::array<uint8_t, 3> accesses{};
    uint8_t reads = 0;
    bool writes = false;

    [[nodiscard]] std::span<const uint8_t> access_list() const {
        return {accesses.data(), static_cast<size_t>(reads + (writes ? 1 : 0))};
    }
    [[nodiscard]] std::span<const uint8_t> read_list() const { return {accesses.data(), reads}; }
    /// Whether the next instruction in memory may follow.
    [[nodiscard]] bool falls_through() const {
        return flow == Flow::kNext || flow == Flow::kBranch || flow == Flow::kSystem;
    }
    [[nodiscard]] bool ends_block() const { return flow != Flow::kNext; }

    bool operator==(const Operation&) const = default;
};

/// The 32 bits from byte `offset` on.
[[nodiscard]] inline uint32_t word_at(std::span<const uint8_t> bytes, size_t offset) {
    return bytes[offset] | uint32_t{bytes[offset + 1]} << 8 | uint32_t{bytes[offset + 2]} << 16 |
           uint32_t{bytes[offset + 3]} << 24;
}

/// The RV32IMC instruction in the low bits.
[[nodiscard]] Operation operation_of(uint32_t bits, uint64_t pc);
/// The RV64GC instruction in the low bits, of a Linux program: floating-point registers are none of these. What is no
/// such instruction is a trap.
[[nodiscard]] Operation operation_of_rv64(uint32_t bits, uint64_t pc);

/// The instructions of a program, read from its file.
class Code {
   public:
    explicit Code(const ElfFile& elf);
    explicit Code(const LinuxFile& file);

    /// Bits of a register: 32, or 64 of a Linux program.
    [[nodiscard]] uint32_t width() const { return width_; }
    /// The first instruction of the program.
    [[nodiscard]] uint64_t entry() const { return entry_; }
    /// Nothing where the file holds no code.
    [[nodiscard]] std::optional<Operation> at(uint64_t pc) const;
    /// All instructions that may follow these, ascending; what is called returns.
    [[nodiscard]] std::vector<uint64_t> reachable(std::span<const uint64_t> starts) const;
    /// Adds those that may follow `start` to the ones found.
    void reach(uint64_t start, std::set<uint64_t>& found) const;
    /// The bytes of [from, to), or nothing when the file does not hold them all.
    [[nodiscard]] std::optional<std::span<const uint8_t>> bytes(uint64_t from, uint64_t to) const;

   private:
    struct Part {
        uint64_t address = 0;
        std::vector<uint8_t> bytes;
    };
    [[nodiscard]] const Part* part_with(uint64_t pc) const;

    uint32_t width_ = 32;
    uint64_t entry_ = 0;
    std::vector<Part> parts_;
};

}  // namespace sky::regfile
