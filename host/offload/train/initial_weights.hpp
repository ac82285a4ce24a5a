#pragma once

#include <cstdint>
#include <string>

#include "host/memory/status.hpp"
#include "host/offload/train/decoder.hpp"
#include "host/offload/train/residence.hpp"

namespace sky::offload {

/// Random weights: matrices normal with a deviation of 0.02, norms one, biases zero. An element depends on seed,
/// tensor and place alone.
[[nodiscard]] Residence::Source random_weights(const Decoder& decoder, uint64_t seed);

/// The weights that lie in a folder as safetensors; random ones when it has none. Tensors that the model has not,
/// those that are missing, and wrong shapes are errors.
[[nodiscard]] Result<Residence::Source> weights_of(const Decoder& decoder, const std::string& folder, uint64_t seed);

}  // namespace sky::offload
