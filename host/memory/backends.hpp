#pragma once

#include <memory>

#include "host/memory/session.hpp"

namespace sky::memory {

/// One per Backend; for MemorySession::start, which has checked the configuration.
Result<std::unique_ptr<MemorySession>> start_fast(const SessionConfig& config);
Result<std::unique_ptr<MemorySession>> start_tlm(const SessionConfig& config);
Result<std::unique_ptr<MemorySession>> start_rtl(const SessionConfig& config);

}  // namespace sky::memory
