#include "tests/support/allocations.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>

namespace {

std::atomic<uint64_t> heap_calls{0};

}  // namespace

// In place of the C library's functions, which stay reachable under these names.
#if !defined(__SANITIZE_ADDRESS__)
extern "C" {
// NOLINTBEGIN(readability-identifier-naming): the names of the C library
void* __libc_malloc(size_t bytes);
void* __libc_calloc(size_t count, size_t bytes);
void* __libc_realloc(void* old, size_t bytes);
void* __libc_memalign(size_t alignment, size_t bytes);
// NOLINTEND(readability-identifier-naming)

void* malloc(size_t bytes) {
    ++heap_calls;
    return __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) {
    ++heap_calls;
    return __libc_calloc(count, bytes);
}
void* realloc(void* old, size_t bytes) {
    ++heap_calls;
    return __libc_realloc(old, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
    ++heap_calls;
    return __libc_memalign(alignment, bytes);
}
}
#endif

namespace sky::test {

Allocations allocations() {
    Allocations now{.heap_calls = heap_calls, .mapped_bytes = 0};
    char text[64] = {};  // pages of address space come first
    const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file >= 0 && read(file, text, sizeof text - 1) > 0)
        now.mapped_bytes = std::strtoull(text, nullptr, 10) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    if (file >= 0) close(file);
    return now;
}

}  // namespace sky::test
