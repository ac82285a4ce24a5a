#pragma once

#include <cstdint>

namespace sky::test {

/// What this program has asked for so far.
struct Allocations {
    uint64_t heap_calls =
        0;  ///< malloc, calloc, realloc and aligned ones; stays 0 under a sanitizer, which has its own
    uint64_t mapped_bytes = 0;  ///< of address space now
};

/// Counted in programs that link sky_test_allocations.
[[nodiscard]] Allocations allocations();

}  // namespace sky::test
