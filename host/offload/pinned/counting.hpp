#pragma once

#include <cstdint>
#include <string>

#include "host/offload/pinned/pinned_region.hpp"

namespace sky::offload {

inline constexpr uint64_t kMaxBlockBytes = uint64_t{1} << 46;

[[nodiscard]] Status check_request(const std::string& purpose, uint64_t bytes, uint64_t alignment);

/// Keeps the statistics of an allocator.
class Counting {
   public:
    void mapped(const PinnedRegion& region);
    void unmapped(const PinnedRegion& region);
    void taken(uint64_t bytes);
    void released(uint64_t bytes) { now_.requested_bytes -= bytes; }
    [[nodiscard]] const PinnedStatistics& now() const { return now_; }

   private:
    PinnedStatistics now_;
};

}  // namespace sky::offload
