#include "host/index/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sky::index {
namespace {

// Slot numbers are 16 bits wide in the SRAM tables, with segments of at most 64.
constexpr uint32_t kMaxNodeTracks = 1023;
constexpr uint32_t kMinSlots = 4;

std::string geometry_problem(const memory::Geometry& geometry, const IndexConfig& config) {
    if (geometry.sites_per_segment != kWordBytes * 8)
        return fmt::format("sites_per_segment is {}, expected 64: a key fills one 8-byte word",
                           geometry.sites_per_segment);
    if (config.fanout < 4) return fmt::format("fanout is {}, expected at least 4", config.fanout);
    if (2 * uint64_t{config.fanout} > geometry.segments)
        return fmt::format(
            "fanout is {}, expected at most {}: keys and child ids share one track of {} segments; use a "
            "smaller fanout or more segments",
            config.fanout, geometry.segments / 2, geometry.segments);
    if (config.node_tracks < 1 || config.node_tracks > kMaxNodeTracks)
        return fmt::format("node_tracks is {}, expected 1 to {}", config.node_tracks, kMaxNodeTracks);
    const uint32_t longest = (geometry.segments - 1) * kWordBytes;
    if (config.max_value_bytes > longest)
        return fmt::format(
            "max_value_bytes is {}, expected at most {}: key and value share one track of {} segments; use "
            "shorter values or more segments",
            config.max_value_bytes, longest, geometry.segments);
    return {};
}

std::string slots_problem(Kind kind, const NodeLayout& layout) {
    if (layout.leaf_slots < kMinSlots)
        return fmt::format(
            "a leaf of {} tracks holds {} entries of up to {} bytes, expected at least {}; "
            "raise node_tracks or lower max_value_bytes",
            layout.node_tracks, layout.leaf_slots, layout.max_value_bytes, kMinSlots);
    if (kind == Kind::kBeps && layout.buffer_slots < kMinSlots)
        return fmt::format(
            "a node of {} tracks buffers {} messages of up to {} bytes, expected at least {}; "
            "raise node_tracks or lower max_value_bytes",
            layout.node_tracks, layout.buffer_slots, layout.max_value_bytes, kMinSlots);
    if (layout.nodes < 1)
        return fmt::format("the memory has fewer tracks than one node of {}; raise tracks or lower node_tracks",
                           layout.node_tracks);
    return {};
}

}  // namespace

Result<NodeLayout> make_layout(Kind kind, const memory::Geometry& geometry, const IndexConfig& config) {
    if (std::string why = geometry_problem(geometry, config); !why.empty()) return Status::error("index: " + why);
    NodeLayout layout;
    layout.node_tracks = config.node_tracks;
    layout.fanout = config.fanout;
    layout.max_value_bytes = config.max_value_bytes;
    layout.longest_value_bytes = (geometry.segments - 1) * kWordBytes;
    layout.slot_words = 1 + (config.max_value_bytes + kWordBytes - 1) / kWordBytes;
    layout.slots_per_track = geometry.segments / layout.slot_words;
    layout.leaf_slots = config.node_tracks * layout.slots_per_track;
    layout.buffer_slots = kind == Kind::kBeps ? (config.node_tracks - 1) * layout.slots_per_track : 0;
    layout.nodes = static_cast<uint32_t>(std::min<uint64_t>(geometry.tracks / config.node_tracks, UINT32_MAX));
    if (std::string why = slots_problem(kind, layout); !why.empty()) return Status::error("index: " + why);
    return layout;
}

}  // namespace sky::index
