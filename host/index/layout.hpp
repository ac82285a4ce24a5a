#pragma once

#include <cstdint>

#include "host/index/index.hpp"

namespace sky::index {

inline constexpr uint32_t kWordBytes = 8;

/// Where things lie in a node, in whole numbers derived once from the geometry and the configuration.
///
///     leaf            tracks 0 .. T-1: entry slots
///     internal node   track 0: keys in segments 0 .. F-1, child ids in segments F .. 2F-1
///                     tracks 1 .. T-1: message slots (beps only)
///
/// A slot is one key word and the words of the longest value, all in one track.
struct NodeLayout {
    uint32_t node_tracks = 0;
    uint32_t fanout = 0;
    uint32_t max_value_bytes = 0;
    uint32_t longest_value_bytes = 0;  ///< of this geometry
    uint32_t slot_words = 0;
    uint32_t slots_per_track = 0;
    uint32_t leaf_slots = 0;
    uint32_t buffer_slots = 0;  ///< 0 for a tree without message buffers
    uint32_t nodes = 0;         ///< that the memory has room for

    [[nodiscard]] uint32_t row(uint32_t node, uint32_t track) const { return node * node_tracks + track; }
};

/// Fails with the value, what was expected and the remedy.
[[nodiscard]] Result<NodeLayout> make_layout(Kind kind, const memory::Geometry& geometry, const IndexConfig& config);

}  // namespace sky::index
