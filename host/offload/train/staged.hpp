#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "host/offload/io/tensor_store.hpp"
#include "host/offload/pinned/pinned_allocator.hpp"
#include "host/offload/train/residence.hpp"
#include "host/offload/train/trainer.hpp"
#include "host/offload/train/workers.hpp"

namespace sky::offload {

/// What a mode with a store takes of it and of pinned memory.
struct StagedPlan {
    std::vector<TensorSpec> tensors;
    uint64_t pinned_bytes = 0;  ///< of all blocks, each in whole pages
};

/// What a residence is made of; all of it outlives it but the plan.
struct StagedParts {
    const Decoder* decoder = nullptr;
    const TrainOptions* options = nullptr;
    const StagedPlan* plan = nullptr;
    Workers* workers = nullptr;
    TensorStore* store = nullptr;
    PinnedAllocator* pinned = nullptr;
};

[[nodiscard]] StagedPlan plan_staged(const Decoder& decoder, const TrainOptions& options);
[[nodiscard]] Result<std::unique_ptr<Residence>> make_staged_residence(const StagedParts& parts);

}  // namespace sky::offload
