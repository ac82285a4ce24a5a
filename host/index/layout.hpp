#pragma once

#include <cstdint>

#include "host/index/index.hpp"

namespace sky::index {

inline constexpr uint32_t kWordBytes = 8;

/// What one pass reaches: the words under all ports of a row at one alignment. Word-based that is a track;
/// bit-interleaved, one site of each segment. It has `segments` words in both mappings.
using LineId = uint32_t;

/// How records lie in a line, in whole numbers of words.
///
///     inline    key, value words | key, value words | ...             a record lies in consecutive segments
///     indexed   key key ... key | entry pair, entry pair, ...         two 32-bit entries share a segment
struct SlotFormat {
    bool indexed = false;
    uint32_t slot_words = 0;  ///< inline: key and value
    uint32_t per_line = 0;    ///< records in a line

    [[nodiscard]] uint32_t key_segment(uint32_t at) const { return indexed ? at : at * slot_words; }
    [[nodiscard]] uint32_t entry_segment(uint32_t at) const { return per_line + at / 2; }
    /// Segments of the keys of these records of a line, bit i for record i; and of what belongs to them.
    [[nodiscard]] uint64_t key_mask(uint64_t records) const;
    [[nodiscard]] uint64_t payload_mask(uint64_t records) const;
};

/// Where things lie, derived once from the geometry and the configuration.
///
///     leaf            lines 0 .. T-1: entries
///     internal node   line 0: keys in segments 0 .. F-1, child ids in segments F .. 2F-1
///                     lines 1 .. T-1: messages (trees with buffers only)
///
/// Tree nodes are taken from the low end of the memory, behind the log if there is one, the lines of the value store
/// from its high end.
struct NodeLayout {
    Mechanisms mechanisms;
    uint32_t segments = 0;
    uint32_t node_lines = 0;
    uint32_t fanout = 0;
    uint32_t max_value_bytes = 0;
    uint32_t longest_value_bytes = 0;  ///< of this geometry and these mechanisms
    uint32_t index_bits = 0;           ///< of a value slot's number
    uint32_t stage_slots = 0;          ///< messages staged in SRAM in front of the root; 1 without port_parallel
    uint32_t flush_children = 0;       ///< children that a flush serves
    SlotFormat message;                ///< of internal nodes
    SlotFormat entry;                  ///< of leaves
    uint32_t leaf_slots = 0;
    uint32_t buffer_slots = 0;  ///< messages in an internal node; 0 without buffers
    uint32_t nodes = 0;         ///< that the memory has room for
    bool durable = false;
    uint32_t log_half_lines = 0;   ///< durable: line 0 holds the superblocks, behind it lie the halves of the log
    uint32_t log_inner_nodes = 0;  ///< that the log can describe
    uint32_t log_waiting = 0;      ///< operations that the log can hold beside what it describes
    uint32_t first_node = 0;       ///< of the tree, behind the log

    /// The row and site of a line. Bit-interleaved, several nodes share a row, and each has its first lines at the
    /// sites nearest to a port.
    struct Address {
        uint32_t row;
        uint8_t site;
    };
    [[nodiscard]] Address address(LineId line) const;

    uint32_t sites = 1;          ///< lines of a row: 1 word-based
    uint32_t nodes_per_row = 1;  ///< when a node fits a row
    uint32_t rows_per_node = 0;  ///< otherwise; 0: a node fits a row
};

/// The layout, or which value of the configuration does not fit and what to do.
Result<NodeLayout> make_layout(Kind kind, const memory::Geometry& geometry, const IndexConfig& config);

}  // namespace sky::index
