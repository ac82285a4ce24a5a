#pragma once

#include "sysc/model/costs.hpp"
#include "sysc/model/geometry.hpp"

namespace sky::test {

/// The costs of device preset `skyrmion`. UnitPresets checks that host/presets says the same.
[[nodiscard]] model::Costs skyrmion_costs();
[[nodiscard]] model::Timing skyrmion_timing();

/// D sites, S segments, overhead of D sites at each end.
[[nodiscard]] model::Geometry geometry(uint32_t sites_per_segment, uint32_t segments, uint64_t tracks);
/// The same bit-interleaved, with rows of 64 tracks.
[[nodiscard]] model::Geometry bit_rows(uint32_t sites_per_segment, uint32_t segments, uint64_t rows);

}  // namespace sky::test
