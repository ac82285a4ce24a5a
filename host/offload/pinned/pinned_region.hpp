#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "host/memory/status.hpp"
#include "host/offload/pinned/pinned_allocator.hpp"

namespace sky::offload {

/// Pages from the system, pinned or at least there, until the end of their life.
class PinnedRegion {
   public:
    /// `bytes` is a multiple of a page and not 0. `options` must outlive the region.
    static Result<std::unique_ptr<PinnedRegion>> map(const std::string& purpose, uint64_t bytes,
                                                     const PinnedOptions& options);
    ~PinnedRegion();
    PinnedRegion(const PinnedRegion&) = delete;
    PinnedRegion& operator=(const PinnedRegion&) = delete;

    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] uint64_t bytes() const { return bytes_; }
    [[nodiscard]] bool locked() const { return locked_; }

   private:
    PinnedRegion(std::byte* data, uint64_t bytes, const PinnedOptions& options)
        : data_(data), bytes_(bytes), options_(&options) {}

    std::byte* data_;
    uint64_t bytes_;
    const PinnedOptions* options_;
    bool locked_ = false;
};

}  // namespace sky::offload
