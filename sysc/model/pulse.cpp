#include "sysc/model/pulse.hpp"

namespace sky::model {

const char* to_string(Pulse::Kind kind) {
    switch (kind) {
        case Pulse::Kind::kShift: return "shift";
        case Pulse::Kind::kDetect: return "detect";
        case Pulse::Kind::kRemove: return "remove";
        case Pulse::Kind::kOverlap: return "overlap";
        case Pulse::Kind::kInject: return "inject";
        case Pulse::Kind::kCheck: return "check";
        case Pulse::Kind::kCorrect: return "correct";
    }
    return "unknown pulse";
}

}  // namespace sky::model
