#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "host/memory/status.hpp"
#include "host/offload/dtype.hpp"
#include "host/offload/plan/model.hpp"
#include "host/offload/plan/traffic.hpp"

namespace sky::offload {

/// How a run keeps its tensors: as DeepSpeed's ZeRO-Infinity, with MemAscend's mechanisms, or in tiles (our design).
enum class Mode : uint8_t { kZeroInfinity, kMemAscend, kTiled };
inline constexpr Mode kModes[]{Mode::kZeroInfinity, Mode::kMemAscend, Mode::kTiled};
[[nodiscard]] const char* to_string(Mode mode);

inline constexpr Dtype kGradientDtypes[]{Dtype::kFp32, Dtype::kBf16};

inline constexpr uint64_t kDefaultTbwBytes = 600'000'000'000'000;
/// A tile is whole blocks of the reductions of a training step, p, m and v of one of them at least.
inline constexpr uint64_t kReductionBlock = 65536;  ///< elements
inline constexpr uint64_t kTileStepBytes = 4 * kReductionBlock;
inline constexpr uint64_t kMinTileBytes = 3 * kTileStepBytes;
inline constexpr uint64_t kMaxTileBytes = uint64_t{1} << 30;
inline constexpr uint64_t kDefaultTileBytes = uint64_t{64} << 20;

/// What a run is to be.
struct PlanRequest {
    Dtype dtype = Dtype::kFp16;      ///< of the weights that are computed with
    Dtype gradients = Dtype::kFp32;  ///< of the flat gradient buffer
    uint64_t resident_bytes = 0;     ///< tensors of less than this stay in host memory
    uint64_t context = 0;            ///< tokens of a sequence; 0: no activations
    uint64_t batch = 1;              ///< sequences a GPU has at once
    uint64_t gpus = 1;
    uint64_t accumulate = 1;                ///< micro-batches of a step
    std::optional<uint64_t> ram_bytes{};    ///< of the machine: how long a context, how large a batch does it take?
    uint64_t tbw_bytes = kDefaultTbwBytes;  ///< that may be written to the SSD in its life
    uint64_t tile_bytes = kDefaultTileBytes;
};

/// What one mode takes of host memory, part by part, and of the SSD.
struct ModePlan {
    Mode mode{};
    uint64_t pool_request_bytes = 0;  ///< weights on their way, before slots and blocks are rounded up
    uint64_t pool_bytes = 0;
    uint64_t optimizer_bytes = 0;   ///< p, m, v and gradient of what the optimizer has in hands
    uint64_t swap_out_bytes = 0;    ///< new weights on their way to the SSD
    uint64_t gradient_bytes = 0;    ///< the flat buffer; in tiles those on their way to the SSD
    uint64_t overflow_bytes = 0;    ///< temporaries of the overflow check, at their largest
    uint64_t checkpoint_bytes = 0;  ///< the input of every layer, kept for the backward pass
    uint64_t runtime_bytes = 0;
    Traffic traffic;
    uint64_t steps_per_tbw = 0;
    std::optional<uint64_t> max_context;  ///< at the requested batch; only with ram_bytes
    std::optional<uint64_t> max_batch;    ///< at the requested context; only with ram_bytes and a context

    [[nodiscard]] uint64_t fixed_bytes() const {
        return pool_bytes + optimizer_bytes + swap_out_bytes + gradient_bytes + overflow_bytes + runtime_bytes;
    }
    [[nodiscard]] uint64_t peak_bytes() const { return fixed_bytes() + checkpoint_bytes; }
};

/// A part of the peak by its name in results, in the order in which it is printed.
struct Part {
    const char* name;  ///< "pool_bytes"
    const char* label;
    uint64_t ModePlan::*bytes;
};
[[nodiscard]] std::span<const Part> peak_parts();

/// How much less than `baseline` it is.
[[nodiscard]] double reduction_percent(uint64_t bytes, uint64_t baseline);

/// host/offload/README.md has the formulas. Refuses what would not fit 64 bits, naming the option.
[[nodiscard]] Result<ModePlan> plan(const Model& model, Mode mode, const PlanRequest& request);

}  // namespace sky::offload
