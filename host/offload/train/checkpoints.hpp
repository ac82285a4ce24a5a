#pragma once

#include <cstdint>

#include "host/memory/status.hpp"

namespace sky::offload {

/// The input of every layer, kept from the forward to the backward pass, which computes the rest again.
class Checkpoints {
   public:
    virtual ~Checkpoints() = default;
    Checkpoints() = default;
    Checkpoints(const Checkpoints&) = delete;
    Checkpoints& operator=(const Checkpoints&) = delete;

    /// From and to the device. Saved from the first layer to the last, loaded from the last to the first.
    [[nodiscard]] virtual Status save(uint64_t layer, const float* input) = 0;
    [[nodiscard]] virtual Status load(uint64_t layer, float* input) = 0;
    /// Of the device's memory.
    [[nodiscard]] virtual uint64_t device_bytes() const { return 0; }
    /// Ends a pass early.
    virtual void abandon() {}
};

}  // namespace sky::offload
