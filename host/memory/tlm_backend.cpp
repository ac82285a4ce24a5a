#include "host/memory/backends.hpp"

namespace sky::memory {

Result<std::unique_ptr<MemorySession>> start_tlm(const SessionConfig&) {
    return Status::error("backend tlm is not built");
}

}  // namespace sky::memory
