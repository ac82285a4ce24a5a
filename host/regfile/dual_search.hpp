#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "host/regfile/code.hpp"
#include "host/regfile/cost.hpp"

namespace sky::regfile {

/// One access of a register, and of a write which instruction makes it.
struct Touch {
    static constexpr uint32_t kRead = std::numeric_limits<uint32_t>::max();
    uint32_t site = kRead;  ///< of a write: a number of TouchSample::sites()
    uint8_t reg = 0;
};

/// Accesses of a run, taken as windows all over it, with the instructions that write: what a dual file costs depends
/// on the array that each value was written to. A sink of stream_accesses().
class TouchSample {
   public:
    static constexpr uint32_t kWindow = 4096;  ///< accesses in a row

    struct Window {
        std::array<uint32_t, model::rf::kRegisters>
            written{};  ///< by which site each register was before; kRead: none
        std::vector<Touch> touches;
    };
    struct Site {
        uint64_t pc = 0;
        uint8_t reg = 0;
    };

    /// Of a run of `total` accesses about `wanted`. `code` must outlive it.
    TouchSample(const Code& code, uint64_t total, uint64_t wanted);

    void operator()(uint64_t pc, std::span<const uint8_t> accesses);

    [[nodiscard]] const std::vector<Window>& windows() const { return windows_; }
    [[nodiscard]] const std::vector<Site>& sites() const { return sites_; }

   private:
    [[nodiscard]] const std::vector<Touch>& touches_of(uint64_t pc, size_t count);
    uint32_t site_at(uint64_t pc, uint8_t reg);

    const Code* code_;
    uint64_t period_;
    uint64_t seen_ = 0;
    std::array<uint32_t, model::rf::kRegisters> written_{};
    std::vector<Window> windows_;
    std::vector<Site> sites_;
    std::unordered_map<uint64_t, uint32_t> numbers_;
    std::unordered_map<uint64_t, std::vector<Touch>> pieces_;
};

/// The array in which each instruction's write allocates, by site.
using DualModes = std::vector<Mode>;

/// Track-steps of the sampled accesses on a dual file: a value stays in the array it was written to, the horizontal
/// one's head moves between the accesses that come there. Registers nobody has written are horizontal.
[[nodiscard]] uint64_t dual_steps(const TouchSample& sample, const CostModel& model, const DualModes& modes);

/// The cheapest that descent finds from all horizontal and from all vertical: exchanges of the mode of a register as
/// a whole, then of single instructions.
[[nodiscard]] DualModes find_dual_modes(const TouchSample& sample, const CostModel& model);

/// For a side table: the mode before each instruction that writes.
[[nodiscard]] std::map<uint32_t, Mode> by_address(const TouchSample& sample, const DualModes& modes);

}  // namespace sky::regfile
