#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "host/memory/status.hpp"
#include "host/offload/dtype.hpp"
#include "host/offload/rounding.hpp"

namespace sky::offload {

/// Hands out consecutive stretches of memory; of none at all, it counts what would be taken.
class Carver {
   public:
    explicit Carver(std::byte* memory = nullptr) : memory_(memory) {}

    template <typename T>
    T* take(uint64_t count) {
        const uint64_t at = bytes_;
        bytes_ += round_up(count * sizeof(T), kCacheLineBytes);
        return memory_ == nullptr ? nullptr : reinterpret_cast<T*>(memory_ + at);
    }
    [[nodiscard]] uint64_t bytes() const { return bytes_; }

   private:
    std::byte* memory_;
    uint64_t bytes_ = 0;
};

/// Pages of zeros from the system, there when they are touched.
class Pages {
   public:
    /// `purpose` stands in the error.
    [[nodiscard]] static Result<std::unique_ptr<Pages>> map(const std::string& purpose, uint64_t bytes);
    ~Pages();
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;

    [[nodiscard]] std::byte* data() const { return data_; }
    [[nodiscard]] uint64_t bytes() const { return bytes_; }

   private:
    Pages(std::byte* data, uint64_t bytes) : data_(data), bytes_(bytes) {}
    std::byte* data_;
    uint64_t bytes_;
};

/// Where a decoder is computed: memory of its own, which weights are copied to and gradients from. On a processor it
/// is memory like any other; on a GPU it would be the GPU's, and these copies its transfers.
class Device {
   public:
    [[nodiscard]] static Result<std::unique_ptr<Device>> make(uint64_t bytes);

    [[nodiscard]] std::byte* memory() const { return pages_->data(); }
    [[nodiscard]] uint64_t bytes() const { return pages_->bytes(); }

    /// Elements of the host, of that dtype, become fp32 on the device.
    static void upload(const std::byte* from, Dtype dtype, uint64_t count, float* to);
    /// The same of `columns` columns of rows that are `stride` elements apart; on the device they lie without gaps.
    static void upload(const std::byte* from, Dtype dtype, uint64_t rows, uint64_t columns, uint64_t stride,
                       float* to);
    /// A gradient leaves; added to what is there, or put there.
    static void download(std::span<const float> from, bool add, float* to);

   private:
    explicit Device(std::unique_ptr<Pages> pages) : pages_(std::move(pages)) {}
    std::unique_ptr<Pages> pages_;
};

}  // namespace sky::offload
