#include "host/offload/train/staged.hpp"

namespace sky::offload {
StagedPlan plan_staged(const Decoder&, const TrainOptions&) { return {}; }
Result<std::unique_ptr<Residence>> make_staged_residence(const StagedParts&) { return Status::error("not yet"); }
}  // namespace sky::offload
