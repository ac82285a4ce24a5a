#include "host/cli/kv_ack.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "host/memory/file_error.hpp"
#include "host/memory/journal.hpp"
#include "host/memory/printable.hpp"

namespace sky::cli {

namespace {

namespace fs = std::filesystem;

std::string intent_path(const std::string& store_folder) { return fmt::format("{}/acknowledging", store_folder); }

Status write_all(const std::string& path, int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n >= 0)
            text.remove_prefix(static_cast<size_t>(n));
        else if (errno != EINTR)
            return memory::file_error(path, "write", errno);
    }
    return {};
}

uint32_t crc_of(const std::string& text) {
    return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

/// Which lines go where, once their group is in the journal: a line of numbers, as wide whatever they are since each
/// is written over the one before, and the lines.
struct Intent {
    uint64_t generation = 0;
    uint64_t journal_bytes = 0;  ///< in front of the group
    uint64_t device = 0;         ///< of the file, and its number there
    uint64_t number = 0;
    uint64_t ack_bytes = 0;  ///< in front of the lines
    std::string path;
    std::string lines;

    [[nodiscard]] std::string text() const {
        std::string content = fmt::format("{:020} {:020} {:020} {:020} {:020} {:020} {}\n", generation, journal_bytes,
                                          device, number, ack_bytes, lines.size(), path);
        content += lines;
        return fmt::format("{:08x} {}", crc_of(content), content);
    }
    /// False when there is none, or a torn one: then its group was not begun.
    bool read(const std::string& file) {
        std::ifstream in(file, std::ios::binary);
        std::string head;
        if (!std::getline(in, head)) return false;
        std::istringstream words(head);
        std::string crc;
        size_t size = 0;
        if (!(words >> crc >> generation >> journal_bytes >> device >> number >> ack_bytes >> size)) return false;
        words.get();
        std::getline(words, path);
        lines.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
        if (lines.size() < size) return false;
        lines.resize(size);
        return text().starts_with(head + "\n");
    }
};

enum class Told : uint8_t { kNothing, kSomething, kUnknown };

/// How much of the lines the file holds; `bytes` of them when it is something. Unknown when it is not the file of the
/// intent any more, or does not go on as it was to.
Told told(const Intent& intent, uint64_t& bytes) {
    struct stat about {};
    if (::stat(intent.path.c_str(), &about) != 0) return Told::kUnknown;
    if (about.st_dev != intent.device || about.st_ino != intent.number) return Told::kUnknown;
    if (static_cast<uint64_t>(about.st_size) < intent.ack_bytes) return Told::kUnknown;
    std::ifstream in(intent.path, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(intent.ack_bytes));
    const std::string behind{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!intent.lines.starts_with(behind)) return Told::kUnknown;
    bytes = behind.size();
    return behind.find('\n') == std::string::npos ? Told::kNothing : Told::kSomething;
}

Status append(const std::string& path, std::string_view text) {
    const memory::FileHandle file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    if (!file.open()) return memory::file_error(path, "open", errno);
    return write_all(path, file.fd(), text);
}

/// Whether exactly one sound group follows those bytes.
bool one_group_follows(const std::string& journal, const Intent& intent) {
    const Result<std::unique_ptr<memory::JournalReader>> reader = memory::JournalReader::open(journal);
    if (!reader.ok() || reader.value()->generation() != intent.generation) return false;
    const auto next = [&] {
        const Result<std::span<const std::byte>> group = reader.value()->next();
        return group.ok() && !group.value().empty();
    };
    while (reader.value()->sound_bytes() < intent.journal_bytes)
        if (!next()) return false;
    return reader.value()->sound_bytes() == intent.journal_bytes && next() && !next();
}

bool is_line(const std::string& text) { return text.find_first_not_of("0123456789abcdef ") == std::string::npos; }

/// The end of the file is the end of a line, or is made so. Returns its bytes.
Result<uint64_t> trim(const std::string& path, int fd, const struct stat& about) {
    if (!S_ISREG(about.st_mode))
        return Status::error(
            fmt::format("--ack {}: is no regular file\nname a new file", memory::printable_name(path)));
    const auto bytes = static_cast<uint64_t>(about.st_size);
    constexpr uint64_t kLongestLine = 16 + 1 + 2 * 4096 + 1;
    const uint64_t from = bytes < kLongestLine ? 0 : bytes - kLongestLine;
    std::ifstream in(path, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(from));
    const std::string end{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const size_t newline = end.rfind('\n');
    const std::string tail = newline == std::string::npos ? end : end.substr(newline + 1);
    if (tail.empty()) return bytes;
    if (!is_line(tail) || (newline == std::string::npos && from != 0))
        return Status::error(fmt::format("--ack {}: does not end with a line 'KEY VALUE' in hex\nname a new file",
                                         memory::printable_name(path)));
    if (ftruncate(fd, static_cast<off_t>(bytes - tail.size())) != 0) return memory::file_error(path, "write", errno);
    return bytes - tail.size();
}

}  // namespace

std::string entry_line(index::Key key, std::span<const std::byte> value) {
    constexpr const char* kDigits = "0123456789abcdef";
    std::string line = fmt::format("{:016x} ", key);
    line.reserve(line.size() + 2 * value.size() + 1);
    for (const std::byte byte : value) {
        line.push_back(kDigits[std::to_integer<unsigned>(byte) >> 4U]);
        line.push_back(kDigits[std::to_integer<unsigned>(byte) & 15U]);
    }
    line.push_back('\n');
    return line;
}

bool lies_in_folder(const std::string& path, const std::string& folder) {
    std::error_code error;
    const fs::path lies_in = fs::weakly_canonical(fs::absolute(path, error), error).parent_path();
    return lies_in == fs::weakly_canonical(fs::absolute(folder, error), error);
}

Result<std::unique_ptr<AckFile>> AckFile::open(const std::string& path, const std::string& store_folder) {
    std::error_code error;
    if (lies_in_folder(path, store_folder))
        return Status::error(fmt::format("--ack {}: lies in the folder of the store\nname a file elsewhere",
                                         memory::printable_name(path)));
    memory::FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (!file.open()) return memory::file_error(path, "open", errno);
    struct stat about {};
    if (fstat(file.fd(), &about) != 0) return memory::file_error(path, "read", errno);
    const Result<uint64_t> bytes = trim(path, file.fd(), about);
    if (!bytes.ok()) return bytes.status();
    std::unique_ptr<AckFile> ack(
        new AckFile(fs::weakly_canonical(fs::absolute(path, error), error).string(), std::move(file), store_folder));
    ack->bytes_ = bytes.value();
    ack->device_ = about.st_dev;
    ack->number_ = about.st_ino;
    const std::string intent = intent_path(store_folder);
    ack->intent_ = memory::FileHandle(::open(intent.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!ack->intent_.open()) return memory::file_error(intent, "create", errno);
    return ack;
}

void AckFile::add(index::Key key, std::span<const std::byte> value) { lines_ += entry_line(key, value); }

Status AckFile::announce(uint64_t generation, uint64_t journal_bytes) {
    if (lines_.empty()) return {};
    const std::string text = Intent{.generation = generation,
                                    .journal_bytes = journal_bytes,
                                    .device = device_,
                                    .number = number_,
                                    .ack_bytes = bytes_,
                                    .path = path_,
                                    .lines = lines_}
                                 .text();
    if (pwrite(intent_.fd(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        return memory::file_error(intent_path(store_folder_), "write", errno);
    return {};
}

Status AckFile::write(bool sync) {
    if (Status status = write_all(path_, file_.fd(), lines_); !status.ok()) return status;
    bytes_ += lines_.size();
    if (sync && !lines_.empty() && fdatasync(file_.fd()) != 0) return memory::file_error(path_, "write", errno);
    lines_.clear();
    return {};
}

Result<bool> settle_acknowledging(const std::string& store_folder) {
    std::error_code error;
    if (!fs::exists(intent_path(store_folder), error)) return false;
    const Result<std::unique_ptr<memory::StoreFolder>> folder = memory::StoreFolder::open(store_folder);
    if (!folder.ok()) return folder.status();
    const std::string journal = folder.value()->journal();
    Intent intent;
    uint64_t bytes = 0;
    if (!intent.read(intent_path(store_folder))) return false;
    const Told so_far = told(intent, bytes);
    if (so_far == Told::kUnknown || bytes == intent.lines.size() || !one_group_follows(journal, intent)) return false;
    if (so_far == Told::kSomething) {
        const Status status = append(intent.path, std::string_view(intent.lines).substr(bytes));
        return status.ok() ? Result<bool>(false) : status;
    }
    if (::truncate(journal.c_str(), static_cast<off_t>(intent.journal_bytes)) != 0)
        return memory::file_error(journal, "write", errno);
    return true;
}

void forget_acknowledging(const std::string& store_folder) { ::unlink(intent_path(store_folder).c_str()); }

}  // namespace sky::cli
