#include "sysc/bridge/rtl_controller.hpp"

#include <Vbit_32x4.h>
#include <Vbit_32x4___024root.h>
#include <Vbit_512.h>
#include <Vbit_512___024root.h>
#include <Vbit_5x3b2.h>
#include <Vbit_5x3b2___024root.h>
#include <Vbit_6x3gb2.h>
#include <Vbit_6x3gb2___024root.h>
#include <Vskrm_16x5.h>
#include <Vskrm_16x5___024root.h>
#include <Vskrm_64x32.h>
#include <Vskrm_64x32___024root.h>
#include <Vskrm_64x32f.h>
#include <Vskrm_64x32f___024root.h>
#include <Vskrm_64x3f.h>
#include <Vskrm_64x3f___024root.h>
#include <Vskrm_8x4.h>
#include <Vskrm_8x4___024root.h>
#include <Vskrm_8x4b4.h>
#include <Vskrm_8x4b4___024root.h>
#include <Vskrm_8x4f.h>
#include <Vskrm_8x4f___024root.h>
#include <Vskrm_8x4g.h>
#include <Vskrm_8x4g___024root.h>

#include <array>

#include "sysc/bridge/verilated_controller.hpp"

namespace sky::bridge {

namespace {

using Maker = std::unique_ptr<RtlController> (*)(const model::Geometry&, const model::Timing&, const model::Policy&);

template <typename V, uint32_t kBanks, bool kTraced>
std::unique_ptr<RtlController> make_one(const model::Geometry& geometry, const model::Timing& timing,
                                        const model::Policy& policy) {
    return std::make_unique<VerilatedController<V, kBanks, kTraced>>(geometry, timing, policy);
}

/// One sky_skrm line of rtl/configs.txt.
struct Config {
    RtlController::Shape shape;
    Maker make;
};

template <typename V, uint32_t kBanks = 1, bool kTraced = false>
constexpr Config config(const model::Geometry& geometry, uint32_t queue_depth) {
    return {{.geometry = geometry, .banks = kBanks, .queue_depth = queue_depth, .traced = kTraced},
            make_one<V, kBanks, kTraced>};
}

constexpr model::Geometry words(uint32_t sites, uint32_t segments, uint32_t overhead, uint64_t rows,
                                bool flag_site = false) {
    return {.sites_per_segment = sites,
            .segments = segments,
            .overhead_sites = overhead,
            .tracks = rows,
            .flag_site = flag_site};
}
constexpr model::Geometry bits(uint32_t sites, uint32_t segments, uint32_t overhead, uint64_t rows, uint32_t lanes) {
    return {.sites_per_segment = sites,
            .segments = segments,
            .overhead_sites = overhead,
            .tracks = rows * lanes,
            .tracks_per_row = lanes};
}

constexpr model::Geometry guarded(model::Geometry geometry) {
    geometry.position_guard = true;
    return geometry;
}

constexpr std::array kConfigs{
    config<Vskrm_64x32>(words(64, 32, 64, 1024), 32),   config<Vskrm_16x5>(words(16, 5, 19, 5), 8),
    config<Vskrm_8x4, 1, true>(words(8, 4, 8, 4), 16),  config<Vskrm_8x4b4, 4>(words(8, 4, 8, 8), 16),
    config<Vskrm_8x4f>(words(8, 4, 9, 4, true), 16),    config<Vskrm_64x3f>(words(64, 3, 65, 2, true), 4),
    config<Vbit_32x4>(bits(32, 4, 32, 2, 64), 16),      config<Vbit_5x3b2, 2>(bits(5, 3, 6, 4, 128), 8),
    config<Vskrm_8x4g>(guarded(words(8, 4, 12, 4)), 8), config<Vbit_6x3gb2, 2>(guarded(bits(6, 3, 9, 4, 64)), 8),
    config<Vbit_512>(bits(32, 2, 32, 1, 512), 32),      config<Vskrm_64x32f>(words(64, 32, 65, 16, true), 32),
};

}  // namespace

std::vector<RtlController::Shape> RtlController::shapes() {
    std::vector<Shape> all;
    all.reserve(kConfigs.size());
    for (const Config& config : kConfigs) all.push_back(config.shape);
    return all;
}

std::unique_ptr<RtlController> RtlController::make(const model::Geometry& geometry, const model::Timing& timing,
                                                   const model::Policy& policy) {
    for (const Config& config : kConfigs) {
        model::Geometry built = config.shape.geometry;
        built.tracks = geometry.tracks;
        if (built == geometry && geometry.tracks <= config.shape.geometry.tracks &&
            policy.banks == config.shape.banks && policy.queue_depth <= config.shape.queue_depth)
            return config.make(geometry, timing, policy);
    }
    return nullptr;
}

}  // namespace sky::bridge
