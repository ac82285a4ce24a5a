#pragma once

#include "sysc/model/controller.hpp"
#include "sysc/stats/stats.hpp"

namespace sky::memory {

/// What only the cycle model knows: how busy each bank was and the host memory its rows take.
void add_model_statistics(const model::Controller& controller, stats::Group& root);

}  // namespace sky::memory
