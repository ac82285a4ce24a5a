// The fuzzers need the cycle model only: without SystemC and the Verilated RTL they are built in a minute.
#include "host/memory/backends.hpp"

namespace sky::memory {

namespace {

Result<std::unique_ptr<MemorySession>> not_here() { return Status::error("only fast is built into a fuzzer"); }

}  // namespace

Result<std::unique_ptr<MemorySession>> start_tlm(const SessionConfig& /*config*/) { return not_here(); }
Result<std::unique_ptr<MemorySession>> start_rtl(const SessionConfig& /*config*/) { return not_here(); }

}  // namespace sky::memory
