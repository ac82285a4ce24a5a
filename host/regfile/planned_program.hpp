#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/regfile/elf_file.hpp"
#include "host/regfile/plan.hpp"
#include "host/regfile/plan_watch.hpp"

namespace sky::regfile {

/// A program with a plan in it.
struct PlannedProgram {
    ElfFile elf;
    WatchedSegment added;
    uint32_t windows = 1;  ///< of with_interrupts(): parts of the table that take turns in the match unit
    /// Of with_hints(): recommendations that the program goes without.
    struct LeftOut {
        uint64_t pc = 0;
        std::string why;
    };
    std::vector<LeftOut> left_out{};
};

/// Where the code that migrates lies unless something else is said: the lower end of the stack that
/// sw/runtime/link.ld keeps free.
inline constexpr uint32_t kPlanAddress = 0x80700000;
inline constexpr uint32_t kPlanAlign = 128;  ///< more than a trap vector needs

/// Code that is put beside a program: the trap vector first, then whatever is appended.
class PlanImage {
   public:
    static constexpr uint32_t kScratch = 5;

    /// `local_interrupt` is what the local interrupt begins with, at its place in the vector. Exceptions and the
    /// interrupts before it go on to the handler of the program, whose address rftable holds, with x5 lost.
    PlanImage(uint32_t address, std::span<const uint32_t> local_interrupt);

    [[nodiscard]] uint32_t here() const { return address_ + 4 * static_cast<uint32_t>(code_.size()); }
    void append(std::span<const uint32_t> code) { code_.insert(code_.end(), code.begin(), code.end()); }
    void append(uint32_t word) { code_.push_back(word); }
    void constant(uint32_t rd, uint32_t value);
    void set_csr(uint32_t csr, uint32_t value);
    /// The trap vector and the local interrupt.
    void take_traps();
    void enable();
    [[nodiscard]] std::vector<uint32_t>& words() { return code_; }
    [[nodiscard]] ElfFile::Segment segment() const;

   private:
    uint32_t address_;
    std::vector<uint32_t> code_;
};

/// Makes the program leave traps to a PlanImage: in the place of mtvec its instructions write and read rftable, those
/// of them that calls lead to from its entry, its functions, the table or `roots`. Returns where they are; PlanWatch
/// ends a run that comes to others. Errors: it returns from traps itself, drives the register file, or has data in
/// the save page.
[[nodiscard]] Result<std::set<uint32_t>> take_traps_over(ElfFile& elf, std::span<const Recommendation> table,
                                                         std::span<const uint64_t> roots);
/// What with_hints() has put into a program that was read from its file; nothing where it is not one of those.
[[nodiscard]] std::optional<WatchedSegment> hints_inside(const ElfFile& elf);
/// A segment with hints, of that program.
[[nodiscard]] WatchedSegment with_hints_watched(const ElfFile::Segment& segment, std::set<uint32_t> redirected);
/// Errors: the segment is not all in RAM, or overlaps the program.
[[nodiscard]] Status check_place(const ElfFile& elf, const ElfFile::Segment& added);

}  // namespace sky::regfile
