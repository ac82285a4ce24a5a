#include "host/memory/store_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "host/memory/file_error.hpp"
#include "host/memory/journal_format.hpp"
#include "host/memory/printable.hpp"

namespace sky::memory {

namespace {

namespace fs = std::filesystem;

constexpr const char* kLockName = "lock";

/// Files under their final names come with their temporary names, which only begin so.
bool half_written(std::string_view name) { return name.starts_with("image.new") || name.starts_with("journal.new"); }

std::vector<std::string> names_in(const std::string& path) {
    // Not by std::filesystem, whose iterator ends the program when it finds no memory.
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), &closedir);
    std::vector<std::string> names;
    while (const dirent* entry = folder ? readdir(folder.get()) : nullptr) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

/// Of a file or a folder; some file systems have nothing to do for a folder, and say so.
int sync(const std::string& path, int flags) {
    const FileHandle handle(::open(path.c_str(), flags | O_RDONLY | O_CLOEXEC));
    if (!handle.open()) return errno;
    return fsync(handle.fd()) == 0 || errno == EINVAL ? 0 : errno;
}

/// A store that was killed before its first image was whole may be there: nobody has seen it.
Status check_free(const std::string& path) {
    for (const std::string& name : names_in(path)) {
        if (name == "image")
            return Status::error(
                fmt::format("'{}' holds a store already\nopen it, or name another folder", printable_name(path)));
        // A store that was killed in its making left one without a group.
        std::error_code error;
        if (name == "journal" && fs::file_size(path + "/journal", error) > journal_format::kHeaderBytes)
            return Status::error(fmt::format(
                "'{}' holds the journal of a store and not its image\nput the image back, or name another folder",
                printable_name(path)));
        if (name != "journal" && name != kLockName && !half_written(name))
            return Status::error(fmt::format("the folder '{}' is not empty: it holds '{}'\nname a new folder",
                                             printable_name(path), printable_name(name)));
    }
    return {};
}

}  // namespace

FileHandle::~FileHandle() {
    if (fd_ >= 0) close(fd_);
}

Status sync_file(const std::string& path) {
    const int error = sync(path, 0);
    return error == 0 ? Status() : file_error(path, "write", error);
}

Result<std::unique_ptr<StoreFolder>> StoreFolder::lock(const std::string& path) {
    const std::string name = fmt::format("{}/{}", path, kLockName);
    FileHandle handle(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!handle.open()) return file_error(name, "open", errno);
    int result = 0;
    do result = flock(handle.fd(), LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR);
    if (result == 0) return std::unique_ptr<StoreFolder>(new StoreFolder(path, std::move(handle)));
    if (errno == EWOULDBLOCK)
        return Status::error(fmt::format("the store '{}' is in use by another program\nwait until that one has ended",
                                         printable_name(path)));
    return file_error(name, "lock", errno);
}

Result<std::unique_ptr<StoreFolder>> StoreFolder::create(const std::string& path) {
    if (path.empty()) return Status::error("the name of the store is empty\nname a folder");
    std::error_code error;
    if (fs::exists(path, error) && !fs::is_directory(path, error))
        return Status::error(
            fmt::format("'{}' is no folder, and a store is one\nname a new folder", printable_name(path)));
    if (Status status = check_free(path); !status.ok()) return status;
    fs::create_directories(path, error);
    if (error) return file_error(path, "make the folder", error.value());
    Result<std::unique_ptr<StoreFolder>> folder = lock(path);
    if (!folder.ok()) return folder;
    if (Status status = check_free(path); !status.ok()) return status;  // nobody made one meanwhile
    return folder;
}

bool StoreFolder::is_missing(const std::string& path) {
    std::error_code error;
    return fs::status(path + "/image", error).type() == fs::file_type::not_found;
}

Result<std::unique_ptr<StoreFolder>> StoreFolder::open(const std::string& path) {
    std::error_code error;
    if (!fs::is_directory(path, error))
        return Status::error(
            fmt::format("there is no folder '{}'\nname the folder of a store, or make one", printable_name(path)));
    if (!fs::exists(path + "/image", error))
        return Status::error(fmt::format("'{}' is no store: it has no file named image\nname the folder of a store",
                                         printable_name(path)));
    return lock(path);
}

void StoreFolder::remove_new_files() const {
    for (const std::string& name : names_in(path_))
        if (half_written(name)) unlink(fmt::format("{}/{}", path_, name).c_str());
}

Status StoreFolder::put_in_place(const std::string& from, const std::string& to) const {
    if (std::rename(from.c_str(), to.c_str()) != 0) return file_error(to, "write", errno);
    const int error = sync(path_, O_DIRECTORY);
    return error == 0 ? Status() : file_error(path_, "write", error);
}

}  // namespace sky::memory
