#include "host/offload/train/train_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "host/memory/printable.hpp"
#include "host/offload/io/direct_store.hpp"
#include "host/offload/io/file_store.hpp"
#include "host/offload/train/cached_store.hpp"

namespace sky::offload {

namespace {

constexpr const char* kStoreFile = "skytrack-offload.store";
constexpr const char* kTensorFolder = "skytrack-offload.tensors";

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

}  // namespace

Result<std::unique_ptr<TensorStore>> TrainStore::make_on_disk(std::span<const TensorSpec> tensors,
                                                              const TrainOptions& options) {
    const fs::path folder = options.store_folder;
    std::error_code error;
    const bool there = fs::exists(folder, error);
    fs::create_directories(folder, error);
    if (error)
        return Status::error(fmt::format("cannot make the folder {}: {}\nname another one with --store",
                                         memory::printable_name(folder.string()), error.message()));
    if (!there) made_.push_back(folder.string());
    if (Status s = check_space(folder, tensors); !s.ok()) return s;
    const bool files = io_of(options.mode, options.mechanisms) == IoKind::kFiles;
    const fs::path place = folder / (files ? kTensorFolder : kStoreFile);
    if (fs::exists(place, error))
        return Status::error(
            fmt::format("{} is there: another run uses it, or one was killed\nname another folder "
                        "with --store, or remove it",
                        memory::printable_name(place.string())));
    made_.insert(made_.begin(), place.string());
    IoOptions io;
    io.log = options.log;
    if (files) {
        for (const TensorSpec& tensor : tensors) files_.push_back(tensor.name);
        return open_file_store(tensors, {.folder = place.string(), .io = io});
    }
    DirectOptions direct;
    direct.devices = {place.string()};
    direct.run_id = options.model.shape.name;
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
    for (std::string name : files_) {
        std::replace(name.begin(), name.end(), '/', '_');
        fs::remove(fs::path(made_.front()) / (name + ".tensor"), error);
    }
    for (const std::string& path : made_) fs::remove(path, error);  // a folder only when nothing else is in it
}

Result<std::unique_ptr<PinnedAllocator>> make_pinned(const TrainOptions& options, uint64_t bytes) {
    PinnedOptions pinned;
    pinned.log = options.log;
    if (pinned_of(options.mode, options.mechanisms) == PinnedKind::kPowerOfTwo)
        return make_power_of_two_allocator(pinned);
    const uint64_t arena = round_up(bytes, kPageBytes);
    return make_exact_allocator({&arena, 1}, pinned);
}

}  // namespace sky::offload
