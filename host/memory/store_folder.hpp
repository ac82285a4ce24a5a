#pragma once

#include <memory>
#include <string>
#include <utility>

#include "host/memory/status.hpp"

namespace sky::memory {

/// A file descriptor that is closed at the end.
class FileHandle {
   public:
    FileHandle() = default;
    explicit FileHandle(int fd) : fd_(fd) {}
    ~FileHandle();
    FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    FileHandle& operator=(FileHandle&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    FileHandle(const FileHandle&) = delete;
    FileHandle& operator=(const FileHandle&) = delete;

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] bool open() const { return fd_ >= 0; }

   private:
    int fd_ = -1;
};

/// The folder of a store and the names in it; locked, so that no other program works on it, as long as this lives:
///
///     image      the memory as it was, and how to start it again
///     journal    what has changed since
///     lock       held by who uses the store
///     *.new      the next image and journal, until they are whole
class StoreFolder {
   public:
    /// Makes the folder if there is none. Fails when it holds a store, or anything that is none of its files.
    static Result<std::unique_ptr<StoreFolder>> create(const std::string& path);
    /// Whether there is none for certain: neither one that cannot be read nor one that is damaged.
    [[nodiscard]] static bool is_missing(const std::string& path);
    /// Of a store that is there.
    static Result<std::unique_ptr<StoreFolder>> open(const std::string& path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string image() const { return path_ + "/image"; }
    [[nodiscard]] std::string journal() const { return path_ + "/journal"; }
    [[nodiscard]] std::string new_image() const { return image() + ".new"; }
    [[nodiscard]] std::string new_journal() const { return journal() + ".new"; }

    /// Removes what a program that was killed left half written.
    void remove_new_files() const;
    /// A file that is whole gets its name, in the place of an older one; both outlive a loss of power.
    [[nodiscard]] Status put_in_place(const std::string& from, const std::string& to) const;

   private:
    StoreFolder(std::string path, FileHandle lock) : path_(std::move(path)), lock_(std::move(lock)) {}
    static Result<std::unique_ptr<StoreFolder>> lock(const std::string& path);

    std::string path_;
    FileHandle lock_;
};

/// What was written to the file outlives a loss of power.
[[nodiscard]] Status sync_file(const std::string& path);

}  // namespace sky::memory
