#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "host/offload/optimizer/adamw.hpp"
#include "host/offload/rounding.hpp"

namespace sky::offload {

inline constexpr uint64_t kStateBytes = 3 * sizeof(float);  ///< of an element: p, m and v

/// p, m and v of some elements of a tensor.
struct StateSpans {
    std::span<float> p, m, v;
};

/// A tensor's optimizer state on a device, as one tensor of a store: tiles one behind the other, in each the p of all
/// its elements, then their m, then their v. All tiles have `tile_elements`, a multiple of kOptimizerBlock, but the
/// last one.
struct TileLayout {
    uint64_t elements = 0;
    uint64_t tile_elements = 0;

    [[nodiscard]] uint64_t bytes() const { return elements * kStateBytes; }
    [[nodiscard]] uint64_t tiles() const { return ceil_div(elements, tile_elements); }
    [[nodiscard]] uint64_t first_element(uint64_t tile) const { return tile * tile_elements; }
    [[nodiscard]] uint64_t elements_in(uint64_t tile) const {
        return std::min(tile_elements, elements - first_element(tile));
    }
    [[nodiscard]] uint64_t offset(uint64_t tile) const { return first_element(tile) * kStateBytes; }
    [[nodiscard]] uint64_t bytes_in(uint64_t tile) const { return elements_in(tile) * kStateBytes; }
};

/// `tile` begins at a float and has room for `elements`.
[[nodiscard]] inline StateSpans state_in(std::span<std::byte> tile, uint64_t elements) {
    auto* const first = reinterpret_cast<float*>(tile.data());
    return {.p = {first, elements}, .m = {first + elements, elements}, .v = {first + 2 * elements, elements}};
}

/// The most elements, in whole blocks, whose p, m and v fit a tile of so many bytes; 0 when not even one block does.
[[nodiscard]] constexpr uint64_t tile_elements_in(uint64_t tile_bytes) {
    return tile_bytes / (kOptimizerBlock * kStateBytes) * kOptimizerBlock;
}

}  // namespace sky::offload
