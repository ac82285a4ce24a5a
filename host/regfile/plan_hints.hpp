#pragma once

#include <cstdint>
#include <optional>

#include "host/regfile/plan_file.hpp"
#include "host/regfile/planned_program.hpp"

namespace sky::regfile {

/// Rewrites the program so that it meets a HINT in front of each instruction that the plan, of any size, recommends a
/// mode for: a jump in its place leads to a detour {jump to its migration, hint, the instructions that had to make
/// room, jump back}, behind which the program goes on. A migration is the same code as with_interrupts() makes, found
/// by the place of its hint. Code that runs before the program's entry asks whether the register file can change its
/// mode; if not, it lets the hints be what they are elsewhere: nothing.
///
/// What cannot make room is left out, and named: there the mode stays what it was, and the results are the same.
///
/// `address` is where the code lies: within a jump's reach of what it leads to. Nothing: half-way between the end of
/// the program and the end of the first recommendation's reach, since a heap grows from there, or a stack from here.
///
/// Errors: as those of with_interrupts(); or no recommendation at all can be followed.
[[nodiscard]] Result<PlannedProgram> with_hints(const ElfFile& elf, const Plan& plan,
                                                std::optional<uint32_t> address = std::nullopt);

}  // namespace sky::regfile
