#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "sysc/model/controller.hpp"
#include "sysc/model/pin_driver.hpp"
#include "sysc/model/rv32/skrm_port.hpp"
#include "sysc/stats/stats.hpp"

namespace sky::model::rv32 {

/// Bytes on SK-RM for the core's data port: equal to rtl/soc/sky_soc_skrm.sv with the controller behind it, in data,
/// cycles and every counter. Word-based, at 1 GHz, with the operations of device preset `skyrmion`. A load is a READ,
/// a store a READ and a compare-write; nothing is kept between two accesses.
class SkrmMemory final : public SkrmPort {
   public:
    static constexpr uint32_t kSegments = 8;  ///< words of 8 bytes of a track; parameters of the RTL
    static constexpr uint32_t kTracks = 256;
    static constexpr uint32_t kBytes = kTracks * kSegments * 8;

    SkrmMemory();

    Reply access(const Access& access) override;
    /// What the reset input does: cycle 0 is the next one. Tracks keep what they hold.
    void reset();

    /// Lets time pass until `cycle`, so that the counters are those of all cycles before it.
    void advance_to(uint64_t cycle);
    [[nodiscard]] const Counters& counters() const { return controller_.counters(); }
    /// The tree of these counters, or of the RTL's.
    [[nodiscard]] static stats::Group statistics(const Counters& counters);
    /// Backdoor; `offset` < kBytes.
    [[nodiscard]] uint8_t byte(uint32_t offset) const;

   private:
    [[nodiscard]] const Finished& serve(const Command& command, std::span<const uint64_t> data);

    Controller controller_;
    std::optional<PinDriver<Controller>> driver_;  // anew with every reset, for it counts the cycles
};

}  // namespace sky::model::rv32
