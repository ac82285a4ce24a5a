#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sky::offload {

/// A tensor that comes and goes.
struct PoolTensor {
    std::string name;
    uint64_t bytes = 0;
};

struct PoolStep {
    enum class Kind : uint8_t { kAcquire, kRelease };
    Kind kind{};
    uint32_t tensor = 0;  ///< its place in PoolSchedule::tensors
};

/// In which order a pass over a model needs its tensors and is done with them. A pass may be repeated. Tensors may be
/// fetched ahead and steps shared out among threads: see BufferPool.
struct PoolSchedule {
    std::vector<PoolTensor> tensors;
    std::vector<PoolStep> steps;

    void acquire(uint32_t tensor) { steps.push_back({PoolStep::Kind::kAcquire, tensor}); }
    void release(uint32_t tensor) { steps.push_back({PoolStep::Kind::kRelease, tensor}); }
    [[nodiscard]] uint32_t add(std::string name, uint64_t bytes) {
        tensors.push_back({std::move(name), bytes});
        return static_cast<uint32_t>(tensors.size() - 1);
    }
};

}  // namespace sky::offload
