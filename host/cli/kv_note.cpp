#include "host/cli/kv_note.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <limits>
#include <sstream>

#include "host/cli/numbers.hpp"
#include "host/memory/image.hpp"
#include "host/memory/printable.hpp"
#include "host/memory/store_label.hpp"

namespace sky::cli {

namespace {

constexpr const char* kTitle = "skytrack kv store 1";

/// The lines that are not of the configuration.
struct OwnLines {
    std::optional<index::Kind> kind;
    std::optional<uint64_t> records;
    std::optional<uint64_t> value_bytes;
    std::optional<uint64_t> seed;

    /// False when the name is none of them.
    bool take(const std::string& name, const std::string& value) {
        if (name == "index") kind = index::parse_kind(value);
        if (name == "records") records = parse_decimal(value);
        if (name == "value_bytes") value_bytes = parse_decimal(value);
        if (name == "seed") seed = parse_decimal(value);
        return name == "index" || name == "records" || name == "value_bytes" || name == "seed";
    }
    [[nodiscard]] bool whole() const {
        return kind && seed && records && *records >= 1 && value_bytes &&
               *value_bytes <= std::numeric_limits<uint32_t>::max();
    }
};

}  // namespace

std::string KvNote::text() const {
    std::string out = fmt::format("{}\nindex = {}\nrecords = {}\nvalue_bytes = {}\nseed = {}\n", kTitle,
                                  index::to_string(kind), records, value_bytes, seed);
    for (const Assignment& each : config) out += fmt::format("{} = {}\n", each.key, each.value);
    return out;
}

Result<KvNote> KvNote::parse(const std::string& text, const std::string& shown) {
    constexpr std::string_view kEquals = " = ";
    const auto refuse = [&](const std::string& what) {
        return Status::error(fmt::format(
            "{}: the store was not made by kv load: {}\nname the folder of a store that was", shown, what));
    };
    std::istringstream in(text);
    std::string line;
    if (!std::getline(in, line) || line != kTitle) return refuse(fmt::format("its note does not begin '{}'", kTitle));
    KvNote note;
    OwnLines own;
    while (std::getline(in, line)) {
        const size_t at = line.find(kEquals);
        if (at == std::string::npos) return refuse(fmt::format("its note has a line '{}'", memory::printable(line)));
        const std::string name = line.substr(0, at);
        const std::string value = line.substr(at + kEquals.size());
        if (!own.take(name, value)) note.config.push_back({.key = name, .value = value, .place = shown});
    }
    if (!own.whole()) return refuse("its note lacks index, records, value_bytes or seed");
    note.kind = *own.kind;
    note.records = *own.records;
    note.value_bytes = static_cast<uint32_t>(*own.value_bytes);
    note.seed = *own.seed;
    return note;
}

Result<std::optional<KvNote>> KvNote::read(const std::string& folder) {
    const std::string image = fmt::format("{}/image", folder);
    std::error_code error;
    if (!std::filesystem::exists(image, error)) return std::optional<KvNote>();
    const Result<std::string> text = memory::ImageReader::read_label(image);
    if (!text.ok()) return text.status();
    const std::string shown = memory::printable_name(image);
    const Result<memory::StoreLabel> label = memory::StoreLabel::parse(text.value());
    if (!label.ok())
        return Status::error(fmt::format("{}: this is no image of a store: {}\nname the folder of a store", shown,
                                         label.status().message()));
    Result<KvNote> note = parse(label.value().note, fmt::format("the store '{}'", memory::printable_name(folder)));
    if (!note.ok()) return note.status();
    return std::optional(std::move(note.value()));
}

}  // namespace sky::cli
