#pragma once

#include <cstdint>

#include "host/memory/status.hpp"
#include "host/regfile/elf_file.hpp"
#include "host/regfile/plan_file.hpp"

namespace sky::regfile {

/// A program with a plan in it.
struct PlannedProgram {
    ElfFile elf;
    ElfFile::Segment added;  ///< what must still be there when the run ends
};

/// Where that is put unless something else is said: the lower end of the stack that sw/runtime/link.ld keeps free.
inline constexpr uint32_t kPlanAddress = 0x80700000;

/// Puts the table into the match unit and a migration for each of its entries behind the local interrupt, into any
/// program that leaves interrupts alone. At `address` lies what does that: code that runs before the program's entry,
/// the trap vector, and the migrations. The program's own instructions stay as they are but for mtvec, in whose place
/// they write and read rftable; a trap goes on to the handler named there, with x5 lost.
///
/// Errors: the table is too long, the program returns from traps or drives the register file itself, or something
/// else lies at `address`.
[[nodiscard]] Result<PlannedProgram> with_interrupts(const ElfFile& elf, const Plan& plan, uint32_t address);

}  // namespace sky::regfile
