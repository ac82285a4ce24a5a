#include <fmt/format.h>

#include <algorithm>

#include "host/offload/pinned/counting.hpp"

namespace sky::offload {

Status check_request(const std::string& purpose, uint64_t bytes, uint64_t alignment) {
    if (bytes == 0) return Status::error(fmt::format("{} takes 0 bytes; a block has one at least", purpose));
    if (bytes > kMaxBlockBytes)
        return Status::error(
            fmt::format("{} takes {} bytes; a block has at most {}", purpose, bytes, kMaxBlockBytes));
    if (alignment == 0 || (alignment & (alignment - 1)) != 0 || alignment > kPageBytes)
        return Status::error(fmt::format("{} is to be aligned to {} bytes; take a power of two up to {}", purpose,
                                         alignment, kPageBytes));
    return {};
}

void Counting::mapped(const PinnedRegion& region) {
    now_.reserved_bytes += region.bytes();
    if (!region.locked()) now_.unlocked_bytes += region.bytes();
    ++now_.regions;
    now_.peak_reserved_bytes = std::max(now_.peak_reserved_bytes, now_.reserved_bytes);
}

void Counting::unmapped(const PinnedRegion& region) {
    now_.reserved_bytes -= region.bytes();
    if (!region.locked()) now_.unlocked_bytes -= region.bytes();
    --now_.regions;
}

void Counting::taken(uint64_t bytes) {
    now_.requested_bytes += bytes;
    now_.peak_requested_bytes = std::max(now_.peak_requested_bytes, now_.requested_bytes);
}

}  // namespace sky::offload
