#pragma once

#include <cstdint>
#include <optional>

#include "host/offload/check/overflow_check.hpp"

namespace sky::offload {

/// Where weights, gradients and optimizer states live.
enum class TrainMode : uint8_t { kInMemory, kZeroInfinity, kMemAscend, kTiled };
inline constexpr TrainMode kTrainModes[]{TrainMode::kInMemory, TrainMode::kZeroInfinity, TrainMode::kMemAscend,
                                         TrainMode::kTiled};
[[nodiscard]] const char* to_string(TrainMode mode);

enum class PoolKind : uint8_t { kUniform, kAdaptive };
enum class PinnedKind : uint8_t { kPowerOfTwo, kExact };
enum class IoKind : uint8_t { kFiles, kDirect };

/// Each by itself; what is not said is as the mode has it.
struct Mechanisms {
    std::optional<PoolKind> pool{};
    std::optional<PinnedKind> pinned{};
    std::optional<CheckMethod> overflow{};
    std::optional<IoKind> io{};
};

/// What a mode has where nothing else is said.
[[nodiscard]] inline PoolKind pool_of(TrainMode mode, const Mechanisms& mechanisms) {
    return mechanisms.pool.value_or(mode == TrainMode::kZeroInfinity ? PoolKind::kUniform : PoolKind::kAdaptive);
}
[[nodiscard]] inline PinnedKind pinned_of(TrainMode mode, const Mechanisms& mechanisms) {
    return mechanisms.pinned.value_or(mode == TrainMode::kZeroInfinity ? PinnedKind::kPowerOfTwo
                                                                       : PinnedKind::kExact);
}
[[nodiscard]] inline IoKind io_of(TrainMode mode, const Mechanisms& mechanisms) {
    return mechanisms.io.value_or(mode == TrainMode::kZeroInfinity ? IoKind::kFiles : IoKind::kDirect);
}

}  // namespace sky::offload
