#pragma once

#include <cstdint>
#include <string>

#include "host/memory/status.hpp"
#include "host/offload/log.hpp"
#include "host/offload/train/decoder.hpp"
#include "host/offload/train/residence.hpp"

namespace sky::offload {

/// Random weights: matrices normal with a deviation of 0.02, norms one, biases zero. An element depends on seed,
/// tensor and place alone.
[[nodiscard]] Residence::Source random_weights(const Decoder& decoder, uint64_t seed);

/// The weights that lie in a folder as safetensors. Tensors that the model has not, those that are missing, wrong
/// shapes, a head that is to be tied and differs, and numbers that are none are errors; the last ones when they are
/// read. A folder without any weights means random ones, which `log` is told; one with weights of another format, or
/// under a misspelt name, is an error. `rotary_emb.inv_freq`, which follows from the configuration, is passed over.
[[nodiscard]] Result<Residence::Source> weights_of(const Decoder& decoder, const std::string& folder, uint64_t seed,
                                                   const Log& log = {});

}  // namespace sky::offload
