#include <fmt/format.h>

#include <algorithm>

#include "host/memory/backends.hpp"
#include "host/memory/pin_session.hpp"
#include "sysc/bridge/rtl_controller.hpp"

namespace sky::memory {

namespace {

/// The configuration with the tracks cut to what a Verilated array of that shape holds.
Result<SessionConfig> fit_to_rtl(const SessionConfig& config) {
    if (config.policy.queue_depth > bridge::RtlController::kMaxQueueDepth)
        return Status::error(fmt::format("queue_depth is {}, the RTL has at most {}", config.policy.queue_depth,
                                         bridge::RtlController::kMaxQueueDepth));
    std::string built;
    for (const Geometry& geometry : bridge::RtlController::geometries()) {
        Geometry wanted = config.geometry;
        wanted.tracks = geometry.tracks;
        if (wanted == geometry) {
            SessionConfig fitted = config;
            fitted.geometry.tracks = std::min(config.geometry.tracks, geometry.tracks);
            return fitted;
        }
        built += fmt::format("{}{} x {} (overhead {})", built.empty() ? "" : ", ", geometry.sites_per_segment,
                             geometry.segments, geometry.overhead_sites);
    }
    return Status::error(fmt::format(
        "the RTL was not built for {} sites x {} segments (overhead {}); it was for {}\nchoose one of "
        "these or add it as rtl/README.md says",
        config.geometry.sites_per_segment, config.geometry.segments, config.geometry.overhead_sites, built));
}

}  // namespace

Result<std::unique_ptr<MemorySession>> start_rtl(const SessionConfig& config) {
    Result<SessionConfig> fitted = fit_to_rtl(config);
    if (!fitted.ok()) return fitted.status();
    const SessionConfig& session = fitted.value();
    auto controller = bridge::RtlController::make(session.geometry, session.timing, session.policy);
    return std::unique_ptr<MemorySession>(
        std::make_unique<PinSession<bridge::RtlController>>(session, std::move(controller)));
}

}  // namespace sky::memory
