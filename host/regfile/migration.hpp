#pragma once

#include <cstdint>

#include "host/regfile/cost.hpp"

namespace sky::regfile {

/// What the handler of sw/rf/migrate.S costs in track-steps with registers `live` to be moved, beyond the ways of a
/// horizontal array's heads to and from rest that mode_choice() adds. Predicted from the handler's accesses, with
/// code made for the mask; vertical registers are taken to be away from rest every other time, as are those of an
/// `alternate` array after many accesses.
[[nodiscard]] SwitchCost predicted_migration(const CostModel& model, uint32_t live, bool rewind);

}  // namespace sky::regfile
