#pragma once

#include <memory>

#include "host/offload/train/staged.hpp"

namespace sky::offload {

/// Our own design: weights come through a ring of tiles, gradients leave in tiles and are summed on the way, and the
/// optimizer works on tiles. Nothing is as large as a tensor but, for the backward pass of a layer, the matrices of
/// its attention, which are needed twice there.
[[nodiscard]] Result<StagedPlan> plan_tiled(const Decoder& decoder, const TrainOptions& options);
[[nodiscard]] Result<std::unique_ptr<Residence>> make_tiled_residence(const StagedParts& parts);

}  // namespace sky::offload
