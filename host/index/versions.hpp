#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "host/index/record.hpp"

namespace sky::index {

/// What live snapshots still need and the leaves no longer hold. SRAM.
///
/// A leaf entry is born with the operation that wrote it and dies with the one that replaces or erases it; a snapshot
/// sees what was born at or before its sequence number and had not died by then. An entry that dies while a snapshot
/// sees it is kept here, its value slot still taken or, where values lie in leaves, its bytes. Of entries in leaves
/// the table knows only that some snapshot is too old to see them; those it has no record of, every one sees.
///
/// Without snapshots the table is empty and every question is answered by that.
class VersionTable {
   public:
    struct Version {
        uint64_t born = 0;
        uint64_t died = 0;
        bool indexed = false;  ///< the value is in the slot `ref`, else it is `bytes`
        ValueRef ref{};
        Bytes bytes{};
    };
    /// Where the state of a key that a snapshot sees is to be found, messages in buffers aside.
    struct Seen {
        enum class Where : uint8_t { kLeaf, kNowhere, kHere };
        Where where = Where::kLeaf;
        const Version* version = nullptr;  ///< kHere
    };

    [[nodiscard]] bool empty() const { return snapshots_.empty(); }
    void add_snapshot(uint64_t sequence) { snapshots_.insert(sequence); }
    /// Returns the value slots that only it held.
    [[nodiscard]] std::vector<ValueRef> drop_snapshot(uint64_t sequence);
    /// Whether there is a live snapshot in [first, end).
    [[nodiscard]] bool any_in(uint64_t first, uint64_t end) const;

    /// The operation that wrote the leaf entry of `key`; 0: older than every snapshot.
    [[nodiscard]] uint64_t born(Key key) const;
    [[nodiscard]] bool sees_entry(Key key, uint64_t died) const { return !empty() && any_in(born(key), died); }
    void entry_written(Key key, uint64_t sequence);
    void entry_erased(Key key);
    /// Keeps the value that the record had from `born` until `died`. An indexed one's slot stays taken.
    void keep(const Records& records, const Record& record, uint64_t born, uint64_t died);
    /// The same of a number, the little-endian bytes of a value that no record has.
    void keep_number(Key key, uint64_t number, uint64_t born, uint64_t died);

    [[nodiscard]] Seen find(Key key, uint64_t sequence) const;
    /// Appends what is kept of the keys of [low, high] and seen at `sequence`, as entries.
    void collect(Key low, Key high, uint64_t sequence, Records& records) const;
    [[nodiscard]] static Record to_entry(Key key, const Version& version, Records& records);

    [[nodiscard]] uint64_t snapshots() const { return snapshots_.size(); }
    [[nodiscard]] uint64_t versions() const { return versions_; }
    [[nodiscard]] std::vector<ValueRef> values() const;
    [[nodiscard]] uint64_t sram_bytes() const;

   private:
    struct History {
        uint64_t born = 0;  ///< of the entry in a leaf; 0: there is none, or every snapshot sees it
        std::vector<Version> versions;
    };

    [[nodiscard]] static const Version* seen_at(const History& history, uint64_t sequence);

    std::multiset<uint64_t> snapshots_;
    std::map<Key, History> histories_;
    uint64_t versions_ = 0;
};

}  // namespace sky::index
