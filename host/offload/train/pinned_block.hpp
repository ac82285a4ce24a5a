#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "host/offload/pinned/pinned_allocator.hpp"

namespace sky::offload {

/// A block of an allocator, which must outlive it, until the end of its life.
class PinnedBlock {
   public:
    PinnedBlock() = default;
    PinnedBlock(PinnedBlock&& other) noexcept
        : allocator_(std::exchange(other.allocator_, nullptr)), bytes_(std::exchange(other.bytes_, {})) {}
    PinnedBlock& operator=(PinnedBlock&& other) noexcept {
        std::swap(allocator_, other.allocator_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    PinnedBlock(const PinnedBlock&) = delete;
    PinnedBlock& operator=(const PinnedBlock&) = delete;
    ~PinnedBlock() {
        if (allocator_ != nullptr) allocator_->release(bytes_);
    }

    /// Of no bytes there is none, and nothing is taken.
    [[nodiscard]] static Result<PinnedBlock> take(PinnedAllocator& allocator, const std::string& purpose,
                                                  uint64_t bytes) {
        PinnedBlock block;
        if (bytes == 0) return block;
        const Result<std::span<std::byte>> taken = allocator.allocate(purpose, bytes);
        if (!taken.ok()) return taken.status();
        block.allocator_ = &allocator;
        block.bytes_ = taken.value();
        return block;
    }

    [[nodiscard]] std::byte* data() const { return bytes_.data(); }
    [[nodiscard]] std::span<std::byte> span() const { return bytes_; }
    [[nodiscard]] float* floats() const { return reinterpret_cast<float*>(bytes_.data()); }

   private:
    PinnedAllocator* allocator_ = nullptr;
    std::span<std::byte> bytes_;
};

}  // namespace sky::offload
