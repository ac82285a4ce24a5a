#include "host/offload/io/range.hpp"

#include <fmt/format.h>

namespace sky::offload {

namespace {

constexpr uint32_t kMaxDepth = 4096;

}  // namespace

Result<StripeRange> stripes_in(std::span<const TensorSpec> tensors, uint64_t unit_bytes, size_t tensor,
                               uint64_t offset, std::span<const std::byte> buffer) {
    if (tensor >= tensors.size())
        return Status::error(fmt::format("there is no tensor {}\nthe store has {}", tensor, tensors.size()));
    const TensorSpec& spec = tensors[tensor];
    if (offset % unit_bytes != 0 || offset >= spec.bytes)
        return Status::error(fmt::format("byte {} of tensor '{}' is asked for\ntake a multiple of {} below {}",
                                         offset, spec.name, unit_bytes, spec.bytes));
    if (reinterpret_cast<uintptr_t>(buffer.data()) % kBlockBytes != 0)
        return Status::error(
            fmt::format("the buffer for tensor '{}' is not aligned to {} bytes\nalign it", spec.name, kBlockBytes));
    const uint64_t rest = padded(spec.bytes - offset);
    if (buffer.empty() || buffer.size() > rest || (buffer.size() < rest && buffer.size() % unit_bytes != 0))
        return Status::error(
            fmt::format("the buffer for tensor '{}' has {} bytes\ntake {} for all that follows byte {}, or "
                        "a multiple of {}",
                        spec.name, buffer.size(), rest, offset, unit_bytes));
    return StripeRange{.first = offset / unit_bytes, .count = (buffer.size() + unit_bytes - 1) / unit_bytes};
}

Status check_depth(uint32_t depth) {
    if (depth > 0 && depth <= kMaxDepth) return {};
    return Status::error(fmt::format("a depth of {} requests\ntake 1 to {}", depth, kMaxDepth));
}

std::future<Status> ready(Status status) {
    std::promise<Status> promise;
    promise.set_value(std::move(status));
    return promise.get_future();
}

}  // namespace sky::offload
