#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/memory/status.hpp"
#include "host/memory/unpacker.hpp"

namespace sky::memory {

/// The bytes of a file, or of standard input when the path is "-"; unpacked when they begin with the magic of
/// gzip or zstd. Takes constant memory however long the stream is.
class ByteSource {
   public:
    static Result<std::unique_ptr<ByteSource>> open(const std::string& path);
    /// Only of a regular file, so that rewinds(); nothing else is opened. `why` says on one line that it has to be
    /// one.
    static Result<std::unique_ptr<ByteSource>> open_file(const std::string& path, const std::string& why);
    /// The same of bytes at hand.
    static Result<std::unique_ptr<ByteSource>> of(std::string name, std::string_view bytes);
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
    /// The next bytes; how many, fewer than asked for only at the end and after an error.
    size_t read(std::span<char> bytes);
    /// Whether the data begin so. Only before the first byte is taken.
    [[nodiscard]] bool starts_with(std::string_view magic);

    /// Whether rewind() can work: the bytes of a regular file or at hand, not those of a pipe.
    [[nodiscard]] bool rewinds() const { return rewinds_; }
    /// Back to the first byte of the same file, even if another one has its name by now. Only when rewinds().
    Status rewind();

    /// Not ok once reading failed or packed data turned out damaged.
    [[nodiscard]] const Status& status() const { return status_; }
    /// Bytes taken so far, after unpacking.
    [[nodiscard]] uint64_t position() const { return position_; }
    /// The path as a message may show it, or "standard input".
    [[nodiscard]] const std::string& name() const { return name_; }

   private:
    ByteSource(std::string name, int fd);
    Status begin();
    bool refill();
    bool read_raw();
    bool unpack_some();
    bool next_member();
    bool fail(const std::string& what, const std::string& remedy);
    [[nodiscard]] std::string_view raw_left() const { return {raw_.data() + raw_begin_, raw_end_ - raw_begin_}; }

    std::string name_;
    int fd_;  // -1: raw_ holds all there is
    bool rewinds_ = false;
    std::vector<char> raw_;  // as read
    size_t raw_begin_ = 0;
    size_t raw_end_ = 0;
    bool raw_over_ = false;
    std::unique_ptr<Unpacker> unpacker_;  // null for plain data
    bool between_members_ = false;
    bool more_inside_ = false;
    std::vector<char> out_;  // unpacked
    const char* at_ = nullptr;
    const char* end_ = nullptr;
    std::string head_;  // read by starts_with(), handed out again
    const char* behind_head_ = nullptr;
    const char* behind_head_end_ = nullptr;
    uint64_t position_ = 0;
    Status status_;
};

}  // namespace sky::memory
