#include "sysc/model/position_guard.hpp"

#include <array>

namespace sky::model {
namespace {

constexpr std::array<bool, 4> kPattern = {false, false, true, true};

uint8_t modulo_four(int64_t value) { return static_cast<uint8_t>(static_cast<uint64_t>(value) % 4); }

}  // namespace

const char* to_string(PositionError error) {
    switch (error) {
        case PositionError::kNone: return "none";
        case PositionError::kOneAhead: return "one ahead";
        case PositionError::kLost: return "lost";
        case PositionError::kOneBehind: return "one behind";
    }
    return "unknown position error";
}

bool guard_bit(int64_t position) { return kPattern.at(modulo_four(position)); }

PositionCheck check_position(bool first, bool second, int64_t expected) {
    uint8_t position = 0;
    while (guard_bit(position) != first || guard_bit(position + 1) != second) ++position;
    return {.position = position, .error = static_cast<PositionError>(modulo_four(position - expected))};
}

}  // namespace sky::model
