#include "host/memory/byte_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>

namespace sky::memory {

namespace {

constexpr size_t kBufferBytes = size_t{1} << 16;
constexpr unsigned char kGzipMagic[2] = {0x1f, 0x8b};

}  // namespace

struct ByteSource::Gzip {
    z_stream stream{};
    bool between_members = false;

    Gzip() { inflateInit2(&stream, 16 + MAX_WBITS); }
    ~Gzip() { inflateEnd(&stream); }
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;
};

Result<std::unique_ptr<ByteSource>> ByteSource::open(const std::string& path) {
    const bool standard_input = path == "-";
    const int fd = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return Status::error(fmt::format("cannot open '{}': {}\nname an existing file, or - for standard input", path,
                                         std::strerror(errno)));
    std::unique_ptr<ByteSource> source(new ByteSource(standard_input ? "standard input" : path, fd));
    struct stat about {};
    if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode))
        return Status::error(fmt::format("'{}' is a folder\nname a file, or - for standard input", path));
    while (source->raw_end_ < 2 && source->read_raw()) {
    }
    if (!source->status_.ok()) return source->status_;
    if (source->raw_end_ >= 2 && std::memcmp(source->raw_.data(), kGzipMagic, 2) == 0)
        source->gzip_ = std::make_unique<Gzip>();
    return source;
}

ByteSource::ByteSource(std::string name, int fd) : name_(std::move(name)), fd_(fd), raw_(kBufferBytes) {}

ByteSource::~ByteSource() {
    if (fd_ != STDIN_FILENO) close(fd_);
}

bool ByteSource::fail(const std::string& what, const std::string& remedy) {
    status_ = Status::error(fmt::format("{}: {}\n{}", name_, what, remedy));
    return false;
}

/// Reads more behind raw_end_. False at the end of the file or on an error.
bool ByteSource::read_raw() {
    if (raw_over_ || raw_end_ == raw_.size()) return false;
    const ssize_t n = ::read(fd_, raw_.data() + raw_end_, raw_.size() - raw_end_);
    if (n < 0) return fail(fmt::format("cannot read: {}", std::strerror(errno)), "check the file and the disk");
    if (n == 0) raw_over_ = true;
    raw_end_ += static_cast<size_t>(n);
    return n > 0;
}

bool ByteSource::refill() {
    if (!status_.ok()) return false;
    if (gzip_) return inflate_some();
    if (at_ != nullptr) raw_end_ = 0;  // what open() read ahead was handed out before
    if (raw_end_ == 0 && !read_raw()) return false;
    at_ = raw_.data();
    end_ = at_ + raw_end_;
    return true;
}

/// At the end of one gzip member: true when another one follows.
bool ByteSource::next_member() {
    while (raw_end_ - raw_begin_ < 2 && !raw_over_) {
        std::memmove(raw_.data(), raw_.data() + raw_begin_, raw_end_ - raw_begin_);
        raw_end_ -= raw_begin_;
        raw_begin_ = 0;
        read_raw();
        if (!status_.ok()) return false;
    }
    if (raw_begin_ == raw_end_) return false;
    if (raw_end_ - raw_begin_ < 2 || std::memcmp(raw_.data() + raw_begin_, kGzipMagic, 2) != 0)
        return fail("garbage after the end of the gzip data", "compress the trace again: gzip trace");
    inflateReset(&gzip_->stream);
    gzip_->between_members = false;
    return true;
}

bool ByteSource::inflate_some() {
    out_.resize(kBufferBytes);
    for (;;) {
        if (gzip_->between_members && !next_member()) return false;
        if (raw_begin_ == raw_end_) {
            raw_begin_ = raw_end_ = 0;
            if (!read_raw() && status_.ok())
                return fail("the gzip data is truncated: it stops before its end",
                            "copy the file again; `gzip -t` checks it");
            if (!status_.ok()) return false;
        }
        z_stream& stream = gzip_->stream;
        stream.next_in = reinterpret_cast<Bytef*>(raw_.data() + raw_begin_);
        stream.avail_in = static_cast<uInt>(raw_end_ - raw_begin_);
        stream.next_out = reinterpret_cast<Bytef*>(out_.data());
        stream.avail_out = static_cast<uInt>(out_.size());
        const int result = inflate(&stream, Z_NO_FLUSH);
        raw_begin_ = raw_end_ - stream.avail_in;
        if (result == Z_STREAM_END) gzip_->between_members = true;
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return fail(fmt::format("the gzip data is damaged: {}", stream.msg ? stream.msg : "bad stream"),
                        "copy the file again; `gzip -t` checks it");
        if (const size_t made = out_.size() - stream.avail_out; made > 0) {
            at_ = out_.data();
            end_ = at_ + made;
            return true;
        }
    }
}

}  // namespace sky::memory
