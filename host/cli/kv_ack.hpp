#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "host/index/index.hpp"
#include "host/memory/status.hpp"
#include "host/memory/store_folder.hpp"

namespace sky::cli {

/// Whether a file of this name would lie in the folder.
[[nodiscard]] bool lies_in_folder(const std::string& path, const std::string& folder);

/// One entry as --ack and kv dump write it: the key in 16 hex digits, a blank, the bytes of the value in hex.
[[nodiscard]] std::string entry_line(index::Key key, std::span<const std::byte> value);

/// The file of --ack: a line for each put, appended when the group of the journal that holds the put is written.
///
/// Two files cannot be written at once, so a kill in between would leave a put in the store that no line tells of,
/// over one that an older line does tell of. That is why the store notes, in a file `acknowledging` in its folder,
/// which group the lines are about and where in the file they go. See settle_acknowledging().
class AckFile {
   public:
    /// Makes the file if there is none. A last line without its end, which a kill may leave, is cut off; a file that
    /// ends in anything else is refused, and so is one in the store's folder.
    static Result<std::unique_ptr<AckFile>> open(const std::string& path, const std::string& store_folder);
    ~AckFile() = default;
    AckFile(const AckFile&) = delete;
    AckFile& operator=(const AckFile&) = delete;

    /// A line that waits for write().
    void add(index::Key key, std::span<const std::byte> value);
    /// In front of the group that is to make the lines true: it follows `journal_bytes` bytes of the journal of this
    /// generation.
    Status announce(uint64_t generation, uint64_t journal_bytes);
    /// Behind the group. With `sync` the lines outlive a loss of power.
    Status write(bool sync);

   private:
    AckFile(std::string path, memory::FileHandle file, std::string store_folder)
        : path_(std::move(path)), file_(std::move(file)), store_folder_(std::move(store_folder)) {}

    std::string path_;
    memory::FileHandle file_;
    uint64_t bytes_ = 0;
    uint64_t device_ = 0;  // of the file, and its number there
    uint64_t number_ = 0;
    std::string store_folder_;
    memory::FileHandle intent_;
    std::string lines_;
};

/// In front of the opening of a store, when the last group of its journal was to be acknowledged and not all of its
/// lines have reached their file: without any line the group is cut off, as one that was not whole would be, for
/// nobody was told of it; with some the others are written. When the file is another one meanwhile, nothing is done.
/// Returns whether the group was cut off.
Result<bool> settle_acknowledging(const std::string& store_folder);
/// Of a store that was opened since, or closed.
void forget_acknowledging(const std::string& store_folder);

}  // namespace sky::cli
