#include "sysc/model/lazy_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <utility>

namespace sky::model {

namespace {

/// Large pages are asked for in steps of this many bytes, from this many on: a large page is then little of the
/// whole.
constexpr uint64_t kAdviceBytes = uint64_t{1} << 23;

}  // namespace

LazyMemory::LazyMemory(uint64_t bytes) : bytes_(bytes) {
    if (bytes == 0) return;
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    data_ = static_cast<std::byte*>(memory);
}

LazyMemory::~LazyMemory() {
    if (data_ != nullptr) munmap(data_, bytes_);
}

LazyMemory::LazyMemory(LazyMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      expected_(std::exchange(other.expected_, 0)) {}

LazyMemory& LazyMemory::operator=(LazyMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(expected_, other.expected_);
    return *this;
}

void LazyMemory::advise(uint64_t used) {
    const uint64_t from = expected_;
    expected_ = std::min(bytes_, (used + kAdviceBytes - 1) / kAdviceBytes * kAdviceBytes);
    // Only a wish: a host that has no large pages does without.
    if (expected_ > kAdviceBytes) (void)madvise(data_ + from, expected_ - from, MADV_HUGEPAGE);
}

}  // namespace sky::model
