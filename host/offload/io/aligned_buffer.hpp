#pragma once

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
    explicit AlignedBuffer(uint64_t bytes)
        : bytes_(padded(bytes)), data_(static_cast<std::byte*>(std::aligned_alloc(kBlockBytes, bytes_))) {
        if (data_ == nullptr) throw std::bad_alloc();
    }

    [[nodiscard]] std::span<std::byte> span() const { return {data_.get(), bytes_}; }
    [[nodiscard]] std::byte* data() const { return data_.get(); }
    [[nodiscard]] uint64_t size() const { return bytes_; }

   private:
    struct Free {
        void operator()(std::byte* data) const { std::free(data); }
    };
    uint64_t bytes_;
    std::unique_ptr<std::byte, Free> data_;
};

}  // namespace sky::offload
