#include "host/offload/train/token_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "host/memory/file_error.hpp"
#include "host/memory/printable.hpp"

namespace sky::offload {

namespace {

using memory::printable_name;

Result<std::string> read_bytes(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return Status::error(fmt::format("{} is a folder\nexpected a file", printable_name(path)));
    std::ifstream in(path, std::ios::binary);
    if (!in) return memory::file_error(path, "open", errno);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    if (in.bad()) return memory::file_error(path, "read", errno);
    return bytes;
}

}  // namespace

Result<TokenData> TokenData::checked(const std::string& path, std::vector<int32_t> tokens, uint64_t vocabulary,
                                     uint64_t length) {
    const auto outside = std::find_if(tokens.begin(), tokens.end(), [&](int32_t token) {
        return token < 0 || static_cast<uint64_t>(token) >= vocabulary;
    });
    if (outside != tokens.end())
        return Status::error(fmt::format("{}: token {} is {}\nthe model knows those from 0 to {}",
                                         printable_name(path), outside - tokens.begin(), *outside, vocabulary - 1));
    if (tokens.size() <= length)
        return Status::error(fmt::format("{} has {} tokens, less than one window\nit needs {} for --seq {}",
                                         printable_name(path), tokens.size(), length + 1, length));
    return TokenData(std::move(tokens), length);
}

Result<TokenData> TokenData::read_tokens(const std::string& path, uint64_t vocabulary, uint64_t length) {
    const Result<std::string> bytes = read_bytes(path);
    if (!bytes.ok()) return bytes.status();
    if (bytes.value().size() % sizeof(int32_t) != 0)
        return Status::error(fmt::format("{} has {} bytes, no whole number of tokens\nexpected int32, little endian",
                                         printable_name(path), bytes.value().size()));
    std::vector<int32_t> tokens(bytes.value().size() / sizeof(int32_t));
    if (!tokens.empty()) std::memcpy(tokens.data(), bytes.value().data(), bytes.value().size());
    return checked(path, std::move(tokens), vocabulary, length);
}

Result<TokenData> TokenData::read_text(const std::string& path, uint64_t vocabulary, uint64_t length) {
    const Result<std::string> bytes = read_bytes(path);
    if (!bytes.ok()) return bytes.status();
    std::vector<int32_t> tokens;
    tokens.reserve(bytes.value().size());
    for (const char byte : bytes.value()) tokens.push_back(static_cast<unsigned char>(byte));
    return checked(path, std::move(tokens), vocabulary, length);
}

void TokenData::windows(uint64_t first, uint64_t count, std::span<int32_t> inputs, std::span<int32_t> targets) const {
    for (uint64_t i = 0; i < count; ++i) {
        const auto window = static_cast<ptrdiff_t>((first + i) % windows() * (length_ + 1));
        const auto begin = tokens_.begin() + window;
        const auto end = begin + static_cast<ptrdiff_t>(length_);
        std::copy(begin, end, inputs.begin() + static_cast<ptrdiff_t>(i * length_));
        std::copy(begin + 1, end + 1, targets.begin() + static_cast<ptrdiff_t>(i * length_));
    }
}

}  // namespace sky::offload
