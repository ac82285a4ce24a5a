#pragma once

#include <cstdint>
#include <vector>

#include "host/offload/io/tensor_store.hpp"
#include "host/offload/train/decoder_pass.hpp"
#include "host/offload/train/trainer.hpp"

namespace sky::offload {

/// What a training takes of store and memory, known before any of it is taken.
struct TrainNeeds {
    std::vector<TensorSpec> tensors;  ///< of the store, those of checkpoints last
    size_t first_checkpoint = 0;
    uint64_t pinned_bytes = 0;  ///< of all blocks, each in whole pages
    uint64_t cache_bytes = 0;   ///< that the store may keep in memory

    // Of host memory, by part. Pinned blocks as their allocator rounds them.
    uint64_t states_bytes = 0;      ///< in-memory: weights, gradients and moments
    uint64_t pool_bytes = 0;        ///< pinned: weights on their way, and those that stay
    uint64_t optimizer_bytes = 0;   ///< pinned
    uint64_t gradient_bytes = 0;    ///< pinned
    uint64_t checkpoint_bytes = 0;  ///< pinned: inputs of layers
    uint64_t cached_bytes = 0;      ///< of the store
    uint64_t device_bytes = 0;      ///< a device that is the processor takes them of its memory, too
    uint64_t overflow_bytes = 0;    ///< taken and given back in every step

    [[nodiscard]] uint64_t reserved_bytes() const {
        return pool_bytes + optimizer_bytes + gradient_bytes + checkpoint_bytes;
    }
    [[nodiscard]] uint64_t memory_bytes() const {
        return states_bytes + reserved_bytes() + cached_bytes + device_bytes + overflow_bytes;
    }
};

/// Refuses what does not fit, such as a tile for which there is no room, with the bytes that it would take.
[[nodiscard]] Result<TrainNeeds> needs_of(const Decoder& decoder, const TrainOptions& options,
                                          const DecoderPass::Options& pass);

/// Whether there is so much memory: a process that takes what is not there is killed, or another one is.
[[nodiscard]] Status check_memory(const TrainNeeds& needs, const TrainOptions& options, uint64_t available);

}  // namespace sky::offload
