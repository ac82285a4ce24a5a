#include "host/memory/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sky::memory {

namespace {

constexpr size_t kBufferBytes = size_t{1} << 16;

Status cannot(const std::string& path, const char* what, int error) {
    return Status::error(fmt::format("cannot {} '{}': {}\nname a file in a folder that can be written to", what, path,
                                     std::strerror(error)));
}

}  // namespace

Result<std::unique_ptr<NewFile>> NewFile::create(const std::string& path) {
    std::string temporary = fmt::format("{}.tmp.{}", path, getpid());
    const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) return cannot(path, "create", errno);
    return std::unique_ptr<NewFile>(new NewFile(path, std::move(temporary), fd));
}

NewFile::NewFile(std::string path, std::string temporary, int fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(fd) {
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

Status NewFile::commit() {
    flush();
    if (close(fd_) != 0 && error_ == 0) error_ = errno;
    fd_ = -1;
    if (error_ == 0 && std::rename(temporary_.c_str(), path_.c_str()) != 0) error_ = errno;
    if (error_ != 0) return cannot(path_, "write", error_);
    temporary_.clear();
    return {};
}

}  // namespace sky::memory
