#include "host/memory/backends.hpp"
#include "host/memory/pin_session.hpp"
#include "sysc/model/controller.hpp"

namespace sky::memory {

Result<std::unique_ptr<MemorySession>> start_fast(const SessionConfig& config) {
    const model::PassEngine engine = config.by_pulses ? model::PassEngine::kPulses : model::PassEngine::kEvents;
    auto controller = std::make_unique<model::Controller>(config.geometry, config.timing, config.policy, engine);
    return std::unique_ptr<MemorySession>(
        std::make_unique<PinSession<model::Controller>>(config, std::move(controller)));
}

}  // namespace sky::memory
