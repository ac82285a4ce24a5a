#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "host/memory/session.hpp"

namespace sky::memory {

/// One per Backend; for MemorySession::start, which has checked the configuration.
Result<std::unique_ptr<MemorySession>> start_fast(const SessionConfig& config);
Result<std::unique_ptr<MemorySession>> start_tlm(const SessionConfig& config);
Result<std::unique_ptr<MemorySession>> start_rtl(const SessionConfig& config);

/// Of how many segments, at most the configuration's, there is RTL with everything else as it is; ascending.
[[nodiscard]] std::vector<uint32_t> rtl_segment_counts(const SessionConfig& config);

/// How many of the configuration's segments start_rtl takes: the most for which the RTL was built with everything
/// else as it is; all of them when there is no such array.
[[nodiscard]] uint32_t rtl_segments(const SessionConfig& config);

}  // namespace sky::memory
