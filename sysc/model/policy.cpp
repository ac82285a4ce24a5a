#include "sysc/model/policy.hpp"

#include <bit>

#include "sysc/model/random.hpp"

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

int32_t SlipFaults::slip(uint32_t bank, uint64_t pulse, uint32_t track) const {
    if (threshold == 0) return 0;
    const uint64_t draw = mix64(mix64(seed + 0x9e3779b97f4a7c15 * (pulse + 1)) ^ (uint64_t{bank} << 32 | track));
    if (draw >= threshold) return 0;
    return (mix64(draw) & 1) != 0 ? 1 : -1;
}

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
