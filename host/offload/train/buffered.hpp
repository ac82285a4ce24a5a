#pragma once

#include <memory>

#include "host/offload/train/staged.hpp"

namespace sky::offload {

/// ZeRO-Infinity and MemAscend: whole tensors come into a pool a unit at a time, all gradients lie in one flat buffer
/// and are spilled from it, and the optimizer takes whole tensors in turn. What differs is the kind of pool and of
/// pinned memory, the check for overflow and the store: each is an option of its own.
[[nodiscard]] Result<StagedPlan> plan_buffered(const Decoder& decoder, const TrainOptions& options);
[[nodiscard]] Result<std::unique_ptr<Residence>> make_buffered_residence(const StagedParts& parts);

}  // namespace sky::offload
