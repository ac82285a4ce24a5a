#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "host/memory/status.hpp"

namespace sky::memory {

/// A file that appears whole or not at all: written under a temporary name beside `path`, renamed by
/// commit(). Destroyed without commit(), it leaves nothing behind. A symlink stays, what it names is written.
class NewFile {
   public:
    /// Refuses what exists and is no regular file.
    static Result<std::unique_ptr<NewFile>> create(const std::string& path);
    ~NewFile();
    /// The name under which commit() would leave a file of this path: what the symlinks behind it end at.
    [[nodiscard]] static std::string target_of(const std::string& path);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    /// A failure is kept and reported by status(), finish() and commit().
    void write(std::span<const std::byte> bytes);
    void write(std::string_view text);
    [[nodiscard]] bool failed() const { return error_ != 0; }
    [[nodiscard]] Status status() const;
    /// Writes the rest under the temporary name; nothing may be written after it.
    Status finish();
    /// finish(), and the file gets its name.
    Status commit();

    [[nodiscard]] const std::string& path() const { return path_; }

   private:
    NewFile(std::string path, std::string target, std::string temporary, int fd);
    void flush();

    std::string path_;       // as it was given
    std::string target_;     // what the symlinks end at
    std::string temporary_;  // empty once renamed
    int fd_;
    int error_ = 0;  // errno of the first failure
    std::string buffer_;
};

}  // namespace sky::memory
