#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/io/tensor_store.hpp"
#include "host/offload/optimizer/adamw.hpp"
#include "host/offload/optimizer/tiles.hpp"

/// AdamW over tensors that lie in a store: p, m and v, the gradient that is read, the new weights that are written
/// for the next forward pass. All are fp32.
namespace sky::offload {

struct OptimizerTensor {
    std::string name;
    uint64_t elements = 0;
    bool decays = true;  ///< takes the step's weight decay
};

struct OffloadedOptions {
    AdamWOptions adamw{};
    /// For everything in flight, aligned to a block: as many bytes as serial_buffer_bytes() or tiled_buffer_bytes()
    /// say. Registered with the store it costs the kernel less.
    std::span<std::byte> buffer;
    uint64_t tile_elements = 0;  ///< of the tiled optimizer: a multiple of kOptimizerBlock
};

/// Bytes moved and where the time of steps went.
struct OffloadedStatistics {
    uint64_t read_bytes = 0;
    uint64_t written_bytes = 0;
    double read_wait_seconds = 0;   ///< the step stood still for a read
    double compute_seconds = 0;     ///< of the update, and of the copy of new weights
    double write_wait_seconds = 0;  ///< the step stood still for a write
};

/// One thread at a time. After an error of step() the tensors are between two steps.
class OffloadedOptimizer {
   public:
    virtual ~OffloadedOptimizer() = default;
    OffloadedOptimizer() = default;
    OffloadedOptimizer(const OffloadedOptimizer&) = delete;
    OffloadedOptimizer& operator=(const OffloadedOptimizer&) = delete;

    /// Of a whole tensor.
    [[nodiscard]] virtual Status write_state(size_t tensor, std::span<const float> p, std::span<const float> m,
                                             std::span<const float> v) = 0;
    [[nodiscard]] virtual Status read_state(size_t tensor, StateSpans to) = 0;
    /// Reads every gradient, updates, and writes states and new weights.
    [[nodiscard]] virtual Status step(const AdamWStep& step) = 0;
    [[nodiscard]] virtual OffloadedStatistics statistics() const = 0;
};

// Either finds its tensors in the store by their names, which have these endings. A store may hold others, too.

/// "NAME.p", "NAME.m", "NAME.v", "NAME.gradient", "NAME.weight".
[[nodiscard]] std::vector<TensorSpec> serial_specs(std::span<const OptimizerTensor> tensors);
/// "NAME.pmv", laid out as TileLayout says, "NAME.gradient", "NAME.weight".
[[nodiscard]] std::vector<TensorSpec> tiled_specs(std::span<const OptimizerTensor> tensors);

/// Four buffers for p, m, v and gradient of the largest tensor, and one for its new weights.
[[nodiscard]] uint64_t serial_buffer_bytes(std::span<const OptimizerTensor> tensors);
/// Three tiles of states, two of gradients and two of new weights, whatever the tensors are.
[[nodiscard]] uint64_t tiled_buffer_bytes(uint64_t tile_elements);

/// What ZeRO-Infinity does: tensor by tensor, read all of p, m, v and gradient, compute, write p, m, v and weights.
[[nodiscard]] Result<std::unique_ptr<OffloadedOptimizer>> make_serial_optimizer(
    TensorStore& store, std::span<const OptimizerTensor> tensors, const OffloadedOptions& options);

/// Our design: tile by tile, one read and one write for p, m and v of a tile; while one is computed the next is read
/// and the one before is written, across the ends of tensors.
[[nodiscard]] Result<std::unique_ptr<OffloadedOptimizer>> make_tiled_optimizer(
    TensorStore& store, std::span<const OptimizerTensor> tensors, const OffloadedOptions& options);

}  // namespace sky::offload
