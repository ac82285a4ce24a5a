#pragma once

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

#include "host/offload/io/tensor_store.hpp"

namespace sky::offload {

/// Memory that O_DIRECT takes: aligned to a block, its size padded to one. Its content is anything.
class AlignedBuffer {
   public:
    explicit AlignedBuffer(uint64_t bytes) : bytes_(padded(bytes)) {
        // Huge pages, where there are any, make one piece of a request for the device instead of many.
        const bool huge = bytes_ >= kHugePageBytes;
        const uint64_t alignment = huge ? kHugePageBytes : kBlockBytes;
        data_.reset(static_cast<std::byte*>(std::aligned_alloc(alignment, round_up(bytes_, alignment))));
        if (data_ == nullptr) throw std::bad_alloc();
        if (huge) (void)madvise(data_.get(), bytes_ / kHugePageBytes * kHugePageBytes, MADV_HUGEPAGE);
    }

    [[nodiscard]] std::span<std::byte> span() const { return {data_.get(), bytes_}; }
    [[nodiscard]] std::byte* data() const { return data_.get(); }
    [[nodiscard]] uint64_t size() const { return bytes_; }

   private:
    static constexpr uint64_t kHugePageBytes = uint64_t{2} << 20;
    struct Free {
        void operator()(std::byte* data) const { std::free(data); }
    };
    uint64_t bytes_;
    std::unique_ptr<std::byte, Free> data_;
};

}  // namespace sky::offload
