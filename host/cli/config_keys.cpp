#include "host/cli/config_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sky::cli {

namespace {

constexpr uint64_t kMaxOperationPs = 1'000'000;
constexpr uint64_t kMaxEnergyFj = 65'535;
constexpr std::array<std::string_view, 1> kTimings{"exact"};

constexpr std::array kKeys{
    ConfigKey{"device", "sites_per_segment", 2, 64},
    ConfigKey{"device", "segments", 1, 64},
    ConfigKey{"device", "overhead_sites", 2, 1024},
    ConfigKey{"device", "tracks", 1, uint64_t{1} << 32},
    ConfigKey{"device", "shift_ps", 1, kMaxOperationPs},
    ConfigKey{"device", "detect_ps", 1, kMaxOperationPs},
    ConfigKey{"device", "remove_ps", 1, kMaxOperationPs},
    ConfigKey{"device", "inject_ps", 1, kMaxOperationPs},
    ConfigKey{"device", "shift_fj", 0, kMaxEnergyFj},
    ConfigKey{"device", "detect_fj", 0, kMaxEnergyFj},
    ConfigKey{"device", "remove_fj", 0, kMaxEnergyFj},
    ConfigKey{"device", "inject_fj", 0, kMaxEnergyFj},
    ConfigKey{"controller", "timing", 0, 0, kTimings},
    ConfigKey{"controller", "queue_depth", 1, 1024},
    ConfigKey{"controller", "outstanding", 1, 256},
    ConfigKey{"index", "node_tracks", 2, 1023},
    ConfigKey{"index", "fanout", 4, 32},
};

}  // namespace

std::string ConfigKey::dotted() const { return fmt::format("{}.{}", section, name); }

std::string ConfigKey::expected() const {
    if (is_integer()) return fmt::format("an integer from {} to {}", low, high);
    return fmt::format("\"{}\"", fmt::join(choices, "\" or \""));
}

std::span<const ConfigKey> config_keys() { return kKeys; }

std::optional<size_t> find_key(std::string_view dotted) {
    const auto found =
        std::find_if(kKeys.begin(), kKeys.end(), [&](const ConfigKey& key) { return key.dotted() == dotted; });
    if (found == kKeys.end()) return std::nullopt;
    return static_cast<size_t>(found - kKeys.begin());
}

std::vector<std::string> all_sections() {
    std::vector<std::string> names;
    for (const ConfigKey& key : kKeys)
        if (names.empty() || names.back() != key.section) names.emplace_back(key.section);
    return names;
}

}  // namespace sky::cli
