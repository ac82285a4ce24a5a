#pragma once

#include <memory>
#include <span>

#include "host/memory/session.hpp"
#include "sysc/model/pin_driver.hpp"

namespace sky::memory {

/// A session on anything with a controller's pins: the cycle model or the Verilated RTL.
template <typename Target>
class PinSession final : public MemorySession {
   public:
    PinSession(const SessionConfig& config, std::unique_ptr<Target> target)
        : MemorySession(config), target_(std::move(target)), driver_(*target_) {}

    [[nodiscard]] const Counters& counters() override { return target_->counters(); }

   protected:
    uint64_t enqueue(const Command& command, std::span<const uint64_t> data) override {
        return driver_.submit(command, data);
    }
    const Finished* run() override { return driver_.outstanding() == 0 ? nullptr : driver_.advance(); }
    [[nodiscard]] size_t under_way() const override { return driver_.outstanding(); }

   private:
    std::unique_ptr<Target> target_;
    model::PinDriver<Target> driver_;
};

}  // namespace sky::memory
