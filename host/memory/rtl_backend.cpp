#include "host/memory/backends.hpp"

namespace sky::memory {

Result<std::unique_ptr<MemorySession>> start_rtl(const SessionConfig&) {
    return Status::error("backend rtl is not built");
}

}  // namespace sky::memory
