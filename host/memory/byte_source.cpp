#include "host/memory/byte_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "host/memory/printable.hpp"

namespace sky::memory {

namespace {

constexpr size_t kBufferBytes = size_t{1} << 16;

}  // namespace

Result<std::unique_ptr<ByteSource>> ByteSource::open(const std::string& path) {
    const bool standard_input = path == "-";
    const int fd = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return Status::error(fmt::format("cannot open '{}': {}\nname an existing file, or - for standard input",
                                         printable_name(path), std::strerror(errno)));
    std::unique_ptr<ByteSource> source(new ByteSource(standard_input ? "standard input" : printable_name(path), fd));
    struct stat about {};
    if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode))
        return Status::error(fmt::format("'{}' is a folder\nname a file, or - for standard input", source->name()));
    source->rewinds_ = !standard_input && S_ISREG(about.st_mode);
    source->raw_.resize(kBufferBytes);
    if (Status status = source->begin(); !status.ok()) return status;
    return source;
}

Result<std::unique_ptr<ByteSource>> ByteSource::open_file(const std::string& path, const std::string& why) {
    if (path == "-") return Status::error(fmt::format("standard input: {}\nname a regular file", why));
    struct stat about {};
    if (stat(path.c_str(), &about) != 0 || (S_ISREG(about.st_mode) && access(path.c_str(), R_OK) != 0))
        return Status::error(
            fmt::format("cannot open '{}': {}\nname an existing file", printable_name(path), std::strerror(errno)));
    if (S_ISDIR(about.st_mode))
        return Status::error(fmt::format("'{}' is a folder\nname a file", printable_name(path)));
    // Opening a pipe would wait for its writer.
    if (!S_ISREG(about.st_mode))
        return Status::error(fmt::format("{}: {}\nname a regular file", printable_name(path), why));
    return open(path);
}

Result<std::unique_ptr<ByteSource>> ByteSource::of(std::string name, std::string_view bytes) {
    std::unique_ptr<ByteSource> source(new ByteSource(std::move(name), -1));
    source->rewinds_ = true;
    source->raw_.assign(bytes.begin(), bytes.end());
    if (Status status = source->rewind(); !status.ok()) return status;
    return source;
}

ByteSource::ByteSource(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}

ByteSource::~ByteSource() {
    if (fd_ > STDIN_FILENO) close(fd_);
}

/// Reads as much as shows whether the data are packed.
Status ByteSource::begin() {
    while (raw_end_ < Unpacker::kMagicBytes && read_raw()) {
    }
    unpacker_ = Unpacker::by_magic(raw_left());
    return status_;
}

Status ByteSource::rewind() {
    raw_begin_ = 0;
    raw_end_ = fd_ < 0 ? raw_.size() : 0;
    raw_over_ = fd_ < 0;
    between_members_ = more_inside_ = false;
    at_ = end_ = behind_head_ = behind_head_end_ = nullptr;
    position_ = 0;
    status_ = {};
    if (fd_ >= 0 && lseek(fd_, 0, SEEK_SET) != 0)
        fail(fmt::format("cannot go back to its beginning: {}", std::strerror(errno)), "name a regular file");
    return status_.ok() ? begin() : status_;
}

bool ByteSource::fail(const std::string& what, const std::string& remedy) {
    status_ = Status::error(fmt::format("{}: {}\n{}", name_, what, remedy));
    return false;
}

/// Reads more behind raw_end_. False at the end of the file or on an error.
bool ByteSource::read_raw() {
    if (raw_begin_ == raw_end_ && fd_ >= 0) raw_begin_ = raw_end_ = 0;
    if (raw_over_ || raw_end_ == raw_.size()) return false;
    const ssize_t n = ::read(fd_, raw_.data() + raw_end_, raw_.size() - raw_end_);
    if (n < 0) return fail(fmt::format("cannot read: {}", std::strerror(errno)), "check the file and the disk");
    if (n == 0) raw_over_ = true;
    raw_end_ += static_cast<size_t>(n);
    return n > 0;
}

bool ByteSource::refill() {
    if (behind_head_ != nullptr) {
        at_ = std::exchange(behind_head_, nullptr);
        end_ = behind_head_end_;
        if (at_ != end_) return true;
    }
    if (!status_.ok()) return false;
    if (unpacker_) return unpack_some();
    if (raw_begin_ == raw_end_ && !read_raw()) return false;
    at_ = raw_.data() + raw_begin_;
    end_ = raw_.data() + raw_end_;
    raw_begin_ = raw_end_;
    return true;
}

size_t ByteSource::read(std::span<char> bytes) {
    size_t done = 0;
    while (done < bytes.size() && (at_ != end_ || refill())) {
        const size_t piece = std::min(bytes.size() - done, static_cast<size_t>(end_ - at_));
        std::memcpy(bytes.data() + done, at_, piece);
        at_ += piece;
        done += piece;
    }
    position_ += done;
    return done;
}

bool ByteSource::starts_with(std::string_view magic) {
    std::string head(magic.size(), '\0');
    head.resize(read(head));
    head_ = std::move(head);
    position_ = 0;
    behind_head_ = at_;
    behind_head_end_ = end_;
    at_ = head_.data();
    end_ = at_ + head_.size();
    return head_ == magic;
}

/// At the end of one member: true when another one follows.
bool ByteSource::next_member() {
    while (raw_left().size() < Unpacker::kMagicBytes && !raw_over_) {
        std::memmove(raw_.data(), raw_.data() + raw_begin_, raw_left().size());
        raw_end_ -= raw_begin_;
        raw_begin_ = 0;
        read_raw();
        if (!status_.ok()) return false;
    }
    if (raw_begin_ == raw_end_) return false;
    if (!unpacker_->begins_member(raw_left()))
        return fail(fmt::format("garbage after the end of the {} data", unpacker_->name()),
                    fmt::format("compress the file again with {}", unpacker_->name()));
    between_members_ = false;
    return true;
}

bool ByteSource::unpack_some() {
    const std::string check = fmt::format("copy the file again; `{} -t` checks it", unpacker_->name());
    out_.resize(kBufferBytes);
    for (;;) {
        if (between_members_ && !next_member()) return false;
        const bool got = raw_begin_ != raw_end_ || more_inside_ || read_raw();
        if (!status_.ok()) return false;
        if (!got)
            return fail(fmt::format("the {} data is truncated: it stops before its end", unpacker_->name()), check);
        const Unpacker::Step step = unpacker_->unpack(raw_left(), out_);
        raw_begin_ += step.taken;
        between_members_ = step.member_over;
        more_inside_ = step.made == out_.size() && !step.member_over;
        if (!step.problem.empty())
            return fail(fmt::format("the {} data is damaged: {}", unpacker_->name(), step.problem), check);
        if (step.made > 0) {
            at_ = out_.data();
            end_ = at_ + step.made;
            return true;
        }
    }
}

}  // namespace sky::memory
