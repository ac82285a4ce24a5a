#pragma once

#include <memory>
#include <span>
#include <vector>

#include "host/offload/io/tensor_store.hpp"

namespace sky::offload {

/// Which tensors to keep in `bytes` of memory: those first that move most often in a step, as many as fit. Of a
/// larger number of bytes at least as many bytes are kept.
[[nodiscard]] std::vector<bool> kept_tensors(std::span<const TensorSpec> tensors, uint64_t bytes);

/// Some tensors in memory, the others in a store, which has these alone in the same order; null when there are none.
[[nodiscard]] Result<std::unique_ptr<TensorStore>> make_cached_store(std::span<const TensorSpec> tensors,
                                                                     const std::vector<bool>& kept,
                                                                     std::unique_ptr<TensorStore> others);

}  // namespace sky::offload
