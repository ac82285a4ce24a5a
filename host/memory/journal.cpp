#include "host/memory/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "host/memory/file_error.hpp"
#include "host/memory/journal_format.hpp"
#include "host/memory/printable.hpp"

namespace sky::memory {

namespace format = journal_format;

namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in the host's memory");

constexpr const char* kRemedy = "nothing was changed; restore the whole folder from a copy";
/// Of records that are kept for the next group; a larger one is given back.
constexpr size_t kMostBytesKept = size_t{1} << 24;

uint32_t crc_of(std::span<const std::byte> bytes) {
    return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

template <typename T>
T number_at(std::span<const std::byte> bytes, size_t at) {
    T value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

template <typename T>
void put_number(std::span<std::byte> bytes, size_t at, T value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

bool begins(std::span<const std::byte> bytes, std::string_view magic) {
    return std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

using Header = std::array<std::byte, format::kHeaderBytes>;
constexpr size_t kVersionAt = 4;
constexpr size_t kGenerationAt = 8;
constexpr size_t kHeaderCrcAt = 16;

Header make_header(uint64_t generation) {
    Header header{};
    std::memcpy(header.data(), format::kMagic.data(), format::kMagic.size());
    put_number(header, kVersionAt, format::kVersion);
    put_number(header, kGenerationAt, generation);
    put_number(header, kHeaderCrcAt, crc_of(std::span(header).first(kHeaderCrcAt)));
    return header;
}

/// What a group says of itself.
struct GroupHeader {
    uint64_t sequence = 0;
    uint64_t bytes = 0;
    uint32_t records_crc = 0;

    static constexpr size_t kCrcAt = 4;
    static constexpr size_t kSequenceAt = 8;
    static constexpr size_t kBytesAt = 16;
    static constexpr size_t kRecordsCrcAt = 24;

    [[nodiscard]] uint32_t crc(uint64_t generation) const {
        std::array<std::byte, 28> bytes_of{};
        put_number(bytes_of, 0, generation);
        put_number(bytes_of, 8, sequence);
        put_number(bytes_of, 16, bytes);
        put_number(bytes_of, 24, records_crc);
        return crc_of(bytes_of);
    }
    void write(std::span<std::byte> to, uint64_t generation) const {
        std::memcpy(to.data(), format::kGroupMagic.data(), format::kGroupMagic.size());
        put_number(to, kCrcAt, crc(generation));
        put_number(to, kSequenceAt, sequence);
        put_number(to, kBytesAt, bytes);
        put_number(to, kRecordsCrcAt, records_crc);
    }
    /// False when the bytes are no header of a group of that generation.
    bool read(std::span<const std::byte> from, uint64_t generation) {
        sequence = number_at<uint64_t>(from, kSequenceAt);
        bytes = number_at<uint64_t>(from, kBytesAt);
        records_crc = number_at<uint32_t>(from, kRecordsCrcAt);
        return begins(from, format::kGroupMagic) && number_at<uint32_t>(from, kCrcAt) == crc(generation);
    }
};

}  // namespace

// ---- Reading

Result<std::unique_ptr<JournalReader>> JournalReader::open(const std::string& path) {
    FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat about {};
    if (!file.open() || fstat(file.fd(), &about) != 0)
        return Status::error(
            fmt::format("cannot open '{}': {}\n{}", printable_name(path), std::strerror(errno), kRemedy));
    std::unique_ptr<JournalReader> reader(
        new JournalReader(path, std::move(file), static_cast<uint64_t>(about.st_size)));
    if (Status status = reader->read_header(); !status.ok()) return status;
    return reader;
}

Status JournalReader::read_at(uint64_t offset, std::span<std::byte> bytes) const {
    for (size_t done = 0; done < bytes.size();) {
        const ssize_t n =
            pread(file_.fd(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
        if (n > 0) done += static_cast<size_t>(n);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0)
            return Status::error(fmt::format("{}: byte {}: cannot read: {}\ncheck the file and the disk",
                                             printable_name(path_), offset + done,
                                             n < 0 ? std::strerror(errno) : "the file became shorter"));
    }
    return {};
}

Status JournalReader::read_header() {
    const auto refuse_at = [&](size_t byte, const std::string& what) {
        return Status::error(fmt::format("{}: byte {}: {}\n{}", printable_name(path_), byte, what, kRemedy));
    };
    Header header{};
    if (size_ < header.size())
        return refuse_at(size_, fmt::format("the journal ends within its header of {} bytes", header.size()));
    if (Status status = read_at(0, header); !status.ok()) return status;
    if (!begins(header, format::kMagic))
        return refuse_at(0, fmt::format("this is no journal: it does not begin with {}", format::kMagic));
    const auto version = number_at<uint32_t>(header, kVersionAt);
    if (version != format::kVersion)
        return refuse_at(kVersionAt,
                         fmt::format("version {} of the journal, expected {}", version, format::kVersion));
    generation_ = number_at<uint64_t>(header, kGenerationAt);
    if (header != make_header(generation_)) return refuse_at(kHeaderCrcAt, "bad checksum of the header");
    at_ = header.size();
    return {};
}

Result<bool> JournalReader::read_group(uint64_t offset, uint64_t least) {
    std::array<std::byte, format::kGroupHeaderBytes> bytes{};
    if (size_ - offset < bytes.size()) return false;
    if (Status status = read_at(offset, bytes); !status.ok()) return status;
    GroupHeader header;
    if (!header.read(bytes, generation_) || header.sequence < least) return false;
    if (header.bytes == 0 || header.bytes > size_ - offset - bytes.size()) return false;
    group_.resize(header.bytes);
    if (Status status = read_at(offset + bytes.size(), group_); !status.ok()) return status;
    if (crc_of(group_) != header.records_crc) return false;
    found_sequence_ = header.sequence;
    return true;
}

Result<uint64_t> JournalReader::find_group_behind(uint64_t offset) {
    constexpr size_t kPieceBytes = size_t{1} << 16;
    std::vector<std::byte> piece;
    for (uint64_t from = offset + 1; from + format::kGroupHeaderBytes <= size_;) {
        piece.resize(std::min<uint64_t>(kPieceBytes, size_ - from));
        if (Status status = read_at(from, piece); !status.ok()) return status;
        const std::string_view text(reinterpret_cast<const char*>(piece.data()), piece.size());
        for (size_t i = text.find(format::kGroupMagic); i != std::string_view::npos;
             i = text.find(format::kGroupMagic, i + 1)) {
            const Result<bool> sound = read_group(from + i, sequence_ + 1);
            if (!sound.ok()) return sound.status();
            if (sound.value()) return from + i;
        }
        from += piece.size() < kPieceBytes ? piece.size() : kPieceBytes - format::kGroupMagic.size() + 1;
    }
    return uint64_t{0};
}

Result<std::span<const std::byte>> JournalReader::next() {
    Result<bool> sound = read_group(at_, sequence_);
    if (!sound.ok()) return sound.status();
    if (sound.value() && found_sequence_ == sequence_) {
        group_at_ = at_;
        at_ += format::kGroupHeaderBytes + group_.size();
        ++sequence_;
        return std::span<const std::byte>(group_);
    }
    const Result<uint64_t> behind = sound.value() ? Result<uint64_t>(at_) : find_group_behind(at_);
    if (!behind.ok()) return behind.status();
    if (behind.value() == 0) return std::span<const std::byte>();
    return Status::error(
        fmt::format("{}: byte {}: group {} is damaged or missing, and group {} follows at byte {}\n{}",
                    printable_name(path_), at_, sequence_, found_sequence_, behind.value(), kRemedy));
}

Status JournalReader::refuse(const std::string& what) const {
    return Status::error(
        fmt::format("{}: byte {}: group {}: {}\n{}", printable_name(path_), group_at_, sequence_ - 1, what, kRemedy));
}

// ---- Writing

JournalWriter::JournalWriter(std::string path, FileHandle file, uint64_t generation, uint64_t bytes, uint64_t groups)
    : path_(std::move(path)), file_(std::move(file)), generation_(generation), bytes_(bytes), sequence_(groups) {
    drop_records();
}

Result<std::unique_ptr<JournalWriter>> JournalWriter::create(const std::string& path, uint64_t generation) {
    FileHandle file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file.open()) return file_error(path, "create", errno);
    std::unique_ptr<JournalWriter> writer(new JournalWriter(path, std::move(file), generation, 0, 0));
    const Header header = make_header(generation);
    writer->buffer_.assign(header.begin(), header.end());
    if (const int error = writer->write_all(); error != 0) return file_error(path, "write", error);
    writer->bytes_ = header.size();
    writer->drop_records();
    writer->synced_ = false;
    if (Status status = writer->sync(); !status.ok()) return status;
    return writer;
}

Result<std::unique_ptr<JournalWriter>> JournalWriter::resume(const std::string& path, uint64_t generation,
                                                             uint64_t bytes, uint64_t groups) {
    FileHandle file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.open()) return file_error(path, "open", errno);
    if (ftruncate(file.fd(), static_cast<off_t>(bytes)) != 0) return file_error(path, "write", errno);
    std::unique_ptr<JournalWriter> writer(new JournalWriter(path, std::move(file), generation, bytes, groups));
    writer->synced_ = false;  // the program before may not have
    return writer;
}

bool JournalWriter::has_records() const { return buffer_.size() > format::kGroupHeaderBytes; }

void JournalWriter::drop_records() {
    buffer_.resize(format::kGroupHeaderBytes);
    if (buffer_.capacity() > kMostBytesKept) buffer_.shrink_to_fit();
}

/// Writes the buffer behind the groups; returns the errno.
int JournalWriter::write_all() {
    for (size_t done = 0; done < buffer_.size();) {
        const ssize_t n =
            pwrite(file_.fd(), buffer_.data() + done, buffer_.size() - done, static_cast<off_t>(bytes_ + done));
        if (n >= 0)
            done += static_cast<size_t>(n);
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

Status JournalWriter::write_group() {
    if (!broken_.ok() || !has_records()) return broken_;
    const auto records = std::span<const std::byte>(buffer_).subspan(format::kGroupHeaderBytes);
    const GroupHeader header{.sequence = sequence_, .bytes = records.size(), .records_crc = crc_of(records)};
    header.write(buffer_, generation_);
    if (const int error = write_all(); error != 0) {
        Status status = file_error(path_, "write", error);
        if (ftruncate(file_.fd(), static_cast<off_t>(bytes_)) != 0) broken_ = status;
        return status;
    }
    bytes_ += buffer_.size();
    ++sequence_;
    synced_ = false;
    drop_records();
    return {};
}

Status JournalWriter::sync() {
    if (!broken_.ok() || synced_) return broken_;
    // After a failure the kernel may have forgotten what it could not write.
    if (fdatasync(file_.fd()) != 0) return broken_ = file_error(path_, "write", errno);
    synced_ = true;
    return {};
}

}  // namespace sky::memory
