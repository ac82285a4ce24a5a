#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/memory/status.hpp"

namespace sky::memory {

/// The bytes of a file, or of standard input when the path is "-"; unpacked when they begin with gzip's
/// magic. Takes constant memory however long the stream is.
class ByteSource {
   public:
    static Result<std::unique_ptr<ByteSource>> open(const std::string& path);
    ~ByteSource();
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;

    /// The next byte, or -1 at the end and after an error.
    int get() {
        if (at_ == end_ && !refill()) return -1;
        ++position_;
        return static_cast<unsigned char>(*at_++);
    }
    /// The same without taking it.
    int peek() { return at_ == end_ && !refill() ? -1 : static_cast<unsigned char>(*at_); }

    /// Not ok once reading failed or the gzip data turned out damaged.
    [[nodiscard]] const Status& status() const { return status_; }
    /// Bytes taken so far, after unpacking.
    [[nodiscard]] uint64_t position() const { return position_; }
    /// The path, or "standard input".
    [[nodiscard]] const std::string& name() const { return name_; }

   private:
    struct Gzip;

    ByteSource(std::string name, int fd);
    bool refill();
    bool read_raw();
    bool inflate_some();
    bool next_member();
    bool fail(const std::string& what, const std::string& remedy);

    std::string name_;
    int fd_;
    std::vector<char> raw_;  // as read
    size_t raw_begin_ = 0;
    size_t raw_end_ = 0;
    bool raw_over_ = false;
    std::unique_ptr<Gzip> gzip_;  // null for plain data
    std::vector<char> out_;       // unpacked
    const char* at_ = nullptr;
    const char* end_ = nullptr;
    uint64_t position_ = 0;
    Status status_;
};

}  // namespace sky::memory
