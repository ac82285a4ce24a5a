#include "sysc/bridge/rtl_controller.hpp"

#include <skrm_configs.h>  // made of rtl/configs.txt

#include <array>

#include "sysc/bridge/verilated_controller.hpp"

namespace sky::bridge {

namespace {

using Maker = std::unique_ptr<RtlController> (*)(const model::Geometry&, const model::Timing&, const model::Policy&);

template <typename Config>
std::unique_ptr<RtlController> make_one(const model::Geometry& geometry, const model::Timing& timing,
                                        const model::Policy& policy) {
    return std::make_unique<VerilatedController<Config>>(geometry, timing, policy);
}

struct Entry {
    RtlController::Shape shape;
    Maker make;
};

template <typename Config>
constexpr Entry entry() {
    constexpr model::Geometry kGeometry{.sites_per_segment = Config::kD,
                                        .segments = Config::kS,
                                        .overhead_sites = Config::kOverhead == 0 ? Config::kD + 1 : Config::kOverhead,
                                        .tracks = uint64_t{Config::kRows} * Config::kLanes,
                                        .tracks_per_row = Config::kLanes,
                                        .flag_site = Config::kFlagSite != 0,
                                        .position_guard = Config::kGuard != 0};
    return {{.geometry = kGeometry,
             .banks = Config::kBanks,
             .queue_depth = Config::kQueueDepth,
             .traced = Config::kTraced},
            make_one<Config>};
}

template <typename... Config>
constexpr std::array<Entry, sizeof...(Config)> entries(configs::List<Config...> /*all*/) {
    return {entry<Config>()...};
}
constexpr std::array kEntries = entries(configs::All{});

}  // namespace

std::vector<RtlController::Shape> RtlController::shapes() {
    std::vector<Shape> all;
    all.reserve(kEntries.size());
    for (const Entry& entry : kEntries) all.push_back(entry.shape);
    return all;
}

std::unique_ptr<RtlController> RtlController::make(const model::Geometry& geometry, const model::Timing& timing,
                                                   const model::Policy& policy) {
    for (const Entry& entry : kEntries) {
        model::Geometry built = entry.shape.geometry;
        built.tracks = geometry.tracks;
        if (built == geometry && geometry.tracks <= entry.shape.geometry.tracks &&
            policy.banks == entry.shape.banks && policy.queue_depth <= entry.shape.queue_depth)
            return entry.make(geometry, timing, policy);
    }
    return nullptr;
}

}  // namespace sky::bridge
