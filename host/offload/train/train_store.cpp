#include "host/offload/train/train_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "host/memory/printable.hpp"
#include "host/offload/io/direct_store.hpp"
#include "host/offload/io/file_store.hpp"
#include "host/offload/train/cached_store.hpp"

namespace sky::offload {

namespace {

constexpr const char* kRunFolder = "skytrack-offload.run";
constexpr const char* kStoreFile = "store";

namespace fs = std::filesystem;

Status check_space(const fs::path& folder, std::span<const TensorSpec> tensors) {
    uint64_t bytes = 0;
    for (const TensorSpec& tensor : tensors) bytes += padded(tensor.bytes);
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    if (error || space.available >= bytes) return {};
    return Status::error(
        fmt::format("the store takes {} bytes in {}, where {} are free\nname another folder with "
                    "--store, or free some space",
                    bytes, memory::printable_name(folder.string()), space.available));
}

/// Who has the folder of a run: one that lives holds a lock on it.
Status taken(const fs::path& place) {
    const int folder = open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool lives = folder >= 0 && flock(folder, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (folder >= 0) close(folder);
    const std::string name = memory::printable_name(place.string());
    if (lives)
        return Status::error(fmt::format("{} is there: another run uses it\nname another folder with --store", name));
    return Status::error(fmt::format(
        "{} is there: a run was killed, or one is about to begin\nremove it when no other run uses it, or "
        "name another folder with --store",
        name));
}

/// A folder holds nothing but a store: what else is in it is somebody else's.
Status check_empty(const fs::path& folder) {
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name == kRunFolder) return taken(entry.path());
        if (name == "lost+found") continue;  // of a file system of its own
        return Status::error(
            fmt::format("{} holds '{}', which is of no store\nname a folder for --store that is empty, "
                        "or one that is not there yet",
                        memory::printable_name(folder.string()), memory::printable(name)));
    }
    if (!error) return {};
    return Status::error(fmt::format("cannot look into the folder {}: {}\nname another one with --store",
                                     memory::printable_name(folder.string()), error.message()));
}

}  // namespace

Status TrainStore::make_folder(const std::string& folder) {
    fs::path at;
    int failed = 0;
    for (const fs::path& part : fs::path(folder)) {
        at /= part;
        if (mkdir(at.c_str(), 0777) == 0)
            made_.insert(made_.begin(), at.string());
        else
            failed = errno;
    }
    std::error_code error;
    if (fs::is_directory(folder, error)) return {};
    return Status::error(fmt::format("cannot make the folder {}: {}\nname another one with --store",
                                     memory::printable_name(folder), std::strerror(failed)));
}

/// The run's own folder is the one that this call makes, whoever else tries at the same time.
Status TrainStore::claim(const fs::path& place) {
    if (mkdir(place.c_str(), 0700) != 0) {
        if (errno == EEXIST) return taken(place);
        return Status::error(fmt::format("cannot make the folder {}: {}\nname another one with --store",
                                         memory::printable_name(place.string()), std::strerror(errno)));
    }
    made_.insert(made_.begin(), place.string());
    lock_ = open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock_ >= 0) (void)flock(lock_, LOCK_EX | LOCK_NB);  // only says that the run lives
    return {};
}

Result<std::unique_ptr<TensorStore>> TrainStore::make_on_disk(std::span<const TensorSpec> tensors,
                                                              const TrainOptions& options) {
    if (Status s = make_folder(options.store_folder); !s.ok()) return s;
    if (Status s = check_empty(options.store_folder); !s.ok()) return s;
    if (Status s = check_space(options.store_folder, tensors); !s.ok()) return s;
    const fs::path place = fs::path(options.store_folder) / kRunFolder;
    if (Status s = claim(place); !s.ok()) return s;
    IoOptions io;
    io.log = options.log;
    if (io_of(options.mode, options.mechanisms) == IoKind::kFiles) {
        for (const TensorSpec& tensor : tensors) files_.push_back((place / tensor_file_name(tensor.name)).string());
        return open_file_store(tensors, {.folder = place.string(), .io = io});
    }
    const std::string file = (place / kStoreFile).string();
    files_.push_back(file);
    DirectOptions direct;
    direct.devices = {file};
    direct.run_id = options.model.shape.name.substr(0, kMaxRunIdBytes);
    direct.stop = options.stop;
    direct.io = io;
    Result<std::unique_ptr<DirectStore>> store = DirectStore::make(tensors, direct);
    if (!store.ok()) return store.status();
    return std::unique_ptr<TensorStore>(std::move(store.value()));
}

Result<std::unique_ptr<TrainStore>> TrainStore::make(std::span<const TensorSpec> tensors, uint64_t cache_bytes,
                                                     const TrainOptions& options) {
    std::unique_ptr<TrainStore> made(new TrainStore);
    const std::vector<bool> kept = kept_tensors(tensors, cache_bytes);
    std::vector<TensorSpec> others;
    for (size_t i = 0; i < tensors.size(); ++i)
        if (!kept[i]) others.push_back(tensors[i]);
    if (!others.empty()) {
        Result<std::unique_ptr<TensorStore>> store = made->make_on_disk(others, options);
        if (!store.ok()) return store.status();
        made->store_ = std::move(store.value());
    }
    if (others.size() == tensors.size()) return made;
    Result<std::unique_ptr<TensorStore>> cached = make_cached_store(tensors, kept, std::move(made->store_));
    if (!cached.ok()) return cached.status();
    made->store_ = std::move(cached.value());
    return made;
}

TrainStore::~TrainStore() {
    store_.reset();
    std::error_code error;
    for (const std::string& path : files_) fs::remove(path, error);
    for (const std::string& path : made_) fs::remove(path, error);  // only when nothing else is in it
    if (lock_ >= 0) close(lock_);
}

Result<std::unique_ptr<PinnedAllocator>> make_pinned(const TrainOptions& options, uint64_t bytes) {
    PinnedOptions pinned;
    pinned.log = options.log;
    pinned.stop = options.stop;
    if (pinned_of(options.mode, options.mechanisms) == PinnedKind::kPowerOfTwo)
        return make_power_of_two_allocator(pinned);
    const uint64_t arena = round_up(bytes, kPageBytes);
    return make_exact_allocator({&arena, 1}, pinned);
}

}  // namespace sky::offload
