#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/index/changes.hpp"
#include "host/index/line_io.hpp"

namespace sky::index {

/// What opening an index needs to know before it can read anything else. It lies twice in line 0, in segments 0 to 3
/// and 4 to 7, which every geometry and every shape of an index has in the same place:
///
///     word 0   "SKYI" in bits 32 to 63, version 1 in bits 24 to 31, kind in 16 to 23, mechanisms in 0 to 15
///     word 1   node_lines in bits 48 to 63, fanout in 40 to 47, index_bits in 32 to 39, max_value_bytes in 16 to 31,
///              flush_children in 0 to 15
///     word 2   epoch of the log in bits 32 to 63, nodes of the memory in 0 to 31
///     word 3   crc32 of the words before
struct Superblock {
    Kind kind = Kind::kSkyeps;
    IndexConfig config{};  ///< with its mechanisms
    uint32_t epoch = 0;
    uint32_t nodes = 0;
};

/// The newest superblock on the memory that is whole.
[[nodiscard]] std::optional<Superblock> read_superblock(memory::MemorySession& session);

/// The log of a durable index, on the memory of the index and charged like everything else. It has two halves; each
/// generation of the log (its epoch) begins in the other one, with the whole metadata, and counts from the moment its
/// superblock is written:
///
///     frame   two words, then `count` words of records: what is in it counts as a whole or not at all
///             word 0: crc32 of the rest in bits 32 to 63, count in bits 0 to 31
///             word 1: epoch in bits 32 to 63, number of the frame within it in bits 0 to 31
///
/// A frame counts when its checksum, epoch and number are right; the first one that does not is the end of the log,
/// unless one that was written later stands in the lines behind it: then the log is damaged.
/// Nothing that counts is ever written over, so that a power cut leaves all frames before the one it is in.
class ChangeLog {
   public:
    ChangeLog(const NodeLayout& layout, LineIo& io) : layout_(&layout), io_(&io) {}

    /// What lay on the memory before counts no more from the first generation on.
    void continue_after(const std::optional<Superblock>& before) { superblock_.epoch = before ? before->epoch : 0; }
    /// Writes a frame. False, with nothing done, when the half has no room for it or the generation has become so
    /// long that a new one is better.
    [[nodiscard]] bool append(std::span<const uint64_t> records);
    /// Begins the generation behind superblock.epoch, which is told to say.
    void begin_generation(const Superblock& superblock, std::span<const uint64_t> records);

    /// Hands every record to `replay`, in order, up to the end of the log, where append() goes on. `replay` says what
    /// is wrong with a record. Fails when a frame that counts makes no sense, or none does.
    Status replay(const Superblock& superblock, const std::function<std::string(const ChangeRecord&)>& replay);

    [[nodiscard]] const Superblock& superblock() const { return superblock_; }
    [[nodiscard]] uint64_t frames() const { return frames_; }
    [[nodiscard]] uint64_t generations() const { return generations_; }

   private:
    class Reader;

    [[nodiscard]] std::optional<std::vector<uint64_t>> frame_at(Reader& words, uint64_t at) const;
    [[nodiscard]] uint64_t half_words() const { return uint64_t{layout_->log_half_lines} * layout_->segments; }
    [[nodiscard]] LineId half() const { return 1 + superblock_.epoch % 2 * layout_->log_half_lines; }
    void write_frame(std::span<const uint64_t> records);
    void write_superblock();

    const NodeLayout* layout_;
    LineIo* io_;
    Superblock superblock_;
    uint64_t at_ = 0;           // next word of the half
    uint64_t first_words_ = 0;  // of the frame the generation began with
    uint32_t number_ = 0;       // of the next frame
    uint64_t frames_ = 0;       // written since this object was made
    uint64_t generations_ = 0;
};

}  // namespace sky::index
