#include "sysc/bridge/rtl_controller.hpp"

#include <Vskrm_16x5.h>
#include <Vskrm_16x5___024root.h>
#include <Vskrm_64x32.h>
#include <Vskrm_64x32___024root.h>
#include <Vskrm_8x4.h>
#include <Vskrm_8x4___024root.h>

#include <array>

#include "sysc/bridge/verilated_controller.hpp"

namespace sky::bridge {

namespace {

using Maker = std::unique_ptr<RtlController> (*)(const model::Geometry&, const model::Timing&, const model::Policy&);

template <typename V, bool kTraced>
std::unique_ptr<RtlController> make_one(const model::Geometry& geometry, const model::Timing& timing,
                                        const model::Policy& policy) {
    return std::make_unique<VerilatedController<V, kTraced>>(geometry, timing, policy);
}

/// The sky_skrm lines of rtl/configs.txt.
struct Config {
    model::Geometry geometry;
    Maker make;
};
constexpr std::array<Config, 3> kConfigs{{
    {{.sites_per_segment = 64, .segments = 32, .overhead_sites = 64, .tracks = 1024}, make_one<Vskrm_64x32, false>},
    {{.sites_per_segment = 16, .segments = 5, .overhead_sites = 19, .tracks = 5}, make_one<Vskrm_16x5, false>},
    {{.sites_per_segment = 8, .segments = 4, .overhead_sites = 8, .tracks = 4}, make_one<Vskrm_8x4, true>},
}};

}  // namespace

std::vector<model::Geometry> RtlController::geometries() {
    std::vector<model::Geometry> all;
    all.reserve(kConfigs.size());
    for (const Config& config : kConfigs) all.push_back(config.geometry);
    return all;
}

std::unique_ptr<RtlController> RtlController::make(const model::Geometry& geometry, const model::Timing& timing,
                                                   const model::Policy& policy) {
    for (const Config& config : kConfigs) {
        model::Geometry built = config.geometry;
        built.tracks = geometry.tracks;
        if (built == geometry && geometry.tracks <= config.geometry.tracks)
            return config.make(geometry, timing, policy);
    }
    return nullptr;
}

}  // namespace sky::bridge
