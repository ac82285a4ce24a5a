#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/memory/status.hpp"

namespace sky::offload {

/// The bytes that a file of /proc gives in KiB behind `name`; 0 when it does not say.
[[nodiscard]] uint64_t proc_bytes(const char* path, std::string_view name);

/// What the control groups of a process leave it, in bytes: of each from its own to the outermost, the limit less
/// what is held and is no cached file; the least of these. Nothing when none has a limit. `groups` is a file such as
/// /proc/self/cgroup, `mount` where the groups are found, of version 2 or 1.
[[nodiscard]] std::optional<uint64_t> control_group_bytes(const std::string& groups = "/proc/self/cgroup",
                                                          const std::string& mount = "/sys/fs/cgroup");

/// What the system can give without swapping, and the control groups allow; 0 when neither says.
[[nodiscard]] uint64_t available_memory_bytes();
/// What the system has seen this process hold at most; 0 when it does not say.
[[nodiscard]] uint64_t peak_rss_bytes();

/// Before a measurement takes so many bytes: a process that takes what is not there is killed, or another one is.
[[nodiscard]] Status check_memory(uint64_t bytes);

}  // namespace sky::offload
