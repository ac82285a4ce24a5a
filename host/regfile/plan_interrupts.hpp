#pragma once

#include <cstdint>

#include "host/regfile/plan_file.hpp"
#include "host/regfile/planned_program.hpp"

namespace sky::regfile {

/// Puts the table into the match unit and a migration for each of its entries behind the local interrupt, into any
/// program that leaves interrupts alone. At `address` lies what does that: code that runs before the program's entry,
/// the trap vector, and the migrations. The program's own instructions stay as they are but for mtvec.
///
/// A table that the match unit cannot hold is cut into windows of addresses with at most 16 entries each. An
/// instruction outside of the window raises the same interrupt, and code beside the migrations loads the window that
/// it is in: every recommendation is followed, wherever the program goes, at the price of a load for each crossing.
///
/// Errors: the program returns from traps or drives the register file itself, or something else lies at `address`.
[[nodiscard]] Result<PlannedProgram> with_interrupts(const ElfFile& elf, const Plan& plan, uint32_t address);

}  // namespace sky::regfile
