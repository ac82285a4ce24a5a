#pragma once

#include <cstdint>
#include <future>
#include <span>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/io/tensor_store.hpp"

namespace sky::offload {

/// Units of a tensor.
struct StripeRange {
    uint64_t first = 0;
    uint64_t count = 0;
};

/// What a buffer at an offset of a tensor covers, or why it may not.
[[nodiscard]] Result<StripeRange> stripes_in(std::span<const TensorSpec> tensors, uint64_t unit_bytes, size_t tensor,
                                             uint64_t offset, std::span<const std::byte> buffer);

[[nodiscard]] Status check_depth(uint32_t depth);

/// A future that has its value.
[[nodiscard]] std::future<Status> ready(Status status);

}  // namespace sky::offload
