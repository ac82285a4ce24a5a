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
/// Slots lie within one track, so a value has at most (segments - 1) words.
struct IndexConfig {
    uint32_t node_tracks = 16;
    uint32_t fanout = 16;          ///< children of an internal node; 2 * fanout words fit one track
    uint32_t max_value_bytes = 8;  ///< a slot has room for a key and this many bytes
};

/// An ordered map from 64-bit keys to byte strings that keeps its data on a memory session and its metadata
/// (slot bitmaps, rank tables, lengths, sequence numbers) in controller SRAM, which is not charged as device
/// operations. Everything else is read from and written to the device and charged: also the keys and child
/// ids that a search looks at, and what range() and verify() read. One writer; no operation while another one
/// runs.
class Index {
   public:
    /// Fails with the value and the remedy when the configuration does not fit the session's geometry. The
    /// session must outlive the index, and the index takes the whole memory from row 0 on.
    static Result<std::unique_ptr<Index>> create(Kind kind, memory::MemorySession& session,
                                                 const IndexConfig& config);
    virtual ~Index() = default;
    Index(const Index&) = delete;
    Index& operator=(const Index&) = delete;

    /// Inserts or replaces. Fails, with the entries unchanged, when the value is too long or the memory is
    /// full.
    virtual Status put(Key key, std::span<const std::byte> value) = 0;
    [[nodiscard]] virtual std::optional<Bytes> get(Key key) = 0;
    /// Erasing a key that is not there is no error. `beps` needs a free message slot, so it fails, with the
    /// entries unchanged, when the memory is full.
    virtual Status erase(Key key) = 0;
    /// Up to `limit` entries with low <= key <= high, ascending.
    [[nodiscard]] virtual std::vector<Entry> range(Key low, Key high, size_t limit) = 0;

    /// Counts of the index itself: nodes, height, splits, flushes, words read and written by cause,
    /// sram_bytes.
    [[nodiscard]] virtual stats::Group statistics() const = 0;
    /// Empty when every invariant holds, else the first one that does not. Reads every key and child id from
    /// the device.
    [[nodiscard]] virtual std::string verify() = 0;

   protected:
    Index() = default;
};

}  // namespace sky::index
