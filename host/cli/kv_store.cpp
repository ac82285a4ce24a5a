#include "host/cli/kv_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <utility>

#include "host/cli/terminal.hpp"
#include "host/index/ycsb.hpp"
#include "host/memory/file_error.hpp"
#include "host/memory/printable.hpp"
#include "host/memory/store_folder.hpp"

namespace sky::cli {

using memory::Counter;

namespace {

std::string note_path(const std::string& folder, const char* what) { return fmt::format("{}/{}", folder, what); }

}  // namespace

Result<std::unique_ptr<KvStore>> KvStore::create(const std::string& folder, const memory::SessionConfig& config,
                                                 const IndexChoice& index, const KvNote& note) {
    Result<std::unique_ptr<memory::Store>> store = memory::Store::create(folder, config, note.text());
    if (!store.ok()) return store.status();
    std::unique_ptr<KvStore> made(new KvStore(folder, std::move(store.value()), note));
    if (Status status = made->open_index(&index); !status.ok()) return status;
    return made;
}

Result<std::unique_ptr<KvStore>> KvStore::open(const std::string& folder, const IndexChoice* index) {
    const Result<bool> withdrawn = settle_acknowledging(folder);
    if (!withdrawn.ok()) return withdrawn.status();
    Result<std::unique_ptr<memory::Store>> store = memory::Store::open(folder);
    if (!store.ok()) return store.status();
    forget_acknowledging(folder);
    Result<KvNote> note =
        KvNote::parse(store.value()->note(), fmt::format("the store '{}'", memory::printable_name(folder)));
    if (!note.ok()) return note.status();
    if (const std::string& recovery = store.value()->recovery(); !recovery.empty()) print_note(recovery);
    if (withdrawn.value())
        print_note(
            "the last program was killed between a commit and its lines in the file of --ack: nobody was told of "
            "that "
            "commit, and it was dropped");
    std::unique_ptr<KvStore> opened(new KvStore(folder, std::move(store.value()), std::move(note.value())));
    if (Status status = opened->open_index(index); !status.ok()) return status;
    return opened;
}

Status KvStore::open_index(const IndexChoice* index) {
    ones_at_open_ = ones();
    // A row that was used holds at least a superblock.
    const bool fresh = ones_at_open_ == 0;
    if (fresh && index == nullptr)
        return Status::error(
            fmt::format("the store '{}' has no records yet: its load was killed at the beginning\n"
                        "go on with skytrack kv load FOLDER",
                        memory::printable_name(folder_)));
    Result<std::unique_ptr<index::Index>> opened =
        fresh ? index::Index::create(index->kind, session(), index->config) : index::Index::open(session());
    if (!opened.ok())
        return Status::error(fmt::format("the store '{}': {}\nrestore the whole folder from a copy, or load it anew",
                                         memory::printable_name(folder_), opened.status().message()));
    index_ = std::move(opened.value());
    if (fresh)
        if (Status status = commit(false); !status.ok()) return status;
    session().drain();
    const memory::Counters& counters = session().counters();
    recovery_ps_ = counters[Counter::kCycles] * session().timing().cycle_ps;
    recovery_fj_ = counters[Counter::kEnergyFj];
    return {};
}

uint64_t KvStore::ones() {
    uint64_t sum = 0;
    const bool flag_sites = session().geometry().flag_site;
    session().each_row([&](const memory::StoredRow& row) {
        for (const uint64_t word : row.words) sum += static_cast<uint64_t>(std::popcount(word));
        if (flag_sites) sum += static_cast<uint64_t>(std::popcount(row.flags));
    });
    return sum;
}

bool KvStore::is_noted(const char* what) const { return ::access(note_path(folder_, what).c_str(), F_OK) == 0; }

Status KvStore::note(const char* what) const {
    const std::string path = note_path(folder_, what);
    const memory::FileHandle file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    if (!file.open()) return memory::file_error(path, "make", errno);
    return memory::sync_file(path);
}

uint64_t KvStore::loaded() {
    if (is_noted("loaded")) return note_.records;
    const index::Ycsb ycsb(index::Workload::kLoad, index::Distribution::kUniform, note_.records, note_.seed);
    const auto there = [&](uint64_t record) { return index_->get(ycsb.key(record)).has_value(); };
    if (there(note_.records - 1)) return note_.records;
    uint64_t low = 0;                   // records below it are there
    uint64_t high = note_.records - 1;  // it is not
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (there(middle))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

Status KvStore::acknowledge_into(const std::string& path) {
    Result<std::unique_ptr<AckFile>> ack = AckFile::open(path, folder_);
    if (!ack.ok()) return ack.status();
    ack_ = std::move(ack.value());
    return {};
}

void KvStore::was_put(index::Key key, std::span<const std::byte> value) {
    if (ack_) ack_->add(key, value);
}

Status KvStore::commit(bool sync) {
    index_->commit();
    if (ack_)
        if (Status status = ack_->announce(store_->generation(), store_->journal_bytes()); !status.ok())
            return status;
    const uint64_t before = store_->journal_bytes();
    return store_->commit(sync, [&] {
        journal_bytes_written_ += store_->journal_bytes() - before;
        return ack_ ? ack_->write(sync) : Status();
    });
}

Status KvStore::close(bool sync) {
    if (Status status = commit(sync); !status.ok()) return status;
    forget_acknowledging(folder_);
    return store_->close();
}

}  // namespace sky::cli
