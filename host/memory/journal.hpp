#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host/memory/status.hpp"
#include "host/memory/store_folder.hpp"

namespace sky::memory {

/// Reads a journal, group by group; see journal_format.hpp.
///
/// A program that was killed leaves the last group cut off, and a host that lost its power any bytes in the place of
/// what was not synced: whatever follows the last sound group is such a torn tail, as long as no sound group stands
/// behind it. If one does, the file is damaged.
class JournalReader {
   public:
    /// Fails when the header is no sound one of our version.
    static Result<std::unique_ptr<JournalReader>> open(const std::string& path);

    /// Of the image that the groups are to be added to.
    [[nodiscard]] uint64_t generation() const { return generation_; }
    /// The records of the next group, valid until the next call; empty: the end, or a torn tail.
    Result<std::span<const std::byte>> next();
    /// An error about what the records of the group that next() gave last hold.
    [[nodiscard]] Status refuse(const std::string& what) const;

    /// Of the groups that next() gave, the header included.
    [[nodiscard]] uint64_t sound_bytes() const { return at_; }
    [[nodiscard]] uint64_t groups() const { return sequence_; }
    /// At the end: the bytes of the torn tail.
    [[nodiscard]] uint64_t torn_bytes() const { return size_ - at_; }

   private:
    JournalReader(std::string path, FileHandle file, uint64_t size)
        : path_(std::move(path)), file_(std::move(file)), size_(size) {}

    Status read_header();
    /// Fills `bytes` from that place of the file.
    Status read_at(uint64_t offset, std::span<std::byte> bytes) const;
    /// Whether a sound group begins there, one of number `least` or more; its records are then in group_.
    Result<bool> read_group(uint64_t offset, uint64_t least);
    /// Where a sound group begins behind `offset`; 0: nowhere.
    Result<uint64_t> find_group_behind(uint64_t offset);

    std::string path_;
    FileHandle file_;
    uint64_t size_;
    uint64_t generation_ = 0;
    uint64_t at_ = 0;  // behind the last sound group
    uint64_t group_at_ = 0;
    uint64_t sequence_ = 0;  // of the next group
    uint64_t found_sequence_ = 0;
    std::vector<std::byte> group_;
};

/// Appends groups to a journal. A kill while it does leaves a torn tail; a full disk leaves the journal as it was.
class JournalWriter {
   public:
    /// A new journal for the image of this generation, which outlives a loss of power.
    static Result<std::unique_ptr<JournalWriter>> create(const std::string& path, uint64_t generation);
    /// Goes on behind `bytes` bytes and `groups` groups, all of them sound; what follows them is cut off.
    static Result<std::unique_ptr<JournalWriter>> resume(const std::string& path, uint64_t generation, uint64_t bytes,
                                                         uint64_t groups);

    /// The file has got another name.
    void renamed(std::string path) { path_ = std::move(path); }

    /// For the records of the next group: append to it.
    [[nodiscard]] std::vector<std::byte>& records() { return buffer_; }
    [[nodiscard]] bool has_records() const;
    void drop_records();
    /// Writes the records as one group; there are none afterwards if it succeeds. A kill from now on loses nothing of
    /// it.
    Status write_group();
    /// All groups outlive a loss of power.
    Status sync();

    [[nodiscard]] uint64_t bytes() const { return bytes_; }
    [[nodiscard]] uint64_t groups() const { return sequence_; }

   private:
    JournalWriter(std::string path, FileHandle file, uint64_t generation, uint64_t bytes, uint64_t groups);
    int write_all();

    std::string path_;
    FileHandle file_;
    uint64_t generation_;
    uint64_t bytes_;
    uint64_t sequence_;
    bool synced_ = true;
    std::vector<std::byte> buffer_;  // room for a group's header, and its records
    Status broken_;  // a failure after which the file may not be what it should be; nothing more is written
};

}  // namespace sky::memory
