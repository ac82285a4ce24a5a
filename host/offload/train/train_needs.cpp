#include "host/offload/train/train_needs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/offload/train/cached_store.hpp"
#include "host/offload/train/in_memory.hpp"
#include "host/offload/train/staged.hpp"

namespace sky::offload {

namespace {

/// What an allocator takes for the blocks of a part.
uint64_t reserved(const std::vector<PlannedBlock>& blocks, PinnedPart part, PinnedKind kind) {
    uint64_t bytes = 0;
    for (const PlannedBlock& block : blocks)
        if (block.part == part && block.bytes != 0)
            bytes += kind == PinnedKind::kExact ? block.bytes : std::max(kPageBytes, power_of_two_ceil(block.bytes));
    return bytes;
}

uint64_t kept(const std::vector<TensorSpec>& tensors, uint64_t cache_bytes) {
    const std::vector<bool> which = kept_tensors(tensors, cache_bytes);
    uint64_t bytes = 0;
    for (size_t i = 0; i < tensors.size(); ++i)
        if (which[i]) bytes += padded(tensors[i].bytes);
    return bytes;
}

}  // namespace

Result<TrainNeeds> needs_of(const Decoder& decoder, const TrainOptions& options, const DecoderPass::Options& pass) {
    const CheckpointShape shape{.layers = decoder.layers.size(),
                                .elements = pass.shape.tokens() * decoder.shape.hidden};
    const bool staged = options.mode != TrainMode::kInMemory;
    Result<StagedPlan> planned = staged ? plan_staged(decoder, options) : StagedPlan{};
    if (!planned.ok()) return planned.status();
    StagedPlan& plan = planned.value();
    TrainNeeds needs;
    needs.first_checkpoint = plan.tensors.size();
    needs.tensors = std::move(plan.tensors);
    needs.device_bytes = plan.device_bytes + DecoderPass::device_bytes_of(decoder, pass, options.threads);
    needs.overflow_bytes = plan.temporary_bytes;
    const uint64_t input_bytes = round_up(shape.elements * sizeof(float), kPageBytes);
    if (options.activations == CheckpointPlace::kDevice) needs.device_bytes += shape.layers * input_bytes;
    if (options.activations == CheckpointPlace::kHost)
        plan.pinned_blocks.insert(plan.pinned_blocks.end(), shape.layers,
                                  PlannedBlock{PinnedPart::kCheckpoints, input_bytes});
    if (options.activations == CheckpointPlace::kSsd) {
        plan.pinned_blocks.insert(plan.pinned_blocks.end(), 2, PlannedBlock{PinnedPart::kCheckpoints, input_bytes});
        for (TensorSpec& spec : checkpoint_specs(shape)) needs.tensors.push_back(std::move(spec));
    }
    for (const PlannedBlock& block : plan.pinned_blocks) needs.pinned_bytes += block.bytes;
    const PinnedKind kind = pinned_of(options.mode, options.mechanisms);
    needs.pool_bytes = reserved(plan.pinned_blocks, PinnedPart::kWeights, kind);
    needs.optimizer_bytes = reserved(plan.pinned_blocks, PinnedPart::kOptimizer, kind);
    needs.gradient_bytes = reserved(plan.pinned_blocks, PinnedPart::kGradients, kind);
    needs.checkpoint_bytes = reserved(plan.pinned_blocks, PinnedPart::kCheckpoints, kind);
    if (!staged) needs.states_bytes = in_memory_bytes(decoder);
    if (options.mode != TrainMode::kTiled || options.host_memory == 0) return needs;
    if (options.host_memory < needs.pinned_bytes)
        return Status::error(
            fmt::format("--host-memory is {}\nthe buffers alone take {}: give more, or choose "
                        "smaller --tile-bytes",
                        options.host_memory, needs.pinned_bytes));
    needs.cache_bytes = options.host_memory - needs.pinned_bytes;
    needs.cached_bytes = kept(needs.tensors, needs.cache_bytes);
    return needs;
}

Status check_memory(const TrainNeeds& needs, const TrainOptions& options, uint64_t available) {
    if (available == 0 || needs.memory_bytes() <= available) return {};
    std::string parts;
    const auto part = [&](const char* name, uint64_t bytes) {
        if (bytes != 0) parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", name, bytes);
    };
    part("weights, gradients and moments", needs.states_bytes);
    part("pinned buffers", needs.reserved_bytes());
    part("what --host-memory keeps", needs.cached_bytes);
    part("the device", needs.device_bytes);
    part("temporaries of --overflow chain", needs.overflow_bytes);
    const bool device_first = needs.device_bytes > needs.memory_bytes() / 2;
    const char* const less = device_first                        ? "take a smaller --batch, --seq or --accumulate"
                             : options.mode != TrainMode::kTiled ? "choose --mode tiled, which takes least"
                             : needs.cached_bytes != 0           ? "give less --host-memory"
                                                                 : "choose smaller --tile-bytes";
    return Status::error(
        fmt::format("mode {} takes {} bytes of memory ({}), and {} are available\n{}; --force begins "
                    "all the same",
                    to_string(options.mode), needs.memory_bytes(), parts, available, less));
}

}  // namespace sky::offload
