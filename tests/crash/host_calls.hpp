#pragma once

#include <cstdint>

/// The calls of the host that change files (write, pwrite, rename, ftruncate, unlink, fsync, fdatasync): this program
/// counts its own, and can be killed at any of them.
namespace sky::test {

/// SIGKILL at call number `call`, counted from 1 and from now: before it is made, or, of a write, behind its first
/// `part` of 256 parts. 0: never.
void kill_at_call(uint64_t call, uint32_t part);
/// Calls since then.
[[nodiscard]] uint64_t calls_made();

}  // namespace sky::test
