#include "sysc/model/policy.hpp"

#include <bit>

namespace sky::model {

const char* to_string(Scheduler scheduler) {
    switch (scheduler) {
        case Scheduler::kFcfs: return "fcfs";
        case Scheduler::kNearest: return "nearest";
        case Scheduler::kElevator: return "elevator";
        case Scheduler::kCoalesce: return "coalesce";
    }
    return "unknown scheduler";
}

const char* to_string(ReturnPolicy policy) { return policy == ReturnPolicy::kHome ? "home" : "stay"; }

std::string Policy::problem() const {
    const auto range = [](const char* name, uint32_t value, uint32_t low, uint32_t high) -> std::string {
        if (value >= low && value <= high) return {};
        return std::string(name) + " is " + std::to_string(value) + ", expected " + std::to_string(low) + " to " +
               std::to_string(high);
    };
    std::string text = range("queue_depth", queue_depth, 1, 1024);
    if (text.empty()) text = range("banks", banks, 1, 16);
    if (text.empty() && !std::has_single_bit(banks))
        text = "banks is " + std::to_string(banks) + ", expected 1, 2, 4, 8 or 16";
    if (text.empty()) text = range("age_cap", age_cap, 1, 255);
    if (text.empty()) text = range("max_ports_driven", max_ports_driven, 1, 64);
    return text;
}

}  // namespace sky::model
