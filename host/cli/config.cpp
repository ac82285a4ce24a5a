#include "host/cli/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "host/cli/config_loader.hpp"

namespace sky::cli {

namespace {

/// 2^64 / 10^12.
constexpr uint64_t kTeraShareOf64Bits = 18'446'744;

/// A comment ends with its line and is plain ASCII here, whatever a path contains.
std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

/// The member of an enumeration that has this name; the first when none has.
template <typename Enum>
Enum named(const std::string& name, std::initializer_list<Enum> members) {
    for (const Enum member : members)
        if (name == to_string(member)) return member;
    return *members.begin();
}

}  // namespace

Result<Config> Config::load(const std::string& preset_folder, const ConfigSources& sources) {
    ConfigLoader loader(preset_folder);
    Status status = loader.load_shipped();
    const auto each = [&](const auto& list, auto&& overlay) {
        for (size_t i = 0; i < list.size() && status.ok(); ++i) status = overlay(list[i]);
    };
    each(sources.presets, [&](const std::string& name) { return loader.overlay_file(name); });
    each(sources.chosen, [&](const Assignment& choice) { return loader.overlay(choice); });
    each(sources.files, [&](const std::string& name) { return loader.overlay_file(name); });
    each(sources.settings, [&](const std::string& setting) { return loader.overlay_setting(setting); });
    each(sources.options, [&](const Assignment& option) { return loader.overlay(option); });
    if (status.ok() && !sources.needs_flag_site.empty()) status = loader.require_flag_site(sources.needs_flag_site);
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

bool Config::boolean(std::string_view dotted) const { return std::get<bool>(entry(dotted).value); }

const std::string& Config::text(std::string_view dotted) const { return std::get<std::string>(entry(dotted).value); }

std::vector<Assignment> Config::assignments() const {
    std::vector<Assignment> all;
    all.reserve(entries_.size());
    for (size_t i = 0; i < entries_.size(); ++i) {
        const ConfigValue& value = entries_[i].value;
        const auto* words = std::get_if<std::string>(&value);
        const auto* flag = std::get_if<bool>(&value);
        all.push_back({.key = config_keys()[i].dotted(),
                       .value = words != nullptr  ? *words
                                : flag != nullptr ? (*flag ? "true" : "false")
                                                  : fmt::format("{}", std::get<uint64_t>(value)),
                       .place = entries_[i].place});
    }
    return all;
}

model::SlipFaults Config::faults(const std::string& section) const {
    return {.threshold = integer(section + ".slips_per_tera_step") * kTeraShareOf64Bits,
            .seed = integer(section + ".slip_seed")};
}

model::Costs Config::costs() const {
    const bool detect_is_free = text("device.detect_charge") == "free";
    const bool remove_per_skyrmion = text("device.remove_charge") == to_string(model::RemoveCharge::kPerSkyrmion);
    return {.shift_ps = small("device.shift_ps"),
            .detect_ps = small("device.detect_ps"),
            .remove_ps = small("device.remove_ps"),
            .inject_ps = small("device.inject_ps"),
            .shift_fj = small("device.shift_fj"),
            .detect_fj = detect_is_free ? 0 : small("device.detect_fj"),
            .remove_fj = small("device.remove_fj"),
            .inject_fj = small("device.inject_fj"),
            .relax_ps = small("device.relax_ps"),
            .shift_charge = named(
                text("device.shift_charge"),
                {model::ShiftCharge::kPerTrack, model::ShiftCharge::kPerPulse, model::ShiftCharge::kPerSkyrmion}),
            .remove_charge = remove_per_skyrmion ? model::RemoveCharge::kPerSkyrmion : model::RemoveCharge::kPerSite};
}

memory::Timing Config::timing() const {
    return text("controller.timing") == "ghz" ? model::ghz_timing(costs()) : model::exact_timing(costs());
}

memory::SessionConfig Config::session(memory::Backend backend) const {
    using memory::Scheduler;
    return {.backend = backend,
            .geometry = {.sites_per_segment = small("device.sites_per_segment"),
                         .segments = small("device.segments"),
                         .overhead_sites = small("device.overhead_sites"),
                         .tracks = integer("device.tracks"),
                         .tracks_per_row = small("device.tracks_per_row"),
                         .flag_site = boolean("device.flag_site"),
                         .position_guard = boolean("device.position_guard")},
            .timing = timing(),
            .policy = {.queue_depth = small("controller.queue_depth"),
                       .banks = small("controller.banks"),
                       .scheduler = named(text("controller.scheduler"), {Scheduler::kFcfs, Scheduler::kNearest,
                                                                         Scheduler::kElevator, Scheduler::kCoalesce}),
                       .return_policy = named(text("controller.return_policy"),
                                              {memory::ReturnPolicy::kHome, memory::ReturnPolicy::kStay}),
                       .age_cap = small("controller.age_cap"),
                       .max_ports_driven = small("controller.max_ports_driven"),
                       .overlap = boolean("controller.overlap"),
                       .auto_permutes = text("controller.auto_write") == "pw",
                       .faults = faults("device")},
            .outstanding = small("controller.outstanding")};
}

Status Config::check() const {
    const memory::SessionConfig config = session(memory::Backend::kFast);
    if (config.policy.faults.threshold != 0 && !config.geometry.position_guard)
        return Status::error(
            fmt::format("{}: slips are injected into an array without protection\nset "
                        "device.position_guard = true and device.overhead_sites two larger, or "
                        "device.slips_per_tera_step = 0",
                        entry("device.slips_per_tera_step").place));
    const auto refuse = [&](const std::string& section, const std::string& problem) {
        const std::string key = section + "." + problem.substr(0, problem.find(' '));
        return Status::error(
            fmt::format("{}: {}\nchange {} or the values it depends on", entry(key).place, problem, key));
    };
    if (const std::string problem = config.geometry.problem(); problem.starts_with("overhead_sites"))
        return overhead_problem(config.geometry, problem);
    else if (!problem.empty())
        return refuse("device", problem);
    if (const std::string problem = config.policy.problem(); !problem.empty()) return refuse("controller", problem);
    if (config.geometry.rows() % config.policy.banks != 0)
        return refuse("controller", fmt::format("banks is {}, expected a divisor of the {} rows", config.policy.banks,
                                                config.geometry.rows()));
    return check_timing();
}

/// Whose value it is that asks for more overhead, and what to give.
Status Config::overhead_problem(const memory::Geometry& geometry, const std::string& problem) const {
    const Entry* cause = &entry("device.overhead_sites");
    for (const char* key : {"device.sites_per_segment", "device.flag_site", "device.position_guard"})
        if (entry("device.overhead_sites").shipped && !entry(key).shipped) cause = &entry(key);
    const std::string why = fmt::format("{} sites a segment{}{}", geometry.sites_per_segment,
                                        geometry.flag_site ? ", one for device.flag_site" : "",
                                        geometry.position_guard ? ", two for device.position_guard" : "");
    const uint32_t least = geometry.depth() + (geometry.position_guard ? 2 : 0);
    return Status::error(
        fmt::format("{}: {} ({})\nset device.overhead_sites = {} or more", cause->place, problem, why, least));
}

Status Config::check_timing() const {
    const model::Timing timed = timing();
    const std::string problem = timed.problem();
    if (problem.empty()) return {};
    std::string place;
    uint64_t longest_ps = 0;
    for (const char* key :
         {"device.shift_ps", "device.detect_ps", "device.remove_ps", "device.inject_ps", "device.relax_ps"}) {
        if (place.empty() || !entry(key).shipped) place = entry(key).place;
        longest_ps = std::max(longest_ps, integer(key));
    }
    constexpr uint64_t kMaxCycles = 255;
    const bool exact = text("controller.timing") == "exact";
    return Status::error(fmt::format(
        "{}: the operation times cannot be timed{}: with a cycle of {} ps, {}{}\nchoose device.shift_ps, detect_ps, "
        "remove_ps, inject_ps and relax_ps {}",
        place, exact ? " exactly" : "", timed.cycle_ps, exact ? "their greatest common divisor, " : "", problem,
        exact ? fmt::format("as multiples of a cycle of at least {} ps", (longest_ps + kMaxCycles - 1) / kMaxCycles)
              : fmt::format("of at most {} ps", kMaxCycles * timed.cycle_ps)));
}

std::string Config::toml() const {
    std::string out = "# Effective configuration; --config with this file reproduces it.\n";
    std::string_view section;
    for (size_t i = 0; i < entries_.size(); ++i) {
        const ConfigKey& key = config_keys()[i];
        if (key.section != section) out += fmt::format("\n[{}]\n", key.section);
        section = key.section;
        const Entry& e = entries_[i];
        const auto* quoted = std::get_if<std::string>(&e.value);
        const std::string value = quoted                          ? fmt::format("\"{}\"", *quoted)
                                  : key.type == KeyType::kBoolean ? fmt::format("{}", std::get<bool>(e.value))
                                                                  : fmt::format("{}", std::get<uint64_t>(e.value));
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
