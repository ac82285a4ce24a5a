#include "host/cli/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "host/cli/config_loader.hpp"

namespace sky::cli {

namespace {

/// A comment ends with its line and is plain ASCII here, whatever a path contains.
std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

}  // namespace

Result<Config> Config::load(const std::string& preset_folder, std::span<const std::string> files,
                            std::span<const std::string> settings) {
    ConfigLoader loader(preset_folder);
    Status status = loader.load_shipped();
    for (size_t i = 0; i < files.size() && status.ok(); ++i) status = loader.overlay_file(files[i]);
    for (size_t i = 0; i < settings.size() && status.ok(); ++i) status = loader.overlay_setting(settings[i]);
    if (status.ok()) status = loader.config().check();
    if (!status.ok()) return status;
    return loader.config();
}

const Config::Entry& Config::entry(std::string_view dotted) const {
    const std::optional<size_t> key = find_key(dotted);
    if (!key) throw std::logic_error(fmt::format("there is no configuration key {}", dotted));
    return entries_.at(*key);
}

uint64_t Config::integer(std::string_view dotted) const { return std::get<uint64_t>(entry(dotted).value); }

const std::string& Config::text(std::string_view dotted) const { return std::get<std::string>(entry(dotted).value); }

model::Costs Config::costs() const {
    return {.shift_ps = small("device.shift_ps"),
            .detect_ps = small("device.detect_ps"),
            .remove_ps = small("device.remove_ps"),
            .inject_ps = small("device.inject_ps"),
            .shift_fj = small("device.shift_fj"),
            .detect_fj = small("device.detect_fj"),
            .remove_fj = small("device.remove_fj"),
            .inject_fj = small("device.inject_fj")};
}

memory::SessionConfig Config::session(memory::Backend backend) const {
    return {.backend = backend,
            .geometry = {.sites_per_segment = small("device.sites_per_segment"),
                         .segments = small("device.segments"),
                         .overhead_sites = small("device.overhead_sites"),
                         .tracks = integer("device.tracks")},
            .timing = model::exact_timing(costs()),
            .policy = {.queue_depth = small("controller.queue_depth")},
            .outstanding = small("controller.outstanding")};
}

Status Config::check() const {
    const std::string problem = session(memory::Backend::kFast).geometry.problem();
    if (problem.empty()) return check_timing();
    const std::string key = "device." + problem.substr(0, problem.find(' '));
    return Status::error(
        fmt::format("{}: {}\nchange {} or the values it depends on", entry(key).place, problem, key));
}

Status Config::check_timing() const {
    const model::Timing timing = model::exact_timing(costs());
    const std::string problem = timing.problem();
    if (problem.empty()) return {};
    std::string place;
    uint64_t longest_ps = 0;
    for (const char* key : {"device.shift_ps", "device.detect_ps", "device.remove_ps", "device.inject_ps"}) {
        if (place.empty() || !entry(key).shipped) place = entry(key).place;
        longest_ps = std::max(longest_ps, integer(key));
    }
    constexpr uint64_t kMaxCycles = 255;
    return Status::error(
        fmt::format("{}: the operation times cannot be timed exactly: with a cycle of {} ps, their "
                    "greatest common divisor, {}\nchoose device.shift_ps, detect_ps, remove_ps and "
                    "inject_ps as multiples of a cycle of at least {} ps",
                    place, timing.cycle_ps, problem, (longest_ps + kMaxCycles - 1) / kMaxCycles));
}

std::string Config::toml() const {
    std::string out = "# Effective configuration; --config with this file reproduces it.\n";
    std::string_view section;
    for (size_t i = 0; i < entries_.size(); ++i) {
        const ConfigKey& key = config_keys()[i];
        if (key.section != section) out += fmt::format("\n[{}]\n", key.section);
        section = key.section;
        const Entry& e = entries_[i];
        const std::string value =
            key.is_integer() ? fmt::format("{}", integer(key.dotted())) : fmt::format("\"{}\"", text(key.dotted()));
        out += fmt::format("{:<23} # {}", fmt::format("{} = {}", key.name, value), e.comment);
        if (!e.shipped) out += fmt::format(" [set by {}]", one_line(e.place));
        out += '\n';
    }
    return out;
}

nlohmann::ordered_json Config::json() const {
    nlohmann::ordered_json out = nlohmann::ordered_json::object();
    for (size_t i = 0; i < entries_.size(); ++i) {
        const ConfigKey& key = config_keys()[i];
        auto& place = out[std::string(key.section)][std::string(key.name)];
        std::visit([&](const auto& value) { place = value; }, entries_[i].value);
    }
    return out;
}

std::string shipped_preset_folder() {
    std::error_code error;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    return (program.parent_path().parent_path() / "share" / "skytrack" / "presets").string();
}

}  // namespace sky::cli
