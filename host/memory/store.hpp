#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "host/memory/changed_lines.hpp"
#include "host/memory/journal.hpp"
#include "host/memory/session.hpp"
#include "host/memory/status.hpp"
#include "host/memory/store_folder.hpp"
#include "host/memory/store_label.hpp"

namespace sky::memory {

/// When a journal is folded into its image while the store is in use: as soon as it has more bytes than both.
struct FoldBounds {
    uint64_t bytes = uint64_t{64} << 20;
    uint64_t images = 4;  ///< times the bytes of the image
};

/// A memory on `fast` that is kept in a folder of the host, so that it outlives the program: what it held at the last
/// commit(), its words, flags and where its heads rest, whenever the program is killed. Counters and model time
/// begin anew with every session; so does what an image does not hold, see MemorySession::load_image.
///
/// The folder holds an image and the journal of what has changed since; see StoreFolder and journal_format.hpp. A new
/// image gets its name before a new journal does, and each names its generation, so that a journal left over from
/// the image before is known as such. Damaged files give an error and are not changed. Not thread-safe.
class Store {
   public:
    /// A new store with an empty memory. `note`: any bytes for note().
    static Result<std::unique_ptr<Store>> create(const std::string& folder, const SessionConfig& config,
                                                 const std::string& note, const FoldBounds& bounds = {});
    /// The memory as it was at the last commit.
    static Result<std::unique_ptr<Store>> open(const std::string& folder, const FoldBounds& bounds = {});
    /// Without close() it is as if the program had been killed: what was not committed is lost, nothing is folded.
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    [[nodiscard]] MemorySession& session() { return *session_; }
    [[nodiscard]] const std::string& note() const { return label_.note; }
    /// One sentence about what a killed program had left when the store was opened; empty: nothing.
    [[nodiscard]] const std::string& recovery() const { return recovery_; }

    /// Runs what is under way to its end and writes what has changed since the last one as one group: all of it is
    /// there after a kill, or none. With `sync` also after a loss of power. After a failure the changes wait for the
    /// next try, unless the files can no longer be trusted: then every further one fails, too, and the store has to
    /// be opened again.
    /// `safe` is called when the group is safe and before anything else is done, such as folding; its failure is
    /// returned.
    Status commit(bool sync, const std::function<Status()>& safe = {});
    /// commit(), folds the journal into the image if there is anything in it, and lets other programs at the store.
    /// After a failure of the folding alone the journal still holds all. Nothing can be committed afterwards.
    Status close();

    /// Of the image in the folder; the first is 1, one more with each fold.
    [[nodiscard]] uint64_t generation() const { return label_.generation; }
    [[nodiscard]] uint64_t journal_bytes() const { return journal_->bytes(); }

   private:
    Store(std::unique_ptr<StoreFolder> folder, StoreLabel label, std::unique_ptr<MemorySession> session,
          const FoldBounds& bounds);

    Status begin();
    Status replay(JournalReader& journal);
    Status go_on(const JournalReader& journal);
    Status write_generation(uint64_t generation, std::unique_ptr<JournalWriter>& journal);
    Status take_journal(std::unique_ptr<JournalWriter> journal);
    Status fold();
    void set_fold_bound();

    std::unique_ptr<StoreFolder> folder_;  // null after close()
    StoreLabel label_;
    std::unique_ptr<MemorySession> session_;
    FoldBounds bounds_;
    ChangedLines changed_;
    std::unique_ptr<JournalWriter> journal_;
    uint64_t fold_above_ = 0;  // bytes of the journal
    std::string recovery_;
    Status broken_;
};

}  // namespace sky::memory
