#include <fmt/format.h>

#include <algorithm>

#include "host/memory/backends.hpp"
#include "host/memory/pin_session.hpp"
#include "sysc/bridge/rtl_controller.hpp"

namespace sky::memory {

namespace {

/// "64 x 32 (overhead 64)" and what else sets a shape apart.
std::string describe(const bridge::RtlController::Shape& shape) {
    const Geometry& g = shape.geometry;
    std::string text = fmt::format("{} x {} (overhead {}", g.sites_per_segment, g.segments, g.overhead_sites);
    if (g.mapping() == Mapping::kBit) text += fmt::format(", {} tracks a row", g.tracks_per_row);
    if (g.flag_site) text += ", flag site";
    if (g.position_guard) text += ", position guard";
    if (shape.banks > 1) text += fmt::format(", {} banks", shape.banks);
    return text + fmt::format(", queue {})", shape.queue_depth);
}

/// Whether nothing but the number of segments, and of tracks, sets the shape apart.
bool fits_but_for_segments(const bridge::RtlController::Shape& shape, const SessionConfig& config) {
    Geometry wanted = config.geometry;
    wanted.tracks = shape.geometry.tracks;
    wanted.segments = shape.geometry.segments;
    return wanted == shape.geometry && config.policy.banks == shape.banks;
}

/// What to change where only the number of segments is in the way.
std::string remedy(const SessionConfig& config) {
    for (const bridge::RtlController::Shape& shape : bridge::RtlController::shapes()) {
        if (fits_but_for_segments(shape, config))
            return fmt::format(
                "set device.segments = {} (on the backend it is compared with, too), or add the shape as "
                "rtl/README.md says",
                shape.geometry.segments);
    }
    return "choose one of these or add it as rtl/README.md says";
}

/// The configuration with the tracks cut to what a Verilated array of that shape holds.
Result<SessionConfig> fit_to_rtl(const SessionConfig& config) {
    const std::vector<bridge::RtlController::Shape> shapes = bridge::RtlController::shapes();
    std::string built;
    for (const bridge::RtlController::Shape& shape : shapes) {
        if (shape.geometry.segments == config.geometry.segments && fits_but_for_segments(shape, config)) {
            if (config.policy.queue_depth > shape.queue_depth)
                return Status::error(
                    fmt::format("queue_depth is {}, the RTL of this shape has at most {}\ngive --queue-depth {} or "
                                "less (controller.queue_depth), or use --backend fast or tlm",
                                config.policy.queue_depth, shape.queue_depth, shape.queue_depth));
            SessionConfig fitted = config;
            fitted.geometry.tracks = std::min(config.geometry.tracks, shape.geometry.tracks);
            return fitted;
        }
        built += fmt::format("{}{}", built.empty() ? "" : ", ", describe(shape));
    }
    return Status::error(fmt::format(
        "the RTL was not built for {}; it was for {}\n{}",
        describe({config.geometry, config.policy.banks, config.policy.queue_depth, false}), built, remedy(config)));
}

}  // namespace

std::vector<uint32_t> rtl_segment_counts(const SessionConfig& config) {
    std::vector<uint32_t> counts;
    for (const bridge::RtlController::Shape& shape : bridge::RtlController::shapes())
        if (shape.geometry.segments <= config.geometry.segments && fits_but_for_segments(shape, config))
            counts.push_back(shape.geometry.segments);
    std::sort(counts.begin(), counts.end());
    counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
    return counts;
}

uint32_t rtl_segments(const SessionConfig& config) {
    const std::vector<uint32_t> counts = rtl_segment_counts(config);
    return counts.empty() ? config.geometry.segments : counts.back();
}

Result<std::unique_ptr<MemorySession>> start_rtl(const SessionConfig& config) {
    Result<SessionConfig> fitted = fit_to_rtl(config);
    if (!fitted.ok()) return fitted.status();
    const SessionConfig& session = fitted.value();
    auto controller = bridge::RtlController::make(session.geometry, session.timing, session.policy);
    return std::unique_ptr<MemorySession>(
        std::make_unique<PinSession<bridge::RtlController>>(session, std::move(controller)));
}

}  // namespace sky::memory
