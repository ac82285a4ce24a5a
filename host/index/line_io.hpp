#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "host/index/changes.hpp"
#include "host/index/layout.hpp"
#include "host/memory/session.hpp"

namespace sky::index {

/// Why a word was read or written. Every word an index moves has exactly one cause, so the causes sum to what
/// the memory counts.
enum class Cause : uint8_t {
    kPivotSearch,  ///< key of a child, to choose where to go down
    kChildId,      ///< child ids are data on the device, not SRAM metadata
    kLeafSearch,   ///< key in a leaf, to find the place of another one
    kBufferScan,   ///< key in a message buffer, by a get
    kFlushKey,     ///< key of a buffered message, by a flush
    kFlushValue,   ///< value of a message that goes down
    kFlushMove,    ///< message written into the buffer below
    kLeafEntry,    ///< entry written into a leaf
    kMessage,      ///< message written into the root's buffer
    kPivot,        ///< new key and child id in an internal node
    kSplit,        ///< word moved by a split or a merge of nodes, or read to know whether it moves
    kPair,         ///< entry that shares its segment with one to be written
    kStore,        ///< value in the value store
    kErase,        ///< what is freed, where removal is not lazy
    kAnswer,       ///< value that a get or a range returns
    kRange,        ///< key that a range looks at
    kCompact,      ///< what compaction looks at and moves
    kLog,          ///< log of a durable index
    kRecovery,     ///< what opening it reads
    kVerify,
    kCount,
};
inline constexpr size_t kCauses = static_cast<size_t>(Cause::kCount);

/// Words of one line, by segment; those named in `mask` have a meaning.
struct LineWords {
    uint64_t mask = 0;
    std::array<uint64_t, 64> at;  // NOLINT: only what the mask names is ever read

    void set(uint32_t segment, uint64_t word) {
        mask |= uint64_t{1} << segment;
        at[segment] = word;
    }
};

/// The lines of an index, as its mechanisms reach them: a request for many segments is one pass with port_parallel,
/// and one request a word without. Counts words and passes by cause.
///
/// Where a log is kept, changes() is what it gathers, and slots that were freed are not written before they are in
/// it.
///
/// Lines can change places (swap): then their numbers stay and what they stand for moves. That table is SRAM.
class LineIo {
   public:
    LineIo(memory::MemorySession& session, const NodeLayout& layout)
        : session_(&session),
          layout_(&layout),
          parallel_(layout.mechanisms.port_parallel),
          scans_in_array_(parallel_ && layout.mechanisms.scan_search && layout.sites == 1),
          alg_(layout.mechanisms.compare_write ? memory::WriteAlg::kDcw : memory::WriteAlg::kNaive) {
        if (layout.durable) changes_.emplace();
    }

    [[nodiscard]] bool parallel() const { return parallel_; }
    /// nullptr: the index is not durable.
    [[nodiscard]] Changes* changes() { return changes_ ? &*changes_ : nullptr; }

    /// Reads the segments of `mask` into `words`, which then has no others.
    void read(LineId line, uint64_t mask, LineWords& words, Cause cause);
    [[nodiscard]] uint64_t read_word(LineId line, uint32_t segment, Cause cause);
    void write(LineId line, const LineWords& words, Cause cause);
    void write_word(LineId line, uint32_t segment, uint64_t word, Cause cause);
    /// Clears the segments of `mask`.
    void erase(LineId line, uint64_t mask, Cause cause);
    /// Segments of `mask` whose word is in [low, high]; one SCAN where the array can, else the words are read.
    [[nodiscard]] uint64_t in_range(LineId line, uint64_t mask, uint64_t low, uint64_t high, Cause cause);

    /// The lines change places: 0 shifts, 0 injections.
    void swap(LineId a, LineId b);
    [[nodiscard]] LineId physical(LineId line) const { return line < physical_.size() ? physical_[line] : line; }

    /// Adds one count for every cause, and the table's bytes to `sram_bytes`.
    void add_statistics(stats::Group& group) const;
    [[nodiscard]] uint64_t sram_bytes() const { return physical_.size() * sizeof(LineId); }

   private:
    struct Count {
        uint64_t words_read = 0;
        uint64_t words_written = 0;
        uint64_t passes = 0;
    };

    [[nodiscard]] Count& count(Cause cause) { return counts_[static_cast<size_t>(cause)]; }
    const memory::Finished& execute(memory::Command command, LineId line, std::span<const uint64_t> data);

    memory::MemorySession* session_;
    const NodeLayout* layout_;
    bool parallel_;
    bool scans_in_array_;
    memory::WriteAlg alg_;
    std::optional<Changes> changes_;
    std::vector<LineId> physical_;  // by line; lines beyond it are themselves
    std::array<Count, kCauses> counts_{};
    LineWords scratch_;
};

}  // namespace sky::index
