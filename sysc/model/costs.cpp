#include "sysc/model/costs.hpp"

#include <numeric>

namespace sky::model {

namespace {

/// Every time in whole cycles, rounded up.
Timing timed(const Costs& costs, uint32_t cycle_ps) {
    const auto cycles = [&](uint32_t ps) { return (ps + cycle_ps - 1) / cycle_ps; };
    return {
        .cycle_ps = cycle_ps,
        .shift_cycles = cycles(costs.shift_ps),
        .detect_cycles = cycles(costs.detect_ps),
        .remove_cycles = cycles(costs.remove_ps),
        .inject_cycles = cycles(costs.inject_ps),
        .shift_fj = costs.shift_fj,
        .detect_fj = costs.detect_fj,
        .remove_fj = costs.remove_fj,
        .inject_fj = costs.inject_fj,
        .relax_cycles = cycles(costs.relax_ps),
        .shift_charge = costs.shift_charge,
        .remove_charge = costs.remove_charge,
    };
}

}  // namespace

Costs skyrmion_costs() {
    return {.shift_ps = 500,
            .detect_ps = 100,
            .remove_ps = 800,
            .inject_ps = 1000,
            .shift_fj = 20,
            .detect_fj = 2,
            .remove_fj = 20,
            .inject_fj = 200};
}

Timing exact_timing(const Costs& costs) {
    uint32_t cycle = std::gcd(std::gcd(costs.shift_ps, costs.detect_ps), std::gcd(costs.remove_ps, costs.inject_ps));
    cycle = std::gcd(cycle, costs.relax_ps);
    if (cycle == 0) cycle = 1;  // every time is zero: problem() reports it
    return timed(costs, cycle);
}

Timing ghz_timing(const Costs& costs) { return timed(costs, 1000); }

const char* to_string(ShiftCharge charge) {
    switch (charge) {
        case ShiftCharge::kPerTrack: return "per_track";
        case ShiftCharge::kPerPulse: return "per_pulse";
        case ShiftCharge::kPerSkyrmion: return "per_skyrmion";
    }
    return "unknown shift charge";
}

const char* to_string(RemoveCharge charge) { return charge == RemoveCharge::kPerSite ? "per_site" : "per_skyrmion"; }

std::string Timing::problem() const {
    const auto check = [](const char* name, uint32_t value, uint32_t low, uint32_t high,
                          const char* unit) -> std::string {
        if (value >= low && value <= high) return {};
        return std::string(name) + " is " + std::to_string(value) + " " + unit + ", expected " + std::to_string(low) +
               " to " + std::to_string(high);
    };
    if (cycle_ps == 0) return "cycle_ps is 0, expected at least 1";
    std::string text = check("a shift", shift_cycles, 1, 255, "cycles");
    if (text.empty()) text = check("a detect", detect_cycles, 0, 255, "cycles");
    if (text.empty()) text = check("a remove", remove_cycles, 0, 255, "cycles");
    if (text.empty()) text = check("an inject", inject_cycles, 0, 255, "cycles");
    if (text.empty()) text = check("the wait after a shift", relax_cycles, 0, 255, "cycles");
    if (text.empty()) text = check("the energy of a shift", shift_fj, 0, 65535, "fJ");
    if (text.empty()) text = check("the energy of a detect", detect_fj, 0, 65535, "fJ");
    if (text.empty()) text = check("the energy of a remove", remove_fj, 0, 65535, "fJ");
    if (text.empty()) text = check("the energy of an inject", inject_fj, 0, 65535, "fJ");
    return text;
}

}  // namespace sky::model
