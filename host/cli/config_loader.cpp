#include "host/cli/config_loader.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/cli/numbers.hpp"
#include "host/memory/nearest.hpp"
#include "host/memory/printable.hpp"

namespace sky::cli {

namespace {

constexpr size_t kMaxSection = 64;
constexpr std::array kShippedPresets{"skyrmion", "exact", "index", "regfile"};

Status bad_value(const std::string& place, const ConfigKey& key, const std::string& got) {
    return Status::error(fmt::format("{}: {} is {}\nexpected {}", place, key.dotted(), got, key.expected()));
}

Status unknown(const std::string& place, const char* what, const std::string& name, const std::string& nearest_name) {
    if (nearest_name.empty())
        return Status::error(fmt::format("{}: unknown {} '{}'\nsee skytrack --print-config for the valid ones", place,
                                         what, memory::printable(name)));
    return Status::error(fmt::format("{}: unknown {} '{}'\nnearest valid name: {}", place, what,
                                     memory::printable(name), nearest_name));
}

/// The key with the nearest name, of equals the one in the nearest section; empty when none is near.
std::string nearest_key(std::string_view section, std::string_view name) {
    std::vector<std::string> names;
    for (const ConfigKey& key : config_keys()) names.emplace_back(key.name);
    if (memory::nearest(name, names).empty()) return {};
    section = section.substr(0, kMaxSection);
    const auto distance = [&](const ConfigKey& key) {
        return std::pair(memory::edit_distance(name, key.name), memory::edit_distance(section, key.section));
    };
    const std::span<const ConfigKey> keys = config_keys();
    return std::min_element(keys.begin(), keys.end(),
                            [&](const ConfigKey& a, const ConfigKey& b) { return distance(a) < distance(b); })
        ->dotted();
}

Result<ConfigValue> checked_integer(const std::string& place, const ConfigKey& key, uint64_t number) {
    if (!key.takes(number)) return bad_value(place, key, std::to_string(number));
    return ConfigValue(number);
}

Result<ConfigValue> checked_text(const std::string& place, const ConfigKey& key, const std::string& text) {
    if (std::find(key.choices.begin(), key.choices.end(), text) == key.choices.end())
        return bad_value(place, key, fmt::format("'{}'", memory::printable(text)));
    return ConfigValue(text);
}

/// What a TOML file gives for a key. 0 and 1 stand for false and true.
Result<ConfigValue> value_of(const std::string& place, const ConfigKey& key, const toml::node& node) {
    const auto* integer = node.as_integer();
    if (key.type == KeyType::kInteger) {
        if (integer == nullptr) return bad_value(place, key, "no integer");
        if (integer->get() < 0) return bad_value(place, key, std::to_string(integer->get()));
        return checked_integer(place, key, static_cast<uint64_t>(integer->get()));
    }
    if (key.type == KeyType::kBoolean) {
        if (const auto* boolean = node.as_boolean()) return ConfigValue(boolean->get());
        if (integer == nullptr) return bad_value(place, key, "neither true nor false");
        if (integer->get() != 0 && integer->get() != 1) return bad_value(place, key, std::to_string(integer->get()));
        return ConfigValue(integer->get() == 1);
    }
    const auto* text = node.as_string();
    if (text == nullptr) return bad_value(place, key, "no string");
    return checked_text(place, key, text->get());
}

/// A shell takes the quotes off "exact", unless they are quoted themselves.
std::string unquoted(const std::string& text) {
    const bool quoted =
        text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
    return quoted ? text.substr(1, text.size() - 2) : text;
}

/// What the command line gives for a key.
Result<ConfigValue> value_of(const std::string& place, const ConfigKey& key, const std::string& given) {
    const std::string text = unquoted(given);
    if (key.type == KeyType::kText) return checked_text(place, key, text);
    if (key.type == KeyType::kBoolean) {
        if (given == "true" || given == "1") return ConfigValue(true);
        if (given == "false" || given == "0") return ConfigValue(false);
    } else if (const std::optional<uint64_t> number = parse_decimal(given)) {
        return checked_integer(place, key, *number);
    }
    return bad_value(place, key, fmt::format("'{}'", memory::printable(text)));
}

/// The comment behind a value, without its #.
std::string comment_on(const std::vector<std::string>& lines, size_t line_number) {
    if (line_number == 0 || line_number > lines.size()) return {};
    const std::string& line = lines[line_number - 1];
    const size_t hash = line.find('#');
    if (hash == std::string::npos) return {};
    return line.substr(std::min(line.find_first_not_of(' ', hash + 1), line.size()));
}

Result<std::string> read_whole(const std::string& path, const std::string& shown) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return Status::error(fmt::format("{}: is a folder\n--config takes a TOML file", shown));
    std::ifstream in(path, std::ios::binary);
    if (!in) return Status::error(fmt::format("{}: cannot be read: {}\ncheck the path", shown, std::strerror(errno)));
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

}  // namespace

ConfigLoader::ConfigLoader(std::string preset_folder) : folder_(std::move(preset_folder)) {
    config_.entries_.resize(config_keys().size());
}

std::string ConfigLoader::preset_path(const std::string& name) const {
    return (std::filesystem::path(folder_) / (name + ".toml")).string();
}

std::vector<std::string> ConfigLoader::preset_names() const {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(folder_, error)) names.push_back(file.path().stem());
    std::sort(names.begin(), names.end());
    return names;
}

