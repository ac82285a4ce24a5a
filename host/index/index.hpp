#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host/memory/session.hpp"
#include "host/memory/status.hpp"
#include "sysc/stats/stats.hpp"

namespace sky::index {

using Key = uint64_t;  ///< ordered as unsigned integers
using Bytes = std::vector<std::byte>;
using Entry = std::pair<Key, Bytes>;

enum class Kind : uint8_t { kBplus, kBeps };
[[nodiscard]] const char* to_string(Kind kind);
[[nodiscard]] std::optional<Kind> parse_kind(const std::string& name);

/// Shape of the trees. A node is `node_tracks` whole tracks; track 0 of an internal node holds the pivots.
struct IndexConfig {
    uint32_t node_tracks = 16;
    uint32_t fanout = 16;          ///< children of an internal node; 2 * fanout words fit one track
    uint32_t max_value_bytes = 8;  ///< a slot has room for a key and this many bytes
};

/// An ordered map from 64-bit keys to byte strings that keeps its data on a memory session and its metadata
/// (slot bitmaps, rank tables, lengths, sequence numbers) in controller SRAM, which is not charged as device
/// operations. One writer; no operation while another one runs.
class Index {
   public:
    /// Fails with the value and the remedy when the configuration does not fit the session's geometry.
    static Result<std::unique_ptr<Index>> create(Kind kind, memory::MemorySession& session,
                                                 const IndexConfig& config);
    virtual ~Index() = default;

    /// Inserts or replaces. Fails, with the index unchanged, when the value is too long or the memory is full.
    virtual Status put(Key key, std::span<const std::byte> value) = 0;
    [[nodiscard]] virtual std::optional<Bytes> get(Key key) = 0;
    /// Erasing a key that is not there is no error.
    virtual Status erase(Key key) = 0;
    /// Up to `limit` entries with low <= key <= high, ascending.
    [[nodiscard]] virtual std::vector<Entry> range(Key low, Key high, size_t limit) = 0;

    /// Counts of the index itself: nodes, height, splits, flushes, sram_bytes.
    [[nodiscard]] virtual stats::Group statistics() const = 0;
    /// Empty when every invariant holds, else the first one that does not. Reads nothing from the device.
    [[nodiscard]] virtual std::string verify() const = 0;
};

}  // namespace sky::index
