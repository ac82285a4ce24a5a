#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host/index/mechanisms.hpp"
#include "host/memory/session.hpp"
#include "host/memory/status.hpp"
#include "sysc/stats/stats.hpp"

namespace sky::index {

using Key = uint64_t;  ///< ordered as unsigned integers
using Bytes = std::vector<std::byte>;
using Entry = std::pair<Key, Bytes>;

/// Shape of the trees. A node is `node_tracks` whole lines, a line being what one pass reaches: a track word-based,
/// one site of each segment bit-interleaved. Line 0 of an internal node holds the pivots. Where values lie beside
/// their keys, a record lies within one line, so a value has at most (segments - 1) words.
struct IndexConfig {
    uint32_t node_tracks = 16;
    uint32_t fanout = 16;          ///< children of an internal node; 2 * fanout words fit one line
    uint32_t max_value_bytes = 8;  ///< longest value; where values lie beside their keys, a slot has room for it
    uint32_t index_bits = 24;      ///< of a value slot's number; 8 to 30
    uint32_t flush_children = 16;  ///< children whose messages a flush of a port-parallel Bε-tree moves down, at most
    /// Keep a log on the memory, so that open() finds everything that was committed: see commit(). Needs
    /// port_parallel, compare_write, lazy_removal and values in a store, and goes without relabel, which then is off
    /// where `mechanisms` is not given.
    bool durable = false;
    std::optional<Mechanisms> mechanisms{};  ///< none: those of the kind
};

/// Operations that are done all or not at all.
class WriteBatch {
   public:
    enum class What : uint8_t { kPut, kErase, kMerge, kEraseRange };
    struct Operation {
        What what = What::kPut;
        Key key = 0;
        Key end = 0;  ///< kEraseRange: the first key behind it
        Bytes value;  ///< kPut: the value; kMerge: the operand
    };

    void put(Key key, std::span<const std::byte> value) {
        operations_.push_back({.what = What::kPut, .key = key, .value = Bytes(value.begin(), value.end())});
    }
    void erase(Key key) { operations_.push_back({.what = What::kErase, .key = key, .value = {}}); }
    void merge(Key key, std::span<const std::byte> operand) {
        operations_.push_back({.what = What::kMerge, .key = key, .value = Bytes(operand.begin(), operand.end())});
    }
    /// Every key of [low, end).
    void erase_range(Key low, Key end) {
        operations_.push_back({.what = What::kEraseRange, .key = low, .end = end, .value = {}});
    }
    void clear() { operations_.clear(); }
    [[nodiscard]] std::span<const Operation> operations() const { return operations_; }

   private:
    std::vector<Operation> operations_;
};

/// A state of an index that stays readable until it is destroyed, which must be before the index is. It pins the
/// values that were replaced or erased since, and messages that it sees are not superseded; the index's statistics
/// say what that takes. Dropping the last one that holds a value gives its slot back.
class Snapshot {
   public:
    virtual ~Snapshot() = default;
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

   protected:
    Snapshot() = default;
};

/// Walks the entries of one state of an index in the order of their keys, either way, whatever is written meanwhile.
/// Begins nowhere: seek first. Must be destroyed before the index is.
class Iterator {
   public:
    virtual ~Iterator() = default;
    Iterator(const Iterator&) = delete;
    Iterator& operator=(const Iterator&) = delete;

    virtual void seek(Key key) = 0;       ///< to the first entry at or behind `key`
    virtual void seek_back(Key key) = 0;  ///< to the last entry at or before `key`
    void seek_first() { seek(0); }
    void seek_last() { seek_back(~Key{0}); }
    virtual void next() = 0;  ///< only while valid()
    virtual void prev() = 0;  ///< only while valid()
    [[nodiscard]] virtual bool valid() const = 0;
    [[nodiscard]] virtual Key key() const = 0;  ///< only while valid()
    [[nodiscard]] virtual Bytes value() = 0;    ///< only while valid(); read when it is asked for

