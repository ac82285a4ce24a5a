#include "sysc/model/costs.hpp"

#include <numeric>

namespace sky::model {

Timing exact_timing(const Costs& costs) {
    uint32_t cycle = std::gcd(std::gcd(costs.shift_ps, costs.detect_ps), std::gcd(costs.remove_ps, costs.inject_ps));
    if (cycle == 0) cycle = 1;  // every time is zero: problem() reports it
    return {
        .cycle_ps = cycle,
        .shift_cycles = costs.shift_ps / cycle,
        .detect_cycles = costs.detect_ps / cycle,
        .remove_cycles = costs.remove_ps / cycle,
        .inject_cycles = costs.inject_ps / cycle,
        .shift_fj = costs.shift_fj,
        .detect_fj = costs.detect_fj,
        .remove_fj = costs.remove_fj,
        .inject_fj = costs.inject_fj,
    };
}

std::string Timing::problem() const {
    const auto check = [](const char* name, uint32_t value, uint32_t low, uint32_t high,
                          const char* unit) -> std::string {
        if (value >= low && value <= high) return {};
        return std::string(name) + " is " + std::to_string(value) + " " + unit + ", expected " + std::to_string(low) +
               " to " + std::to_string(high);
    };
    if (cycle_ps == 0) return "cycle_ps is 0, expected at least 1";
    std::string text = check("a shift", shift_cycles, 1, 255, "cycles");
    if (text.empty()) text = check("a detect", detect_cycles, 1, 255, "cycles");
    if (text.empty()) text = check("a remove", remove_cycles, 1, 255, "cycles");
    if (text.empty()) text = check("an inject", inject_cycles, 1, 255, "cycles");
    if (text.empty()) text = check("the energy of a shift", shift_fj, 0, 65535, "fJ");
    if (text.empty()) text = check("the energy of a detect", detect_fj, 0, 65535, "fJ");
    if (text.empty()) text = check("the energy of a remove", remove_fj, 0, 65535, "fJ");
    if (text.empty()) text = check("the energy of an inject", inject_fj, 0, 65535, "fJ");
    return text;
}

}  // namespace sky::model
