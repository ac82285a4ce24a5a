#pragma once

#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "host/offload/optimizer/offloaded_tensors.hpp"
#include "host/offload/pool/buffer_pool.hpp"
#include "host/offload/train/staged.hpp"

namespace sky::offload {

/// Layout and schedule of the pool of a decoder: its matrices, and vectors that stay in memory.
struct WeightPoolPlan {
    PoolLayout layout;
    PoolSchedule schedule;
    std::vector<uint32_t> pooled;                  ///< of each tensor: its number in the schedule, or kNoParameter
    std::vector<std::vector<uint32_t>> unit_uses;  ///< of each unit: the tensors that it acquires, in order
};
[[nodiscard]] Result<WeightPoolPlan> plan_weight_pool(const Decoder& decoder, const TrainOptions& options);

/// Weights on their way from a store: read ahead as far as slots allow, within one pass.
class WeightPool {
   public:
    [[nodiscard]] static Result<std::unique_ptr<WeightPool>> make(WeightPoolPlan plan, TensorStore& store,
                                                                  const StoredTensors& stored,
                                                                  std::span<std::byte> memory);
    ~WeightPool();
    WeightPool(const WeightPool&) = delete;
    WeightPool& operator=(const WeightPool&) = delete;

    [[nodiscard]] bool has(uint32_t tensor) const { return plan_.pooled[tensor] != kNoParameter; }
    /// Of a tensor that never leaves the pool.
    [[nodiscard]] std::span<std::byte> resident(uint32_t tensor) const;
    [[nodiscard]] bool is_resident(uint32_t tensor) const;

    [[nodiscard]] Status begin_unit(uint32_t unit);
    /// Waits until it has come; it stays until it is released.
    [[nodiscard]] Result<const std::byte*> weights(uint32_t tensor);
    void release(uint32_t tensor);
    void end_unit(uint32_t unit);

   private:
    struct Coming {
        uint32_t tensor = 0;
        PoolBuffer buffer;
        std::future<Status> read;  // none of a resident one
    };

    WeightPool(WeightPoolPlan plan, TensorStore& store, const StoredTensors& stored)
        : plan_(std::move(plan)), store_(&store), stored_(stored), held_(plan_.pooled.size()) {}
    void fetch_ahead();
    void start(PoolBuffer buffer);

    WeightPoolPlan plan_;
    TensorStore* store_;
    StoredTensors stored_;
    std::vector<uint32_t> tensor_of_;  // of a number in the schedule
    std::unique_ptr<BufferPool> pool_;
    std::vector<std::optional<Coming>> held_;  // of each tensor
    std::deque<Coming> ahead_;
    uint64_t next_use_ = 0;
    uint64_t last_use_ = 0;  // of the passes begun so far
};

}  // namespace sky::offload