Status ConfigLoader::load_shipped() {
    shipped_ = true;
    for (const char* name : kShippedPresets) {
        std::error_code error;
        if (!std::filesystem::exists(preset_path(name), error))
            return Status::error(fmt::format(
                "{}: there is no such file, and skytrack needs it beside itself\ncopy the whole build/release "
                "folder (bin and share)",
                preset_path(name)));
    }
    for (const char* name : kShippedPresets)
        if (Status status = overlay_toml(preset_path(name), preset_path(name)); !status.ok()) return status;
    shipped_ = false;
    for (size_t i = 0; i < config_.entries_.size(); ++i)
        if (config_.entries_[i].place.empty())
            return Status::error(fmt::format("{}: no shipped preset sets {}\nbuild or unpack skytrack again", folder_,
                                             config_keys()[i].dotted()));
    return {};
}

Status ConfigLoader::overlay_file(const std::string& name) {
    const std::vector<std::string> presets = preset_names();
    if (std::find(presets.begin(), presets.end(), name) != presets.end())
        return overlay_toml(preset_path(name), name);
    std::error_code error;
    const std::string near = memory::nearest(name, presets);
    if (!std::filesystem::exists(name, error))
        return Status::error(fmt::format(
            "--config {}: there is no such file or preset\nname a TOML file or one of the "
            "shipped presets: {}{}",
            name, fmt::join(presets, ", "), near.empty() ? std::string() : fmt::format(" (nearest: {})", near)));
    return overlay_toml(name, name);
}

Status ConfigLoader::overlay_toml(const std::string& path, const std::string& shown) {
    const Result<std::string> text = read_whole(path, shown);
    if (!text.ok()) return text.status();
    toml::table table;
    try {
        table = toml::parse(text.value(), path);
    } catch (const toml::parse_error& error) {
        return Status::error(fmt::format("{}:{}: no valid TOML: {}\nexpected lines such as: shift_ps = 500", shown,
                                         error.source().begin.line, error.description()));
    }
    const std::vector<std::string> lines = split_lines(text.value());
    for (const auto& [section_key, section] : table) {
        const std::string name(section_key.str());
        const std::string place = fmt::format("{}:{}", shown, section_key.source().begin.line);
        const std::vector<std::string> sections = all_sections();
        const bool is_section = std::find(sections.begin(), sections.end(), name) != sections.end();
        if (!section.is_table() && is_section)
            return Status::error(
                fmt::format("{}: {} is no section\nexpected [{}] and its keys below", place, name, name));
        if (!section.is_table()) {
            const std::string near = nearest_key("", name);
            return Status::error(fmt::format(
                "{}: '{}' stands in no section\nwrite [{}] above it{}", place, memory::printable(name),
                near.empty() ? fmt::format("{}", fmt::join(sections, "] or [")) : near.substr(0, near.find('.')),
                near.empty() ? std::string() : fmt::format("; nearest valid name: {}", near)));
        }
        if (!is_section) return unknown(place, "section", name, memory::nearest(name, sections));
        for (const auto& [key, node] : *section.as_table())
            if (Status status = overlay_node(shown, name, key, node, lines); !status.ok()) return status;
    }
    return {};
}

Status ConfigLoader::overlay_node(const std::string& shown, const std::string& section, const toml::key& key,
                                  const toml::node& node, const std::vector<std::string>& lines) {
    const std::string place = fmt::format("{}:{}", shown, key.source().begin.line);
    const std::string dotted = fmt::format("{}.{}", section, key.str());
    const std::optional<size_t> index = find_key(dotted);
    if (!index) return unknown(place, "key", dotted, nearest_key(section, key.str()));
    Result<ConfigValue> value = value_of(place, config_keys()[*index], node);
    if (!value.ok()) return value.status();
    if (shipped_) config_.entries_[*index].comment = comment_on(lines, key.source().begin.line);
    set(*index, std::move(value.value()), place);
    return {};
}

Status ConfigLoader::overlay_setting(const std::string& setting) {
    const std::string place = fmt::format("--set {}", memory::printable(setting));
    const size_t equals = setting.find('=');
    if (equals == std::string::npos)
        return Status::error(
            fmt::format("{}: there is no =\nexpected section.key=value, for example "
                        "device.shift_ps=600",
                        place));
    return overlay({.key = setting.substr(0, equals), .value = setting.substr(equals + 1), .place = place});
}

Status ConfigLoader::overlay(const Assignment& assignment) {
    const std::string& dotted = assignment.key;
    const std::optional<size_t> index = find_key(dotted);
    if (!index) {
        const size_t dot = std::min(dotted.find('.'), dotted.size());
        const std::string name = dot < dotted.size() ? dotted.substr(dot + 1) : dotted;
        return unknown(assignment.place, "key", dotted, nearest_key(dotted.substr(0, dot), name));
    }
    Result<ConfigValue> value = value_of(assignment.place, config_keys()[*index], assignment.value);
    if (!value.ok()) return value.status();
    set(*index, std::move(value.value()), assignment.place);
    return {};
}

void ConfigLoader::set(size_t index, ConfigValue value, const std::string& place) {
    Config::Entry& entry = config_.entries_[index];
    entry.value = std::move(value);
    if (shipped_) entry.original = entry.value;
    entry.place = place;
    entry.shipped = shipped_;
}

Status ConfigLoader::require_flag_site(const std::string& place) {
    const size_t flag_site = *find_key("device.flag_site");
    const size_t overhead = *find_key("device.overhead_sites");
    const auto by_setting = [&](size_t key) { return config_.entries_[key].place.starts_with("--set "); };
    if (!config_.boolean("device.flag_site") && by_setting(flag_site))
        return Status::error(fmt::format("{} needs device.flag_site, but {} is given\nleave one of them out", place,
                                         config_.entries_[flag_site].place));
    set(flag_site, ConfigValue(true), place);
    const uint64_t least = config_.integer("device.sites_per_segment") + 1;
    if (config_.integer("device.overhead_sites") < least && !by_setting(overhead))
        set(overhead, ConfigValue(least), place);
    return {};
}

}  // namespace sky::cli
