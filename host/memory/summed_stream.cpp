#include "host/memory/summed_stream.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <utility>

namespace sky::memory {

namespace {

constexpr unsigned kVarintBits = 7;
constexpr unsigned kMaxVarintBytes = 10;
constexpr size_t kGatheredBytes = 4096;
constexpr size_t kReadBytes = size_t{1} << 16;
constexpr unsigned kChecksumBytes = 4;

uint32_t add_to_crc(uint32_t crc, std::string_view bytes) {
    return static_cast<uint32_t>(
        crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string bad_checksum(uint32_t got, uint32_t expected) {
    return fmt::format("bad checksum: {:#010x}, expected {:#010x}", got, expected);
}

}  // namespace

bool SummedReader::truncated() {
    problem_ = "truncated: the end is missing";
    return false;
}

void SummedReader::sum_up() {
    crc_ = add_to_crc(crc_, unsummed_);
    unsummed_.clear();
}

bool SummedReader::byte(uint8_t& value) {
    const int c = source_->get();
    if (c < 0) return truncated();
    value = static_cast<uint8_t>(c);
    unsummed_ += static_cast<char>(value);
    if (unsummed_.size() >= kGatheredBytes) sum_up();
    return true;
}

bool SummedReader::varint(uint64_t& value) {
    value = 0;
    for (unsigned i = 0; i < kMaxVarintBytes; ++i) {
        uint8_t part = 0;
        if (!byte(part)) return false;
        const unsigned shift = i * kVarintBits;
        const uint64_t bits = part & 0x7fU;
        if (bits << shift >> shift != bits) break;
        value |= bits << shift;
        if ((part & 0x80U) == 0) return true;
    }
    problem_ = "a number is longer than 64 bits";
    return false;
}

bool SummedReader::words(std::span<uint64_t> words) {
    bytes_.resize(words.size_bytes());
    if (source_->read(bytes_) != bytes_.size()) return truncated();
    sum_up();
    crc_ = add_to_crc(crc_, {bytes_.data(), bytes_.size()});
    for (size_t w = 0; w < words.size(); ++w) {
        words[w] = 0;
        for (unsigned b = 0; b < 8; ++b)
            words[w] |= uint64_t{static_cast<unsigned char>(bytes_[8 * w + b])} << (8 * b);
    }
    return true;
}

bool SummedReader::end() {
    sum_up();
    uint32_t crc = 0;
    for (unsigned i = 0; i < kChecksumBytes; ++i) {
        const int part = source_->get();
        if (part < 0) return truncated();
        crc |= static_cast<uint32_t>(part) << (8 * i);
    }
    if (crc != crc_)
        problem_ = bad_checksum(crc, crc_);
    else if (source_->get() >= 0)
        problem_ = "garbage after the end record";
    else if (!source_->status().ok())
        problem_ = "damaged after the end record";
    return problem_.empty();
}

bool SummedReader::check_all() {
    std::string bytes;  // read and not summed: the last ones may be the checksum
    const auto read_some = [&] {
        const size_t kept = bytes.size();
        bytes.resize(kept + kReadBytes);
        bytes.resize(kept + source_->read(std::span(bytes).subspan(kept)));
        return bytes.size() > kept;
    };
    while (read_some()) {
        if (bytes.size() <= kChecksumBytes) continue;
        const size_t body = bytes.size() - kChecksumBytes;
        crc_ = add_to_crc(crc_, {bytes.data(), body});
        bytes.erase(0, body);
    }
    if (!source_->status().ok() || bytes.size() < kChecksumBytes) return truncated();
    uint32_t crc = 0;
    for (unsigned i = 0; i < kChecksumBytes; ++i)
        crc |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    if (crc != crc_) problem_ = bad_checksum(crc, crc_);
    return problem_.empty();
}

Status SummedReader::rewind() {
    unsummed_.clear();
    crc_ = 0;
    problem_.clear();
    return source_->rewind();
}

Result<std::unique_ptr<SummedWriter>> SummedWriter::create(const std::string& path) {
    Result<std::unique_ptr<PackedFile>> file = PackedFile::create(path);
    if (!file.ok()) return file.status();
    return std::unique_ptr<SummedWriter>(new SummedWriter(std::move(file.value())));
}

void SummedWriter::bytes(std::string_view bytes) { gathered_ += bytes; }

void SummedWriter::varint(uint64_t value) {
    for (; value >= 0x80; value >>= kVarintBits) gathered_ += static_cast<char>(value | 0x80);
    gathered_ += static_cast<char>(value);
}

void SummedWriter::words(std::span<const uint64_t> words) {
    for (const uint64_t word : words)
        for (unsigned b = 0; b < 8; ++b) gathered_ += static_cast<char>(word >> (8 * b));
}

void SummedWriter::flush() {
    crc_ = add_to_crc(crc_, gathered_);
    file_->write(gathered_);
    gathered_.clear();
}

Status SummedWriter::finish() {
    if (std::exchange(finished_, true)) return file_->finish();
    flush();
    const uint32_t crc = crc_;
    for (unsigned i = 0; i < kChecksumBytes; ++i) gathered_ += static_cast<char>(crc >> (8 * i));
    flush();
    return file_->finish();
}

Status SummedWriter::end() {
    (void)finish();  // commit() says the same
    return file_->commit();
}

}  // namespace sky::memory
