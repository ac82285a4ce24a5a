#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "host/offload/io/tensor_store.hpp"
#include "host/offload/optimizer/offloaded_tensors.hpp"
#include "host/offload/pinned/pinned_allocator.hpp"
#include "host/offload/train/residence.hpp"
#include "host/offload/train/trainer.hpp"
#include "host/offload/train/workers.hpp"

namespace sky::offload {

/// What a block of pinned memory is for.
enum class PinnedPart : uint8_t { kWeights, kGradients, kOptimizer, kCheckpoints };
struct PlannedBlock {
    PinnedPart part{};
    uint64_t bytes = 0;  ///< whole pages
};

/// What a mode with a store takes of it and of memory.
struct StagedPlan {
    std::vector<TensorSpec> tensors;
    std::vector<PlannedBlock> pinned_blocks;
    uint64_t device_bytes = 0;     ///< beside what a pass takes
    uint64_t temporary_bytes = 0;  ///< taken and given back in every step
};

/// What a residence is made of; all of it outlives it.
struct StagedParts {
    const Decoder* decoder = nullptr;
    const TrainOptions* options = nullptr;
    Workers* workers = nullptr;
    TensorStore* store = nullptr;
    PinnedAllocator* pinned = nullptr;
};

/// Refuses options with which not even one tile, or no schedule of a pool, would do.
[[nodiscard]] Result<StagedPlan> plan_staged(const Decoder& decoder, const TrainOptions& options);
[[nodiscard]] Result<std::unique_ptr<Residence>> make_staged_residence(const StagedParts& parts);

// What the kinds share.

[[nodiscard]] std::vector<OptimizerTensor> optimizer_tensors(const Decoder& decoder);

/// Where a store has weights and gradients.
struct StoredTensors {
    std::vector<size_t> weights;
    std::vector<size_t> gradients;
};
[[nodiscard]] Result<StoredTensors> find_stored(const Decoder& decoder, const TensorStore& store);

/// Whether a tensor stays in host memory.
[[nodiscard]] inline bool is_resident(const Parameter& p, const TrainOptions& options) {
    return p.elements() * sizeof(float) < options.resident_bytes;
}

}  // namespace sky::offload
