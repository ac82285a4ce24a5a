#include "host/offload/train/tiled.hpp"
namespace sky::offload {
Result<StagedPlan> plan_tiled(const Decoder&, const TrainOptions&) { return Status::error("not yet"); }
Result<std::unique_ptr<Residence>> make_tiled_residence(const StagedParts&) { return Status::error("not yet"); }
}  // namespace sky::offload
