#include "host/offload/train/staged.hpp"

#include <fmt/format.h>

#include "host/offload/train/buffered.hpp"
#include "host/offload/train/tiled.hpp"

namespace sky::offload {

std::vector<OptimizerTensor> optimizer_tensors(const Decoder& decoder) {
    std::vector<OptimizerTensor> tensors;
    for (const Parameter& p : decoder.parameters)
        tensors.push_back({.name = p.name, .elements = p.elements(), .decays = p.matrix});
    return tensors;
}

Result<StagedPlan> plan_staged(const Decoder& decoder, const TrainOptions& options) {
    return options.mode == TrainMode::kTiled ? plan_tiled(decoder, options) : plan_buffered(decoder, options);
}

Result<std::unique_ptr<Residence>> make_staged_residence(const StagedParts& parts) {
    return parts.options->mode == TrainMode::kTiled ? make_tiled_residence(parts) : make_buffered_residence(parts);
}

Result<StoredTensors> find_stored(const Decoder& decoder, const TensorStore& store) {
    StoredTensors found;
    for (const Parameter& p : decoder.parameters) {
        const Result<size_t> weight = find_tensor(store, p.name + ".weight", p.elements() * sizeof(float));
        if (!weight.ok()) return weight.status();
        const Result<size_t> gradient = find_tensor(store, p.name + ".gradient", p.elements() * sizeof(float));
        if (!gradient.ok()) return gradient.status();
        found.weights.push_back(weight.value());
        found.gradients.push_back(gradient.value());
    }
    return found;
}

}  // namespace sky::offload