   protected:
    Iterator() = default;
};

/// An ordered map from 64-bit keys to byte strings that keeps its data on a memory session and its metadata
/// (slot bitmaps, rank tables, fingerprints, lengths, sequence numbers) in controller SRAM, which is not charged as
/// device operations. Everything else is read from and written to the device and charged: also the keys and child
/// ids that a search looks at, and what range() and verify() read.
///
/// One writer, and no other operation while it writes. Between writes any number of threads may read, take and drop
/// snapshots and walk iterators, each thread its own; they take turns at the device, so their order changes what a
/// read costs and not what it answers. Nobody else may use the session meanwhile.
class Index {
   public:
    /// Fails with the value and the remedy when the configuration does not fit the session's geometry. The
    /// session must outlive the index, and the index takes the whole memory from row 0 on.
    static Result<std::unique_ptr<Index>> create(Kind kind, memory::MemorySession& session,
                                                 const IndexConfig& config);
    /// The durable index that lies on the session, as of its last commit() at least, and of what was written since
    /// an unbroken part from its beginning, batches whole. Reads its shape, its log and its records from the device,
    /// charged like any access. Fails, with nothing written, when there is none, when it was made on another geometry
    /// and when its log is damaged.
    static Result<std::unique_ptr<Index>> open(memory::MemorySession& session);
    virtual ~Index() = default;
    Index(const Index&) = delete;
    Index& operator=(const Index&) = delete;

    /// Inserts or replaces. Fails, with the entries unchanged, when the value is too long or the memory is
    /// full.
    virtual Status put(Key key, std::span<const std::byte> value) = 0;
    [[nodiscard]] virtual std::optional<Bytes> get(Key key) = 0;
    /// Erasing a key that is not there is no error. A Bε-tree needs a free message slot, so it fails, with the
    /// entries unchanged, when the memory is full.
    virtual Status erase(Key key) = 0;
    /// Adds `operand`, a little-endian number of 8 bytes, to the value, modulo 2^64. A missing key counts as 0, and
    /// so does a value of another length. Fails, with the entries unchanged, on an operand of another length and when
    /// the memory is full.
    virtual Status merge(Key key, std::span<const std::byte> operand) = 0;
    /// All operations of the batch, in their order, or none of them. Fails, with the entries unchanged, on what
    /// put(), erase() and merge() refuse, and when the memory might not hold the batch: a Bε-tree takes as many
    /// operations as one node buffers messages, a B+-tree asks for free nodes for the worst case. erase_range reads
    /// the keys it erases, as they are in front of the batch, and counts as one operation for each.
    virtual Status write(const WriteBatch& batch) = 0;
    /// Every key of [low, end).
    Status erase_range(Key low, Key end);

    /// When it returns, everything done so far outlives a power cut, whatever pulse of the device it comes at. The
    /// index does the same now and then of itself. Without `durable` it does nothing.
    virtual void commit() = 0;

    /// Brings messages down to the leaves as far as that goes without more levels, joins nodes that are less than a
    /// quarter full, and moves values together; the tracks behind them are free for nodes
    /// again. Changes no answer. Fails, with nothing done, while there are snapshots or iterators.
    virtual Status compact() = 0;

    [[nodiscard]] virtual Kind kind() const = 0;
    /// With which it was made.
    [[nodiscard]] virtual const IndexConfig& config() const = 0;

    /// Up to `limit` entries with low <= key <= high, ascending.
    [[nodiscard]] virtual std::vector<Entry> range(Key low, Key high, size_t limit) = 0;

    /// The index as it is now. Costs nothing on the device until something it sees is replaced or erased.
    [[nodiscard]] virtual std::unique_ptr<Snapshot> snapshot() = 0;
    /// As the index was at the snapshot, one of this index.
    [[nodiscard]] virtual std::optional<Bytes> get(Key key, const Snapshot& snapshot) = 0;
    /// Over the snapshot, which must live as long; or over the index as it is now, whatever is written later.
    [[nodiscard]] virtual std::unique_ptr<Iterator> iterate(const Snapshot* snapshot = nullptr) = 0;

    /// Counts of the index itself: nodes, height, splits, flushes, words and passes by cause, sram_bytes.
    [[nodiscard]] virtual stats::Group statistics() const = 0;
    /// Empty when every invariant holds, else the first one that does not. Reads every key and child id from
    /// the device.
    [[nodiscard]] virtual std::string verify() = 0;

   protected:
    Index() = default;
};

}  // namespace sky::index
