#include "host/offload/plan/traffic.hpp"

namespace sky::offload {

namespace {

constexpr uint64_t kFp32States = 12;  // p, m and v
constexpr uint64_t kBf16States = 6;

/// Of the optimizer's step, an element. The new weights are among what is written.
struct StateBytes {
    uint64_t read;
    uint64_t written;
};

StateBytes state_bytes(TrafficScheme scheme, uint64_t weight_bytes) {
    switch (scheme) {
        case TrafficScheme::kSpilledGradients:
        case TrafficScheme::kKeptGradients: return {.read = kFp32States, .written = kFp32States + weight_bytes};
        case TrafficScheme::kBf16States: return {.read = kBf16States, .written = kBf16States};
        case TrafficScheme::kEightBitStates: return {.read = 3, .written = 5};
    }
    return {};
}

}  // namespace

const char* to_string(TrafficScheme scheme) {
    switch (scheme) {
        case TrafficScheme::kSpilledGradients: return "fp32 states, gradients spilled";
        case TrafficScheme::kKeptGradients: return "fp32 states, gradients kept in memory";
        case TrafficScheme::kBf16States: return "bf16 states";
        case TrafficScheme::kEightBitStates: return "8-bit m and v, bf16 p with 8-bit residual";
    }
    return "";
}

Traffic traffic_of(TrafficScheme scheme, const TrafficShape& shape) {
    const StateBytes states = state_bytes(scheme, shape.weight_bytes);
    const uint64_t spilled = scheme == TrafficScheme::kSpilledGradients ? shape.gradient_bytes : 0;
    const uint64_t streamed = shape.parameters - shape.resident_parameters;
    return {.read_bytes =
                shape.weight_passes * shape.weight_bytes * streamed + (spilled + states.read) * shape.parameters,
            .written_bytes = (spilled + states.written) * shape.parameters};
}

}  // namespace sky::offload
