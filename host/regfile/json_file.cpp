#include "host/regfile/json_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "host/memory/new_file.hpp"
#include "host/memory/printable.hpp"

namespace sky::regfile {

std::string address_text(uint64_t address) { return fmt::format("{:#010x}", address); }

std::optional<uint64_t> address_in(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    return parse_address(found->get<std::string>());
}

std::optional<uint64_t> parse_address(const std::string& text) {
    if (!text.starts_with("0x")) return std::nullopt;
    uint64_t address = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + 2, end, address, 16);
    if (error != std::errc() || stop != end) return std::nullopt;
    return address;
}

std::optional<uint64_t> number_in(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<uint64_t>();
}

Result<nlohmann::json> read_json(const std::string& path, const std::string& format, uint64_t version,
                                 const std::string& remedy) {
    if (std::filesystem::is_directory(path)) return bad_file(path, "is a folder", remedy);
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return bad_file(path, fmt::format("cannot be read: {}", std::strerror(errno)),
                        "name a file that exists and that you may read");
    nlohmann::json content = nlohmann::json::parse(in, nullptr, false);
    if (content.is_discarded()) return bad_file(path, "is no JSON, or cut off", remedy);
    const auto found = content.is_object() ? content.find("format") : content.end();
    if (!content.is_object() || found == content.end() || *found != format)
        return bad_file(path, fmt::format("is no {}: an object with \"format\": \"{}\" is expected", format, format),
                        remedy);
    if (number_in(content, "version") != version)
        return bad_file(path, fmt::format("has not version {}, the only one this program knows", version), remedy);
    return content;
}

Status write_json(const std::string& path, const nlohmann::ordered_json& content) {
    Result<std::unique_ptr<memory::NewFile>> file = memory::NewFile::create(path);
    if (!file.ok()) return file.status();
    file.value()->write(content.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    return file.value()->commit();
}

Status bad_file(const std::string& path, const std::string& what, const std::string& remedy) {
    return Status::error(fmt::format("{}: {}\n{}", memory::printable_name(path), what, remedy));
}

}  // namespace sky::regfile
