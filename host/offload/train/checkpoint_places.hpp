#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/offload/io/tensor_store.hpp"
#include "host/offload/pinned/pinned_allocator.hpp"
#include "host/offload/train/checkpoints.hpp"

namespace sky::offload {

enum class CheckpointPlace : uint8_t { kDevice, kHost, kSsd };
[[nodiscard]] const char* to_string(CheckpointPlace place);

/// Of `layers` layers, each with `elements` inputs.
struct CheckpointShape {
    uint64_t layers = 0;
    uint64_t elements = 0;
};

[[nodiscard]] Result<std::unique_ptr<Checkpoints>> make_device_checkpoints(const CheckpointShape& shape);
/// A pinned block for each.
[[nodiscard]] Result<std::unique_ptr<Checkpoints>> make_host_checkpoints(const CheckpointShape& shape,
                                                                         PinnedAllocator& pinned);

/// What make_ssd_checkpoints() needs of a store.
[[nodiscard]] std::vector<TensorSpec> checkpoint_specs(const CheckpointShape& shape);
/// The tensors of `store` from `first_tensor` on, with two pinned buffers on the way.
[[nodiscard]] Result<std::unique_ptr<Checkpoints>> make_ssd_checkpoints(const CheckpointShape& shape,
                                                                        TensorStore& store, size_t first_tensor,
                                                                        PinnedAllocator& pinned);

}  // namespace sky::offload
