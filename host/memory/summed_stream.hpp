#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/memory/byte_source.hpp"
#include "host/memory/packed_file.hpp"

/// What our own files, compact traces and images, are made of: bytes, numbers and words, and a CRC-32 of everything
/// before it at the end.
///
///     varint    7 bits a byte, least significant first, high bit set in all but the last byte; at most 10 bytes
///     word      8 bytes, least significant first
///     checksum  zlib's crc32, 4 bytes, least significant first
namespace sky::memory {

class SummedReader {
   public:
    explicit SummedReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

    /// Each is false, and problem() says why, when the data end too early or are none.
    bool byte(uint8_t& value);
    bool varint(uint64_t& value);
    bool words(std::span<uint64_t> words);
    /// The checksum of everything before it, and the end of the data.
    bool end();
    /// All data at once, whatever they are: whether their last 4 bytes are the checksum of the rest. Only before
    /// anything else was read; rewind() comes after it.
    bool check_all();
    [[nodiscard]] const std::string& problem() const { return problem_; }

    /// Back to the beginning; only when source().rewinds().
    Status rewind();
    [[nodiscard]] ByteSource& source() { return *source_; }
    [[nodiscard]] const ByteSource& source() const { return *source_; }

   private:
    bool truncated();
    void sum_up();

    std::unique_ptr<ByteSource> source_;
    std::string unsummed_;
    uint32_t crc_ = 0;
    std::vector<char> bytes_;
    std::string problem_;
};

/// The file appears when end() succeeds; packed as its name says.
class SummedWriter {
   public:
    static Result<std::unique_ptr<SummedWriter>> create(const std::string& path);

    void bytes(std::string_view bytes);
    void byte(uint8_t value) { gathered_ += static_cast<char>(value); }
    void varint(uint64_t value);
    void words(std::span<const uint64_t> words);
    /// Writes the checksum, under a temporary name until end().
    Status finish();
    /// finish(), and the file gets its name.
    Status end();
    /// Hands on what was gathered; call it now and then.
    void flush();
    /// Writing has failed; end() says why.
    [[nodiscard]] bool failed() const { return file_->failed(); }

   private:
    explicit SummedWriter(std::unique_ptr<PackedFile> file) : file_(std::move(file)) {}

    std::unique_ptr<PackedFile> file_;
    std::string gathered_;
    uint32_t crc_ = 0;
    bool finished_ = false;
};

}  // namespace sky::memory
