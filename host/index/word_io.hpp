#pragma once

#include <array>
#include <cstdint>

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
    kSplit,        ///< word moved by a split, or read to know whether it moves
    kAnswer,       ///< value that a get or a range returns
    kRange,        ///< key that a range looks at
    kVerify,
    kCount,
};
inline constexpr size_t kCauses = static_cast<size_t>(Cause::kCount);

/// Serial access, one word at a time, to the nodes of a tree; counts words by cause.
class WordIo {
   public:
    WordIo(memory::MemorySession& session, const NodeLayout& layout) : session_(&session), layout_(&layout) {}

    [[nodiscard]] uint64_t read(uint32_t node, uint32_t track, uint32_t segment, Cause cause) {
        ++reads_[static_cast<size_t>(cause)];
        return session_->read_word(layout_->row(node, track), segment);
    }
    void write(uint32_t node, uint32_t track, uint32_t segment, uint64_t word, Cause cause) {
        ++writes_[static_cast<size_t>(cause)];
        session_->write_word(layout_->row(node, track), segment, word, memory::WriteAlg::kNaive);
    }

    /// Adds one count for every cause.
    void add_statistics(stats::Group& group) const;

   private:
    memory::MemorySession* session_;
    const NodeLayout* layout_;
    std::array<uint64_t, kCauses> reads_{};
    std::array<uint64_t, kCauses> writes_{};
};

}  // namespace sky::index
