#pragma once

#include <cstdint>
#include <type_traits>

namespace sky::bridge {

/// What the next step of a track does, in the input of a Verilated class that has two bits of two's complement for
/// each track: 1 one site too far, -1 too near, 0 neither.
template <typename Pins>
void set_slip(Pins& pins, uint32_t track, int32_t slip) {
    if constexpr (std::is_integral_v<Pins>) {
        const uint64_t kept = pins & ~(uint64_t{3} << (2 * track));
        pins = static_cast<Pins>(kept | (static_cast<uint64_t>(slip) & 3) << (2 * track));
    } else {
        const uint32_t shift = 2 * track % 32;
        pins[track / 16] = (pins[track / 16] & ~(3U << shift)) | (static_cast<uint32_t>(slip) & 3U) << shift;
    }
}

}  // namespace sky::bridge
