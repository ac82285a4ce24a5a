#include "host/offload/pinned/pinned_region.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sky::offload {

namespace {

/// Piece by piece, each of which takes a moment: 0 or an errno. Ends early when the run is stopped.
int lock(void* data, uint64_t bytes, const PinnedOptions& options) {
    constexpr uint64_t kPiece = uint64_t{256} << 20;
    for (uint64_t at = 0; at < bytes; at += kPiece) {
        if (options.stop && options.stop()) return EINTR;
        if (mlock(static_cast<std::byte*>(data) + at, std::min(kPiece, bytes - at)) == 0) continue;
        const int refused = errno;
        (void)munlock(data, bytes);
        return refused;
    }
    return 0;
}

}  // namespace

Result<std::unique_ptr<PinnedRegion>> PinnedRegion::map(const std::string& purpose, uint64_t bytes,
                                                        const PinnedOptions& options) {
    void* const data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED)
        return Status::error(fmt::format("no memory for {}: {} bytes: {}; take less, or a larger machine", purpose,
                                         bytes, std::strerror(errno)));
    // Whole huge pages in it make one piece of a request for a device instead of many. Takes no more memory.
    (void)madvise(data, bytes, MADV_HUGEPAGE);
    std::unique_ptr<PinnedRegion> region(new PinnedRegion(static_cast<std::byte*>(data), bytes, options));
    const int refused = options.pin ? options.pin(data, bytes) : lock(data, bytes, options);
    if (options.stop && options.stop())
        return Status::error(fmt::format("no memory is pinned for {}: the run was stopped", purpose));
    region->locked_ = refused == 0;
    if (region->locked_) return region;
    for (uint64_t at = 0; at < bytes; at += kPageBytes) static_cast<volatile std::byte*>(data)[at] = std::byte{0};
    if (options.log)
        options.log(fmt::format(
            "{} bytes for {} are not locked: {}; every page was touched instead. Raise ulimit -l to lock them", bytes,
            purpose, std::strerror(refused)));
    return region;
}

PinnedRegion::~PinnedRegion() {
    if (locked_ && options_->unpin) options_->unpin(data_, bytes_);
    munmap(data_, bytes_);  // unlocks
}

}  // namespace sky::offload
