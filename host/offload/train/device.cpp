#include "host/offload/train/device.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "host/offload/half.hpp"

namespace sky::offload {

Result<std::unique_ptr<Pages>> Pages::map(const std::string& purpose, uint64_t bytes) {
    bytes = round_up(std::max<uint64_t>(bytes, 1), kPageBytes);
    void* const data =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED)
        return Status::error(
            fmt::format("no memory for {}: {} bytes: {}\nuse a smaller model, batch or sequence, or "
                        "look for a limit (ulimit -v)",
                        purpose, bytes, std::strerror(errno)));
    return std::unique_ptr<Pages>(new Pages(static_cast<std::byte*>(data), bytes));
}

Pages::~Pages() { munmap(data_, bytes_); }

Result<std::unique_ptr<Device>> Device::make(uint64_t bytes) {
    Result<std::unique_ptr<Pages>> pages = Pages::map("the device", bytes);
    if (!pages.ok()) return pages.status();
    return std::unique_ptr<Device>(new Device(std::move(pages.value())));
}

void Device::upload(const std::byte* from, Dtype dtype, uint64_t count, float* to) {
    upload(from, dtype, 1, count, count, to);
}

void Device::upload(const std::byte* from, Dtype dtype, uint64_t rows, uint64_t columns, uint64_t stride, float* to) {
    for (uint64_t row = 0; row < rows; ++row, to += columns, from += stride * bytes_of(dtype)) {
        if (dtype == Dtype::kFp32) {
            std::memcpy(to, from, columns * sizeof(float));
            continue;
        }
        for (uint64_t i = 0; i < columns; ++i) {
            uint16_t half = 0;
            std::memcpy(&half, from + i * sizeof half, sizeof half);
            to[i] = dtype == Dtype::kFp16 ? fp16_to_fp32(half) : bf16_to_fp32(half);
        }
    }
}

void Device::download(std::span<const float> from, bool add, float* to) {
    if (!add) {
        std::memcpy(to, from.data(), from.size_bytes());
        return;
    }
    for (uint64_t i = 0; i < from.size(); ++i) to[i] += from[i];
}

}  // namespace sky::offload
