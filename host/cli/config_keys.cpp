#include "host/cli/config_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

namespace sky::cli {

namespace {

constexpr uint64_t kMaxOperationPs = 1'000'000;
constexpr uint64_t kMaxEnergyFj = 65'535;
constexpr uint64_t kMaxLeakageNw = 1'000'000'000;
constexpr std::array<std::string_view, 3> kShiftCharges{"per_track", "per_pulse", "per_skyrmion"};
constexpr std::array<std::string_view, 2> kRemoveCharges{"per_site", "per_skyrmion"};
constexpr std::array<std::string_view, 2> kDetectCharges{"charged", "free"};
constexpr std::array<std::string_view, 2> kEnergyUnits{"fJ", "arbitrary"};
constexpr std::array<std::string_view, 2> kTimings{"exact", "ghz"};
constexpr std::array<std::string_view, 4> kSchedulers{"fcfs", "nearest", "elevator", "coalesce"};
constexpr std::array<std::string_view, 2> kReturnPolicies{"home", "stay"};
constexpr std::array<std::string_view, 2> kAutoWrites{"pw", "dcw"};
constexpr std::array<std::string_view, 3> kSwitches{"kind", "on", "off"};
constexpr std::array<std::string_view, 7> kRegisterFiles{"ff",      "horizontal", "vertical", "vertical_rewind",
                                                         "dynamic", "banked",     "dual"};
constexpr std::array<std::string_view, 2> kVerticals{"alternate", "rewind"};
constexpr std::array<std::string_view, 2> kHeadPolicies{"lazy", "eager"};

constexpr ConfigKey integer(std::string_view section, std::string_view name, uint64_t low, uint64_t high) {
    return {.section = section, .name = name, .low = low, .high = high};
}
constexpr ConfigKey power_of_two(std::string_view section, std::string_view name, uint64_t low, uint64_t high) {
    return {.section = section, .name = name, .low = low, .high = high, .power_of_two = true};
}
constexpr ConfigKey boolean(std::string_view section, std::string_view name) {
    return {.section = section, .name = name, .type = KeyType::kBoolean};
}
constexpr ConfigKey text(std::string_view section, std::string_view name, std::span<const std::string_view> choices) {
    return {.section = section, .name = name, .type = KeyType::kText, .choices = choices};
}

constexpr std::array kKeys{
    integer("device", "sites_per_segment", 2, 64),
    integer("device", "segments", 1, 64),
    integer("device", "overhead_sites", 2, 1024),
    integer("device", "tracks", 1, uint64_t{1} << 32),
    integer("device", "tracks_per_row", 1, 512),
    boolean("device", "flag_site"),
    boolean("device", "position_guard"),
    integer("device", "slips_per_tera_step", 0, 1'000'000'000),
    integer("device", "slip_seed", 0, ~uint64_t{0} >> 1),
    integer("device", "shift_ps", 1, kMaxOperationPs),
    integer("device", "detect_ps", 0, kMaxOperationPs),
    integer("device", "remove_ps", 0, kMaxOperationPs),
    integer("device", "inject_ps", 0, kMaxOperationPs),
    integer("device", "relax_ps", 0, kMaxOperationPs),
    integer("device", "shift_fj", 0, kMaxEnergyFj),
    integer("device", "detect_fj", 0, kMaxEnergyFj),
    integer("device", "remove_fj", 0, kMaxEnergyFj),
    integer("device", "inject_fj", 0, kMaxEnergyFj),
    text("device", "shift_charge", kShiftCharges),
    text("device", "remove_charge", kRemoveCharges),
    text("device", "detect_charge", kDetectCharges),
    text("device", "energy_unit", kEnergyUnits),
    text("controller", "timing", kTimings),
    integer("controller", "queue_depth", 1, 1024),
    integer("controller", "outstanding", 1, 256),
    integer("controller", "banks", 1, 16),
    text("controller", "scheduler", kSchedulers),
    text("controller", "return_policy", kReturnPolicies),
    integer("controller", "age_cap", 1, 255),
    integer("controller", "max_ports_driven", 1, 64),
    boolean("controller", "overlap"),
    text("controller", "auto_write", kAutoWrites),
    integer("index", "node_tracks", 2, 1023),
    integer("index", "fanout", 4, 32),
    integer("index", "index_bits", 8, 30),
    integer("index", "flush_children", 1, 32),
    boolean("index", "durable"),
    text("index", "port_parallel", kSwitches),
    text("index", "virtual_buffers", kSwitches),
    text("index", "indexed_leaves", kSwitches),
    text("index", "compare_write", kSwitches),
    text("index", "lazy_removal", kSwitches),
    text("index", "fingerprints", kSwitches),
    text("index", "scan_search", kSwitches),
    text("index", "relabel", kSwitches),
    text("regfile", "kind", kRegisterFiles),
    power_of_two("regfile", "banks", 2, 8),
    power_of_two("regfile", "ports", 1, 8),
    integer("regfile", "operand_buffer", 0, 4),
    text("regfile", "vertical", kVerticals),
    text("regfile", "return_policy", kHeadPolicies),
    boolean("regfile", "nearest_first"),
    boolean("regfile", "forward"),
    boolean("regfile", "preshift"),
    boolean("regfile", "position_guard"),
    integer("regfile", "slips_per_tera_step", 0, 1'000'000'000'000),
    integer("regfile", "slip_seed", 0, ~uint64_t{0} >> 1),
    integer("regfile", "cycle_ps", 1, kMaxOperationPs),
    integer("regfile", "shift_fj", 0, kMaxEnergyFj),
    integer("regfile", "read_fj", 0, kMaxEnergyFj),
    integer("regfile", "write_fj", 0, kMaxEnergyFj),
    integer("regfile", "leakage_nw", 0, kMaxLeakageNw),
    integer("regfile", "sram_read_fj", 0, kMaxEnergyFj),
    integer("regfile", "sram_write_fj", 0, kMaxEnergyFj),
    integer("regfile", "sram_leakage_nw", 0, kMaxLeakageNw),
};

}  // namespace

std::string ConfigKey::dotted() const { return fmt::format("{}.{}", section, name); }

std::string ConfigKey::expected() const {
    switch (type) {
        case KeyType::kInteger: break;
        case KeyType::kBoolean: return "true or false";
        case KeyType::kText: return fmt::format("\"{}\"", fmt::join(choices, "\" or \""));
    }
    if (!power_of_two) return fmt::format("an integer from {} to {}", low, high);
    std::string numbers = fmt::format("{}", low);
    for (uint64_t number = 2 * low; number < high; number *= 2) numbers += fmt::format(", {}", number);
    return fmt::format("{} or {}", numbers, high);
}

bool ConfigKey::takes(uint64_t number) const {
    return number >= low && number <= high && (!power_of_two || std::has_single_bit(number));
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
