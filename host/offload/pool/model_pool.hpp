#pragma once

#include <vector>

#include "host/offload/plan/model.hpp"
#include "host/offload/pool/layout.hpp"
#include "host/offload/pool/schedule.hpp"

namespace sky::offload {

/// What a pool for a model is made of.
struct ModelPool {
    PoolSchedule schedule;
    std::vector<SlotCount> slots;  ///< as the planner counts them
    uint64_t slot_count = 0;
};

/// The forward pass and the backward pass over a model, one block at a time: all matrices of a block are acquired,
/// then all are released. Embeddings and head are used alone. Tensors of less than `resident_below` bytes take part
/// as well; larger vectors, and routers, do not.
[[nodiscard]] ModelPool model_pool(const Model& model, uint64_t weight_bytes, uint64_t resident_below);

}  // namespace sky::offload
