#include "tests/support/device.hpp"

namespace sky::test {

model::Costs skyrmion_costs() {
    return {.shift_ps = 500,
            .detect_ps = 100,
            .remove_ps = 800,
            .inject_ps = 1000,
            .shift_fj = 20,
            .detect_fj = 2,
            .remove_fj = 20,
            .inject_fj = 200};
}

model::Timing skyrmion_timing() { return model::exact_timing(skyrmion_costs()); }

model::Geometry geometry(uint32_t sites_per_segment, uint32_t segments, uint64_t tracks) {
    return {.sites_per_segment = sites_per_segment,
            .segments = segments,
            .overhead_sites = sites_per_segment,
            .tracks = tracks};
}

model::Geometry bit_rows(uint32_t sites_per_segment, uint32_t segments, uint64_t rows) {
    model::Geometry shape = geometry(sites_per_segment, segments, 64 * rows);
    shape.tracks_per_row = 64;
    return shape;
}

}  // namespace sky::test
