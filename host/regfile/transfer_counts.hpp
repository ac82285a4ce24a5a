#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sysc/model/rv32/flow_observer.hpp"

namespace sky::regfile {

using model::rv32::Departure;

/// How often a run departed from one instruction to another.
struct Transfer {
    Departure kind = Departure::kJump;
    uint64_t from = 0;
    uint64_t to = 0;
    uint64_t count = 0;

    bool operator==(const Transfer&) const = default;
};

/// Counts the departures of a run: a few nanoseconds each, nothing for the instructions between them.
class TransferCounts final : public model::rv32::FlowObserver {
   public:
    void departs(Departure kind, uint32_t from, uint32_t to) override {
        const uint64_t key = uint64_t{from} << 32 | to | static_cast<uint32_t>(kind == Departure::kTrap ? 1 : 0);
        if (kind == Departure::kInterrupt) {
            ++interrupts_[key];
            return;
        }
        Slot& slot = recent_[(from >> 1 ^ to >> 4) % kRecent];
        if (slot.key != key) {
            spill(slot);
            slot.key = key;
        }
        ++slot.count;
    }

    /// By kind, then from, then to.
    [[nodiscard]] std::vector<Transfer> sorted();

   private:
    // Both addresses are even, which leaves bit 0 of the key for traps.
    struct Slot {
        uint64_t key = 0;
        uint64_t count = 0;
    };
    static constexpr uint32_t kRecent = 4096;

    void spill(Slot& slot) {
        if (slot.count != 0) counts_[slot.key] += slot.count;
        slot.count = 0;
    }

    std::array<Slot, kRecent> recent_{};
    std::unordered_map<uint64_t, uint64_t> counts_;
    std::unordered_map<uint64_t, uint64_t> interrupts_;
};

}  // namespace sky::regfile
