#include "host/memory/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "host/memory/image.hpp"
#include "host/memory/line_records.hpp"
#include "host/memory/printable.hpp"

namespace sky::memory {

Store::Store(std::unique_ptr<StoreFolder> folder, StoreLabel label, std::unique_ptr<MemorySession> session,
             const FoldBounds& bounds)
    : folder_(std::move(folder)),
      label_(std::move(label)),
      session_(std::move(session)),
      bounds_(bounds),
      changed_(session_->geometry(), session_->config().policy) {}

Store::~Store() { session_->note_changes(nullptr); }

Result<std::unique_ptr<Store>> Store::create(const std::string& folder, const SessionConfig& config,
                                             const std::string& note, const FoldBounds& bounds) {
    if (config.backend != Backend::kFast)
        return Status::error(
            fmt::format("a store cannot be on backend {}\nuse --backend fast", to_string(config.backend)));
    Result<std::unique_ptr<MemorySession>> session = MemorySession::start(config);
    if (!session.ok()) return session.status();
    Result<std::unique_ptr<StoreFolder>> made = StoreFolder::create(folder);
    if (!made.ok()) return made.status();
    made.value()->remove_new_files();
    std::unique_ptr<Store> store(new Store(std::move(made.value()), {.generation = 0, .config = config, .note = note},
                                           std::move(session.value()), bounds));
    // The journal first: a store is one as soon as it has an image.
    std::unique_ptr<JournalWriter> journal;
    if (Status status = store->write_generation(1, journal); !status.ok()) return status;
    if (Status status = store->take_journal(std::move(journal)); !status.ok()) return status;
    const StoreFolder& files = *store->folder_;
    if (Status status = files.put_in_place(files.new_image(), files.image()); !status.ok()) return status;
    store->label_.generation = 1;
    store->set_fold_bound();
    store->session_->note_changes(&store->changed_);
    return store;
}

Result<std::unique_ptr<Store>> Store::open(const std::string& folder, const FoldBounds& bounds) {
    Result<std::unique_ptr<StoreFolder>> found = StoreFolder::open(folder);
    if (!found.ok()) return found.status();
    const std::string image = found.value()->image();
    const Result<std::string> text = ImageReader::read_label(image);
    if (!text.ok()) return text.status();
    Result<StoreLabel> label = StoreLabel::parse(text.value());
    if (!label.ok())
        return Status::error(fmt::format("{}: this is no image of a store: {}\nname the folder of a store",
                                         printable_name(image), label.status().message()));
    Result<std::unique_ptr<MemorySession>> session = MemorySession::start(label.value().config);
    if (!session.ok()) return session.status();
    if (session.value()->tracks() == nullptr)
        return Status::error(fmt::format("{}: a store cannot be on backend {}\nname the folder of a store",
                                         printable_name(image), to_string(label.value().config.backend)));
    std::unique_ptr<Store> store(
        new Store(std::move(found.value()), std::move(label.value()), std::move(session.value()), bounds));
    if (Status status = store->begin(); !status.ok()) return status;
    store->session_->note_changes(&store->changed_);
    return store;
}

/// Image and journal into the session, and only then what a killed program has left is put in order.
Status Store::begin() {
    if (Status status = session_->load_image(folder_->image()); !status.ok()) return status;
    Result<std::unique_ptr<JournalReader>> journal = JournalReader::open(folder_->journal());
    if (!journal.ok()) return journal.status();
    const uint64_t of_journal = journal.value()->generation();
    if (of_journal == label_.generation) {
        if (Status status = replay(*journal.value()); !status.ok()) return status;
        return go_on(*journal.value());
    }
    if (of_journal + 1 != label_.generation)
        return Status::error(
            fmt::format("{}: byte 8: a journal of image {}, but the image beside it is {}\n"
                        "nothing was changed; put image and journal of the same time into the folder",
                        printable_name(folder_->journal()), of_journal, label_.generation));
    recovery_ = fmt::format("{}: the last program was killed when its changes were all in the image; nothing is lost",
                            folder_->path());
    folder_->remove_new_files();
    Result<std::unique_ptr<JournalWriter>> fresh = JournalWriter::create(folder_->new_journal(), label_.generation);
    if (!fresh.ok()) return fresh.status();
    if (Status status = take_journal(std::move(fresh.value())); !status.ok()) return status;
    set_fold_bound();
    return {};
}

Status Store::replay(JournalReader& journal) {
    for (;;) {
        const Result<std::span<const std::byte>> group = journal.next();
        if (!group.ok()) return group.status();
        std::span<const std::byte> left = group.value();
        if (left.empty()) return {};
        while (!left.empty()) {
            const Result<size_t> size = apply_record(left, *session_);
            if (!size.ok()) return journal.refuse(size.status().message());
            left = left.subspan(size.value());
        }
    }
}

/// Behind what was replayed.
Status Store::go_on(const JournalReader& journal) {
    folder_->remove_new_files();
    Result<std::unique_ptr<JournalWriter>> writer =
        JournalWriter::resume(folder_->journal(), label_.generation, journal.sound_bytes(), journal.groups());
    if (!writer.ok()) return writer.status();
    journal_ = std::move(writer.value());
    if (journal.torn_bytes() != 0)
        recovery_ = fmt::format(
            "{}: byte {}: dropped {} bytes of a group that was not whole; the last program was killed while it "
            "committed",
            printable_name(folder_->journal()), journal.sound_bytes(), journal.torn_bytes());
    else if (journal.groups() != 0)
        recovery_ = fmt::format("{}: the last program did not close the store; {} groups were replayed",
                                printable_name(folder_->journal()), journal.groups());
    set_fold_bound();
    return {};
}

Status Store::commit(bool sync, const std::function<Status()>& safe) {
    session_->drain();
    if (!broken_.ok()) return broken_;
    for (const ChangedLine& line : changed_.lines())
        append_record(line, session_->geometry(), *session_->tracks(), journal_->records());
    if (Status status = journal_->write_group(); !status.ok()) {
        journal_->drop_records();  // they are made anew
        return status;
    }
    changed_.clear();
    if (sync)
        if (Status status = journal_->sync(); !status.ok()) return status;
    if (safe)
        if (Status status = safe(); !status.ok()) return status;
    // When the next image does not fit on the disk, it is tried again later.
    if (journal_->bytes() > fold_above_ && !fold().ok()) fold_above_ = 2 * journal_->bytes();
    return broken_;
}

Status Store::close() {
    if (!folder_) return {};
    Status status = commit(false);
    // Records from before this session count, too.
    if (status.ok() && journal_->groups() != 0) status = fold();
    session_->note_changes(nullptr);
    folder_.reset();
    broken_ = Status::error("the store is closed\nopen it again");
    return status;
}

/// Image and journal of a generation, whole and synced, under their temporary names; nothing is left of them after a
/// failure.
Status Store::write_generation(uint64_t generation, std::unique_ptr<JournalWriter>& journal) {
    const auto write = [&]() -> Status {
        StoreLabel label = label_;
        label.generation = generation;
        Result<std::unique_ptr<ImageWriter>> image =
            ImageWriter::create(folder_->new_image(), session_->geometry(), label.text());
        if (!image.ok()) return image.status();
        session_->save_image(*image.value());
        if (Status status = image.value()->close(); !status.ok()) return status;
        if (Status status = sync_file(folder_->new_image()); !status.ok()) return status;
        Result<std::unique_ptr<JournalWriter>> made = JournalWriter::create(folder_->new_journal(), generation);
        if (!made.ok()) return made.status();
        journal = std::move(made.value());
        return {};
    };
    Status status = write();
    if (!status.ok()) folder_->remove_new_files();
    return status;
}

Status Store::take_journal(std::unique_ptr<JournalWriter> journal) {
    if (Status status = folder_->put_in_place(folder_->new_journal(), folder_->journal()); !status.ok())
        return status;
    journal->renamed(folder_->journal());
    journal_ = std::move(journal);
    return {};
}

/// Everything is committed. Once the new image has its name the old journal is over: if the new one does not get its
/// name then, nothing more can be written.
Status Store::fold() {
    const uint64_t next = label_.generation + 1;
    std::unique_ptr<JournalWriter> journal;
    if (Status status = write_generation(next, journal); !status.ok()) return status;
    broken_ = folder_->put_in_place(folder_->new_image(), folder_->image());
    if (broken_.ok()) broken_ = take_journal(std::move(journal));
    if (!broken_.ok()) return broken_;
    label_.generation = next;
    set_fold_bound();
    return {};
}

void Store::set_fold_bound() {
    std::error_code error;
    const uintmax_t image = std::filesystem::file_size(folder_->image(), error);
    fold_above_ = std::max(bounds_.bytes, error ? 0 : bounds_.images * image);
}

}  // namespace sky::memory
