#include "host/memory/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "host/memory/file_error.hpp"
#include "host/memory/printable.hpp"

namespace sky::memory {

namespace {

namespace fs = std::filesystem;

constexpr size_t kBufferBytes = size_t{1} << 16;

/// What a path that is there and cannot be replaced by a file is.
const char* kind(fs::file_type type) {
    switch (type) {
        case fs::file_type::directory: return "folder";
        case fs::file_type::fifo: return "pipe";
        case fs::file_type::socket: return "socket";
        default: return "device";
    }
}

/// What the symlinks behind `path` end at, whether it exists or not.
fs::path follow_links(fs::path path) {
    constexpr int kMaxLinks = 40;
    std::error_code error;
    for (int i = 0; i < kMaxLinks && fs::is_symlink(path, error); ++i) {
        const fs::path target = fs::read_symlink(path, error);
        if (error) break;
        path = target.is_absolute() ? target : path.parent_path() / target;
    }
    return path;
}

}  // namespace

std::string NewFile::target_of(const std::string& path) { return follow_links(path).string(); }

Result<std::unique_ptr<NewFile>> NewFile::create(const std::string& path) {
    if (path.empty()) return Status::error("the name of the file to write is empty\nname a file");
    std::error_code error;
    const fs::file_type type = fs::status(path, error).type();
    const bool free = type == fs::file_type::regular || type == fs::file_type::not_found ||
                      type == fs::file_type::none || type == fs::file_type::unknown;
    if (!free || path.back() == '/')
        return Status::error(fmt::format("'{}' is a {}, not a file\nname a regular file", printable_name(path),
                                         free ? "folder" : kind(type)));
    std::string target = target_of(path);
    std::string temporary = fmt::format("{}.tmp.{}", target, getpid());
    const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) return file_error(path, "create", errno);
    return std::unique_ptr<NewFile>(new NewFile(path, std::move(target), std::move(temporary), fd));
}

NewFile::NewFile(std::string path, std::string target, std::string temporary, int fd)
    : path_(std::move(path)), target_(std::move(target)), temporary_(std::move(temporary)), fd_(fd) {
    buffer_.reserve(kBufferBytes);
}

NewFile::~NewFile() {
    if (fd_ >= 0) close(fd_);
    if (!temporary_.empty()) unlink(temporary_.c_str());
}

void NewFile::write(std::span<const std::byte> bytes) {
    write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void NewFile::write(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= kBufferBytes) flush();
}

void NewFile::flush() {
    for (size_t done = 0; done < buffer_.size() && error_ == 0;) {
        const ssize_t n = ::write(fd_, buffer_.data() + done, buffer_.size() - done);
        if (n >= 0)
            done += static_cast<size_t>(n);
        else if (errno != EINTR)
            error_ = errno;
    }
    buffer_.clear();
}

Status NewFile::status() const { return error_ == 0 ? Status() : file_error(path_, "write", error_); }

Status NewFile::finish() {
    if (fd_ < 0) return status();
    flush();
    if (close(fd_) != 0 && error_ == 0) error_ = errno;
    fd_ = -1;
    return status();
}

Status NewFile::commit() {
    if (Status status = finish(); !status.ok()) return status;
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) {
        error_ = errno;
        return status();
    }
    temporary_.clear();
    return {};
}

}  // namespace sky::memory
