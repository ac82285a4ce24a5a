#pragma once

#include <cstdint>

namespace sky::bridge::configs {

/// What a sky_skrm line of rtl/configs.txt says: for each the build makes a struct of this kind, in skrm_configs.h,
/// with a constant for each parameter that the line names. Here are those of the others, as in rtl/skrm/sky_skrm.sv.
/// Its settle() is for registers that were set from outside: an evaluation looks at inputs only.
template <typename V>
struct Defaults {
    using Verilated = V;
    static constexpr uint32_t kD = 64;
    static constexpr uint32_t kS = 32;
    static constexpr uint32_t kOverhead = 0;  // stands for D + 1
    static constexpr uint32_t kRows = 16;
    static constexpr uint32_t kLanes = 1;
    static constexpr uint32_t kFlagSite = 0;
    static constexpr uint32_t kBanks = 1;
    static constexpr uint32_t kGuard = 0;
    static constexpr uint32_t kQueueDepth = 32;
    static constexpr bool kTraced = false;
};

/// All of them, in the order of their lines.
template <typename... Config>
struct List {};

}  // namespace sky::bridge::configs
