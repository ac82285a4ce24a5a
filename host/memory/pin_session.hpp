#pragma once

#include <functional>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "host/memory/model_statistics.hpp"
#include "host/memory/session.hpp"
#include "host/memory/stored_rows.hpp"
#include "sysc/model/controller.hpp"
#include "sysc/model/pin_driver.hpp"

namespace sky::memory {

/// A session on anything with a controller's pins: the cycle model or the Verilated RTL.
template <typename Target>
class PinSession final : public MemorySession {
   public:
    PinSession(const SessionConfig& config, std::unique_ptr<Target> target)
        : MemorySession(config), target_(std::move(target)), driver_(*target_) {}

    [[nodiscard]] const Counters& counters() override { return target_->counters(); }

    [[nodiscard]] model::TrackStore* tracks() override {
        if constexpr (kModel) return &target_->tracks();
        return nullptr;
    }
    void prefetch_row(uint32_t row) override {
        if constexpr (kModel) target_->tracks().prefetch(row);
    }
    void prefetch_words(const Command& command) override {
        if constexpr (kModel) target_->prefetch(command);
    }

    void observe_pulses(const model::PulseObserver& observer) override {
        if (!config().by_pulses) return MemorySession::observe_pulses(observer);
        if constexpr (kModel) target_->observe_pulses(observer);
    }

   protected:
    uint64_t enqueue(const Command& command, std::span<const uint64_t> data) override {
        return driver_.submit(command, data);
    }
    const Finished* run() override { return driver_.outstanding() == 0 ? nullptr : driver_.advance(); }
    const Finished* run_alone(const Command& command, std::span<const uint64_t> data) override {
        return driver_.execute_alone(command, data);
    }
    [[nodiscard]] size_t under_way() const override { return driver_.outstanding(); }
    void each_stored_row(const std::function<void(const StoredRow&)>& visit) override {
        memory::each_stored_row(*target_, geometry(), visit);
    }
    void set_stored_row(const StoredRow& row) override { memory::set_stored_row(*target_, geometry(), row); }
    void add_statistics(stats::Group& root) const override {
        if constexpr (kModel) add_model_statistics(*target_, root);
    }

   private:
    static constexpr bool kModel = std::is_same_v<Target, model::Controller>;

    std::unique_ptr<Target> target_;
    model::PinDriver<Target> driver_;
};

}  // namespace sky::memory
