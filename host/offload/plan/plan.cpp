#include "host/offload/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "host/offload/plan/slots.hpp"
#include "host/offload/rounding.hpp"

namespace sky::offload {

namespace {

/// Interpreter, libraries and contexts beside all buffers: 4.5 GiB, the one constant that is not derived.
constexpr uint64_t kRuntimeBytes = uint64_t{9} << 29;

constexpr uint64_t kStateBytes = 4;        // p, m or v of an element
constexpr uint64_t kSpillBytes = 4;        // the baseline spills gradients as fp32 whatever the flat buffer has
constexpr uint64_t kOptimizerBuffers = 4;  // p, m, v and gradient

// Tiles under way, of each process (our design).
constexpr uint64_t kWeightTiles = 6;    // one computed with, one to follow, four being read
constexpr uint64_t kSpillTiles = 2;     // one filled, one being written
constexpr uint64_t kStateTiles = 3;     // one being read, one computed, one being written
constexpr uint64_t kGradientTiles = 2;  // of the optimizer: read and computed
constexpr uint64_t kOutputTiles = 2;    // computed and being written

// Layer by layer, the input of a layer in a micro-batch is written when the layer before has it and read by the
// layer, and again in the backward pass, where its gradient is written and then read by the layer before (our
// design).
constexpr uint64_t kActivationReads = 3;
constexpr uint64_t kActivationWrites = 2;
constexpr uint64_t kActivationTiles = 4;  // two read and two written

constexpr double kMostBytes = 4e18;  // a sum of parts still fits 64 bits

/// What all modes are computed from.
struct Quantities {
    uint64_t parameters;
    uint64_t largest;  // elements
    uint64_t weight_bytes;
    uint64_t gradient_bytes;
    uint64_t tokens;  // of a GPU
    Slots slots;
};

Quantities quantities(const Model& model, const PlanRequest& request) {
    const uint64_t weight_bytes = bytes_of(request.dtype);
    return {.parameters = model.parameters(),
            .largest = model.largest_elements(),
            .weight_bytes = weight_bytes,
            .gradient_bytes = bytes_of(request.gradients),
            .tokens = request.context * request.batch,
            .slots = slots_of(model, weight_bytes, request.resident_bytes)};
}

/// One block of pinned memory in each of n processes, of a power of two.
uint64_t pinned_blocks(uint64_t bytes, uint64_t processes) {
    return processes * power_of_two_ceil(ceil_div(bytes, processes));
}

void plan_zero_infinity(const Quantities& q, const PlanRequest& request, ModePlan& out) {
    const uint64_t n = request.gpus;
    const uint64_t pool = q.slots.count() * q.slots.largest_bytes();
    out.pool_request_bytes = pool + q.slots.resident_bytes;
    out.pool_bytes = pinned_blocks(pool, n) + q.slots.resident_slab_bytes;
    out.optimizer_bytes = kOptimizerBuffers * pinned_blocks(kStateBytes * q.largest, n);
    out.swap_out_bytes = pinned_blocks(q.weight_bytes * q.largest, n);
    out.gradient_bytes = pinned_blocks(q.gradient_bytes * q.parameters, n);
    // abs(), a copy, and its comparison with infinity, a byte an element.
    if (request.dtype == Dtype::kFp16) out.overflow_bytes = (q.gradient_bytes + 1) * q.parameters;
}

void plan_memascend(const Quantities& q, ModePlan& out) {
    out.pool_request_bytes = q.slots.bytes() + q.slots.resident_bytes;
    out.pool_bytes = q.slots.resident_slab_bytes;
    for (const SlotClass& c : q.slots.classes) out.pool_bytes += c.slots * round_up(c.bytes, kPageBytes);
    out.optimizer_bytes = kOptimizerBuffers * kStateBytes * q.largest;
    out.swap_out_bytes = q.weight_bytes * q.largest;
    out.gradient_bytes = q.gradient_bytes * q.parameters;
}

void plan_tiled(const Quantities& q, const PlanRequest& request, ModePlan& out) {
    const uint64_t n = request.gpus;
    // Elements whose p, m and v share a tile.
    const uint64_t elements = request.tile_bytes / (3 * kStateBytes) / kReductionBlock * kReductionBlock;
    const bool streams = q.slots.count() != 0;
    out.pool_request_bytes = (streams ? n * kWeightTiles * request.tile_bytes : 0) + q.slots.resident_bytes;
    out.pool_bytes = out.pool_request_bytes - q.slots.resident_bytes + q.slots.resident_slab_bytes;
    out.optimizer_bytes = n * elements * (kStateTiles * 3 * kStateBytes + kGradientTiles * q.gradient_bytes);
    out.swap_out_bytes = n * elements * kOutputTiles * q.weight_bytes;
    out.gradient_bytes = n * kSpillTiles * request.tile_bytes;
}

/// In tiles the micro-batches of a step go through a layer one after the other, and so through all layers.
bool goes_layer_by_layer(Mode mode, const PlanRequest& request) {
    return mode == Mode::kTiled && request.accumulate > 1;
}

/// How many of them a process has in host memory.
uint64_t checkpoints(const Model& model, Mode mode, const PlanRequest& request) {
    return goes_layer_by_layer(mode, request) ? kActivationTiles : model.layers.size();
}

/// The checkpoint of one layer in one process.
uint64_t checkpoint_bytes(Mode mode, uint64_t bytes) {
    return mode == Mode::kZeroInfinity ? power_of_two_ceil(bytes) : bytes;
}

Traffic traffic(const Model& model, const Quantities& q, Mode mode, const PlanRequest& request) {
    const bool layer_by_layer = goes_layer_by_layer(mode, request);
    Traffic out = traffic_of(TrafficScheme::kSpilledGradients,
                             {.parameters = q.parameters,
                              .resident_parameters = q.slots.resident_bytes / q.weight_bytes,
                              .weight_bytes = q.weight_bytes,
                              .gradient_bytes = mode == Mode::kZeroInfinity ? kSpillBytes : q.gradient_bytes,
                              .weight_passes = layer_by_layer ? 2 : 2 * request.accumulate});
    if (!layer_by_layer) return out;
    const uint64_t activations =
        request.gpus * request.accumulate * model.layers.size() * q.weight_bytes * q.tokens * model.hidden;
    out.read_bytes += kActivationReads * activations;
    out.written_bytes += kActivationWrites * activations;
    return out;
}

/// The most tokens of a GPU whose checkpoints fit what the other parts leave.
uint64_t most_tokens(const Model& model, const Quantities& q, const PlanRequest& request, const ModePlan& parts) {
    const uint64_t ram = *request.ram_bytes;
    if (ram <= parts.fixed_bytes()) return 0;
    uint64_t a_layer = (ram - parts.fixed_bytes()) / (request.gpus * checkpoints(model, parts.mode, request));
    if (parts.mode == Mode::kZeroInfinity) a_layer = std::bit_floor(a_layer);
    return a_layer / (q.weight_bytes * model.hidden);
}

Status check(const Model& model, const PlanRequest& request) {
    const double weights = 2.0 * static_cast<double>(request.accumulate) * static_cast<double>(model.parameters()) *
                           static_cast<double>(bytes_of(request.dtype));
    if (weights > kMostBytes)
        return Status::error(
            fmt::format("{} micro-batches read {:.3g} bytes of weights\n"
                        "expected at most {:.3g} bytes: choose less of --accumulate",
                        request.accumulate, weights, kMostBytes));
    const double checkpoints = 2.0 * static_cast<double>(request.gpus) * static_cast<double>(model.layers.size()) *
                               (request.accumulate == 1 ? 1.0 : 3.0 * static_cast<double>(request.accumulate)) *
                               static_cast<double>(bytes_of(request.dtype)) * static_cast<double>(request.context) *
                               static_cast<double>(request.batch) * static_cast<double>(model.hidden);
    if (checkpoints <= kMostBytes) return {};
    return Status::error(
        fmt::format("the checkpoints of {} tokens times a batch of {} on {} GPUs take {:.3g} bytes\n"
                    "expected at most {:.3g} bytes: choose less of --context, --batch, --gpus or --accumulate",
                    request.context, request.batch, request.gpus, checkpoints, kMostBytes));
}

}  // namespace

const char* to_string(Mode mode) {
    switch (mode) {
        case Mode::kZeroInfinity: return "zero-infinity";
        case Mode::kMemAscend: return "memascend";
        case Mode::kTiled: return "tiled";
    }
    return "";
}

std::span<const Part> peak_parts() {
    static constexpr std::array kParts{
        Part{"pool_bytes", "weights on their way", &ModePlan::pool_bytes},
        Part{"optimizer_bytes", "optimizer buffers", &ModePlan::optimizer_bytes},
        Part{"swap_out_bytes", "new weights to the SSD", &ModePlan::swap_out_bytes},
        Part{"gradient_bytes", "gradients", &ModePlan::gradient_bytes},
        Part{"overflow_bytes", "overflow check", &ModePlan::overflow_bytes},
        Part{"checkpoint_bytes", "activation checkpoints", &ModePlan::checkpoint_bytes},
        Part{"runtime_bytes", "runtime", &ModePlan::runtime_bytes},
    };
    return kParts;
}

double reduction_percent(uint64_t bytes, uint64_t baseline) {
    return 100 * (1 - static_cast<double>(bytes) / static_cast<double>(baseline));
}

Result<ModePlan> plan(const Model& model, Mode mode, const PlanRequest& request) {
    if (Status status = check(model, request); !status.ok()) return status;
    const Quantities q = quantities(model, request);
    ModePlan out;
    out.mode = mode;
    out.runtime_bytes = kRuntimeBytes;
    switch (mode) {
        case Mode::kZeroInfinity: plan_zero_infinity(q, request, out); break;
        case Mode::kMemAscend: plan_memascend(q, out); break;
        case Mode::kTiled: plan_tiled(q, request, out); break;
    }
    out.checkpoint_bytes = request.gpus * checkpoints(model, mode, request) *
                           checkpoint_bytes(mode, q.weight_bytes * q.tokens * model.hidden);
    out.traffic = traffic(model, q, mode, request);
    out.steps_per_tbw = request.tbw_bytes / out.traffic.written_bytes;
    if (!request.ram_bytes) return out;
    const uint64_t tokens = most_tokens(model, q, request, out);
    out.max_context = tokens / request.batch;
    if (request.context != 0) out.max_batch = tokens / request.context;
    return out;
}

}  // namespace sky::offload
