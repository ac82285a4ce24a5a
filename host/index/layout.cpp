#include "host/index/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/index/bits.hpp"
#include "host/index/changes.hpp"

namespace sky::index {
namespace {

using memory::Geometry;
using memory::Mapping;

// Slot numbers are 16 bits wide in the SRAM tables, with segments of at most 64.
constexpr uint32_t kMaxNodeTracks = 1023;
constexpr uint32_t kMinSlots = 4;
constexpr uint32_t kWordBits = kWordBytes * 8;
constexpr uint32_t kMaxValueBytes = 4096;

std::string word_problem(const Geometry& geometry) {
    if (geometry.mapping() == Mapping::kBit && geometry.tracks_per_row != kWordBits)
        return fmt::format(
            "tracks_per_row is {}, expected 64, so that a pass reads one 8-byte word at each port; choose preset "
            "index_bit, or 1 track in a row, which is word-based",
            geometry.tracks_per_row);
    if (geometry.mapping() == Mapping::kWord && geometry.sites_per_segment != kWordBits)
        return fmt::format(
            "sites_per_segment is {}, expected 64: a key fills one 8-byte word; use 64 sites, or rows of "
            "64 tracks, which are bit-interleaved",
            geometry.sites_per_segment);
    return {};
}

std::string shape_problem(const Geometry& geometry, const IndexConfig& config) {
    if (config.fanout < 4) return fmt::format("fanout is {}, expected at least 4", config.fanout);
    if (2 * uint64_t{config.fanout} > geometry.segments)
        return fmt::format(
            "fanout is {}, expected at most {}: keys and child ids share one track of {} segments; use a "
            "smaller fanout or more segments",
            config.fanout, geometry.segments / 2, geometry.segments);
    if (config.node_tracks < 1 || config.node_tracks > kMaxNodeTracks)
        return fmt::format("node_tracks is {}, expected 1 to {}", config.node_tracks, kMaxNodeTracks);
    if (config.index_bits < 8 || config.index_bits > 30)
        return fmt::format("index_bits is {}, expected 8 to 30: a 32-bit entry has two bits for its kind",
                           config.index_bits);
    return {};
}

std::string mechanism_problem(Kind kind, const Mechanisms& mechanisms) {
    if (has_buffers(kind) && mechanisms.indexed_leaves && !mechanisms.virtual_buffers)
        return "indexed_leaves needs virtual_buffers: messages that carry values have no value slot to hand on; "
               "switch "
               "virtual_buffers on or indexed_leaves off";
    if (!has_buffers(kind) && mechanisms.virtual_buffers)
        return fmt::format(
            "virtual_buffers has no meaning in {}, which has no buffers; switch it off, or choose beps or skyeps",
            to_string(kind));
    return {};
}

/// Whether values lie beside their keys anywhere.
bool has_inline_values(Kind kind, const Mechanisms& mechanisms) {
    return !mechanisms.indexed_leaves || (has_buffers(kind) && !mechanisms.virtual_buffers);
}

std::string durable_problem(const Mechanisms& m, bool has_inline) {
    const char* why = !m.port_parallel   ? "port_parallel"
                      : !m.compare_write ? "compare_write"
                      : !m.lazy_removal  ? "lazy_removal"
                      : has_inline ? "values in a store (indexed_leaves, and virtual_buffers where there are buffers)"
                                   : nullptr;
    if (why != nullptr)
        return fmt::format("durable needs {}: what is in use must not change before the log says so", why);
    if (m.relabel) return "durable goes without relabel: the log does not follow tracks that change places";
    return {};
}

std::string value_problem(const NodeLayout& layout) {
    if (layout.max_value_bytes <= layout.longest_value_bytes) return {};
    if (layout.longest_value_bytes == kMaxValueBytes)
        return fmt::format("max_value_bytes is {}, expected at most {}", layout.max_value_bytes, kMaxValueBytes);
    return fmt::format(
        "max_value_bytes is {}, expected at most {}: key and value share one track of {} segments; use "
        "shorter values, more segments, or values in a store of their own (virtual_buffers and indexed_leaves)",
        layout.max_value_bytes, layout.longest_value_bytes, layout.segments);
}

std::string slots_problem(Kind kind, const NodeLayout& layout) {
    if (layout.leaf_slots < kMinSlots)
        return fmt::format(
            "a leaf of {} tracks holds {} entries of up to {} bytes, expected at least {}; "
            "raise node_tracks or lower max_value_bytes",
            layout.node_lines, layout.leaf_slots, layout.max_value_bytes, kMinSlots);
    if (has_buffers(kind) && layout.buffer_slots < kMinSlots)
        return fmt::format(
            "a node of {} tracks buffers {} messages of up to {} bytes, expected at least {}; "
            "raise node_tracks or lower max_value_bytes",
            layout.node_lines, layout.buffer_slots, layout.max_value_bytes, kMinSlots);
    if (layout.durable && layout.nodes < layout.first_node + 4)
        return fmt::format(
            "the memory has {} nodes of {} tracks, and the log takes {} of them; raise tracks or lower node_tracks",
            layout.nodes, layout.node_lines, layout.first_node);
    if (layout.nodes < 1)
        return fmt::format("the memory has fewer tracks than one node of {}; raise tracks or lower node_tracks",
                           layout.node_lines);
    return {};
}

SlotFormat make_format(bool indexed, uint32_t segments, uint32_t max_value_bytes) {
    if (indexed) return {.indexed = true, .slot_words = 0, .per_line = 2 * segments / 3};
    const uint32_t words = 1 + (max_value_bytes + kWordBytes - 1) / kWordBytes;
    return {.indexed = false, .slot_words = words, .per_line = segments / words};
}

void place_nodes(NodeLayout& layout, const Geometry& geometry) {
    uint64_t nodes = 0;
    if (geometry.mapping() == Mapping::kBit) layout.sites = geometry.sites_per_segment;
    if (layout.node_lines <= layout.sites) {
        layout.nodes_per_row = layout.sites / layout.node_lines;
        nodes = geometry.rows() * layout.nodes_per_row;
    } else {
        layout.rows_per_node = (layout.node_lines + layout.sites - 1) / layout.sites;
        nodes = geometry.rows() / layout.rows_per_node;
    }
    layout.nodes = static_cast<uint32_t>(std::min<uint64_t>(nodes, UINT32_MAX / layout.node_lines));
}

/// Each half of the log has room for what says which slots of all nodes are taken, in which order the messages of an
/// eighth of them came (more where the fan-out is small), and for a batch that waits.
void place_log(NodeLayout& layout) {
    constexpr uint32_t kLeastBatch = 256;
    constexpr uint32_t kHeadWords = 8;
    const uint32_t buffer_lines = layout.buffer_slots > 0 ? layout.node_lines - 1 : 0;
    const uint64_t node_words = 1 + layout.node_lines * Changes::take_words(layout.entry.per_line);
    const uint64_t order_words = uint64_t{buffer_lines} * Changes::order_words(layout.message.per_line);
    const uint32_t nodes_of_an_inner = std::clamp(layout.fanout / 2, 2U, 8U);
    layout.log_inner_nodes = order_words > 0 ? std::max(16U, layout.nodes / nodes_of_an_inner) : layout.nodes;
    layout.log_waiting = std::max(kLeastBatch, layout.buffer_slots) + 2 * layout.stage_slots;
    const uint64_t half_words = kHeadWords + layout.nodes * node_words + layout.log_inner_nodes * order_words +
                                uint64_t{layout.log_waiting} * Changes::kMessageWords;
    const uint64_t half_lines = (half_words + layout.segments - 1) / layout.segments;
    layout.log_half_lines = static_cast<uint32_t>(half_lines);
    layout.first_node = static_cast<uint32_t>((2 * half_lines + layout.node_lines) / layout.node_lines);
}

}  // namespace

uint64_t SlotFormat::key_mask(uint64_t records) const {
    if (indexed || slot_words == 1) return records;
    uint64_t mask = 0;
    each_bit(records, [&](uint32_t at) { mask |= bit(key_segment(at)); });
    return mask;
}

uint64_t SlotFormat::payload_mask(uint64_t records) const {
    uint64_t mask = 0;
    const uint64_t value = low_bits(slot_words > 0 ? slot_words - 1 : 0);
    each_bit(records,
             [&](uint32_t at) { mask |= indexed ? bit(entry_segment(at)) : value << (key_segment(at) + 1); });
    return mask;
}

NodeLayout::Address NodeLayout::address(LineId line) const {
    if (sites == 1) return {line, 0};
    const uint32_t node = line / node_lines;
    const uint32_t at = line % node_lines;
    if (rows_per_node != 0) return {node * rows_per_node + at / sites, static_cast<uint8_t>(at % sites)};
    // Sites by distance from a port: 0, D - 1, 1, D - 2, ...
    const uint32_t near = node % nodes_per_row + at * nodes_per_row;
    return {node / nodes_per_row, static_cast<uint8_t>(near % 2 == 0 ? near / 2 : sites - 1 - near / 2)};
}

Result<NodeLayout> make_layout(Kind kind, const Geometry& geometry, const IndexConfig& config) {
    NodeLayout layout;
    layout.mechanisms = config.mechanisms.value_or(mechanisms_of(kind, config.durable));
    std::string why = word_problem(geometry);
    if (why.empty()) why = shape_problem(geometry, config);
    if (why.empty()) why = mechanism_problem(kind, layout.mechanisms);
    if (why.empty() && config.durable)
        why = durable_problem(layout.mechanisms, has_inline_values(kind, layout.mechanisms));
    if (!why.empty()) return Status::error("index: " + why);

    layout.segments = geometry.segments;
    layout.node_lines = config.node_tracks;
    layout.fanout = config.fanout;
    layout.index_bits = config.index_bits;
    layout.max_value_bytes = config.max_value_bytes;
    layout.longest_value_bytes =
        has_inline_values(kind, layout.mechanisms) ? (geometry.segments - 1) * kWordBytes : kMaxValueBytes;
    if (why = value_problem(layout); !why.empty()) return Status::error("index: " + why);

    layout.message = make_format(layout.mechanisms.virtual_buffers, geometry.segments, config.max_value_bytes);
    layout.entry = make_format(layout.mechanisms.indexed_leaves, geometry.segments, config.max_value_bytes);
    layout.leaf_slots = layout.node_lines * layout.entry.per_line;
    layout.buffer_slots = has_buffers(kind) ? (layout.node_lines - 1) * layout.message.per_line : 0;
    layout.stage_slots = layout.mechanisms.port_parallel ? std::max(1U, layout.message.per_line) : 1;
    layout.flush_children = std::max(1U, config.flush_children);
    place_nodes(layout, geometry);
    layout.durable = config.durable;
    if (layout.durable) place_log(layout);
    if (why = slots_problem(kind, layout); !why.empty()) return Status::error("index: " + why);
    return layout;
}

}  // namespace sky::index
