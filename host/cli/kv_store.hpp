#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "host/cli/kv_ack.hpp"
#include "host/cli/kv_note.hpp"
#include "host/cli/kv_options.hpp"
#include "host/index/index.hpp"
#include "host/memory/store.hpp"

namespace sky::cli {

/// A durable index on a memory that is kept in a folder. Without close() it is as if the program had been killed.
class KvStore {
   public:
    /// A new one, with no entries.
    static Result<std::unique_ptr<KvStore>> create(const std::string& folder, const memory::SessionConfig& config,
                                                   const IndexChoice& index, const KvNote& note);
    /// As of its last commit; says as a note what had to be put in order. A load that was killed before the first
    /// record leaves an empty memory: then the index is made from `index`, or without it there is an error.
    static Result<std::unique_ptr<KvStore>> open(const std::string& folder, const IndexChoice* index = nullptr);
    ~KvStore() = default;
    KvStore(const KvStore&) = delete;
    KvStore& operator=(const KvStore&) = delete;

    [[nodiscard]] memory::MemorySession& session() { return store_->session(); }
    [[nodiscard]] index::Index& index() { return *index_; }
    [[nodiscard]] const KvNote& note() const { return note_; }
    [[nodiscard]] uint64_t generation() const { return store_->generation(); }
    [[nodiscard]] uint64_t journal_bytes() const { return store_->journal_bytes(); }
    /// Written to journals since the opening.
    [[nodiscard]] uint64_t journal_bytes_written() const { return journal_bytes_written_; }
    /// Model time and energy of the opening.
    [[nodiscard]] uint64_t recovery_ps() const { return recovery_ps_; }
    [[nodiscard]] uint64_t recovery_fj() const { return recovery_fj_; }
    /// Ones of all rows when the memory was opened, before the index was.
    [[nodiscard]] uint64_t ones_at_open() const { return ones_at_open_; }
    [[nodiscard]] uint64_t ones();
    /// How many records of the load there are; they were put in their order. All of them, whatever runs have deleted,
    /// once note_loaded() was called.
    [[nodiscard]] uint64_t loaded();
    // Files of the folder say it for good: the load is complete; runs may have deleted records of it.
    Status note_loaded() const { return note("loaded"); }
    Status note_deleting() const { return note("deleting"); }
    [[nodiscard]] bool may_lack_records() const { return is_noted("deleting"); }

    /// From here on every put is to be told of in this file.
    Status acknowledge_into(const std::string& path);
    /// The index has put this; commit() makes it durable and then writes its line.
    void was_put(index::Key key, std::span<const std::byte> value);
    /// Device, journal and lines, in this order; with `sync` both files outlive a loss of power.
    Status commit(bool sync);
    /// commit(), and the journal is folded into the image.
    Status close(bool sync);

   private:
    KvStore(std::string folder, std::unique_ptr<memory::Store> store, KvNote note)
        : folder_(std::move(folder)), store_(std::move(store)), note_(std::move(note)) {}

    Status open_index(const IndexChoice* index);
    Status note(const char* what) const;
    [[nodiscard]] bool is_noted(const char* what) const;

    std::string folder_;
    std::unique_ptr<memory::Store> store_;
    KvNote note_;
    std::unique_ptr<index::Index> index_;  // gone before the store is
    std::unique_ptr<AckFile> ack_;
    uint64_t journal_bytes_written_ = 0;
    uint64_t recovery_ps_ = 0;
    uint64_t recovery_fj_ = 0;
    uint64_t ones_at_open_ = 0;
};

}  // namespace sky::cli
