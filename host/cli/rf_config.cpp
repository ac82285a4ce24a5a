#include "host/cli/rf_config.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sky::cli {

namespace {

using model::rf::Kind;

Kind kind_named(const std::string& name) {
    if (name == "ff") return Kind::kFlipFlop;
    if (name == "dynamic") return Kind::kDynamic;
    if (name == "dual") return Kind::kDual;
    return name.starts_with("vertical") ? Kind::kVertical : Kind::kHorizontal;
}

constexpr const char* kFixedSkrm =
    "the SK-RM memory of the core's system is a fixed one, with the operations of preset skyrmion";
constexpr const char* kNoBanks = "only a banked file has banks";
constexpr const char* kNoTracks = "flip-flops have no tracks";
constexpr const char* kNoHead = "a vertical file has a head for each register, and every access is a whole pass";
constexpr const char* kOneVertical = "only dynamic and dual have it; beside them there is the kind vertical_rewind";
constexpr const char* kNoSlips = "regfile.slips_per_tera_step is 0";
constexpr const char* kNoSram = "only ff is priced as SRAM";
constexpr const char* kNoTrackPrices = "ff is priced as SRAM, by regfile.sram_read_fj and so on";

struct NoEffect {
    std::vector<std::string> keys;
    const char* why;
};

/// The keys that change nothing in this register file and its prices, and have another value than the shipped one.
std::vector<NoEffect> changed_without_effect(const Config& config) {
    const std::string& kind = config.text("regfile.kind");
    const bool sram = kind == "ff";
    const bool horizontal = !sram && !kind.starts_with("vertical");
    std::vector<NoEffect> found;
    const auto look = [&](bool used, const char* why, std::vector<std::string> keys) {
        std::erase_if(keys, [&](const std::string& key) { return used || !config.changed(key); });
        if (!keys.empty()) found.push_back({std::move(keys), why});
    };
    std::vector<std::string> others;
    for (const ConfigKey& key : config_keys())
        if (key.section != "regfile") others.push_back(key.dotted());
    look(false, kFixedSkrm, std::move(others));
    look(kind == "banked", kNoBanks, {"regfile.banks"});
    look(!sram, kNoTracks, {"regfile.ports"});
    look(horizontal, sram ? kNoTracks : kNoHead,
         {"regfile.return_policy", "regfile.nearest_first", "regfile.preshift"});
    look(kind == "dynamic" || kind == "dual", kOneVertical, {"regfile.vertical"});
    look(config.integer("regfile.slips_per_tera_step") != 0, kNoSlips, {"regfile.slip_seed"});
    look(!sram, kNoTrackPrices, {"regfile.shift_fj", "regfile.read_fj", "regfile.write_fj", "regfile.leakage_nw"});
    look(sram, kNoSram, {"regfile.sram_read_fj", "regfile.sram_write_fj", "regfile.sram_leakage_nw"});
    return found;
}

bool on_command_line(const Config& config, const std::string& key) { return config.place(key).starts_with("--"); }

std::vector<std::string> unused_keys(const Config& config, std::span<const std::string_view> used, bool on_line) {
    std::vector<std::string> out;
    for (const Assignment& one : config.assignments())
        if (config.changed(one.key) && on_command_line(config, one.key) == on_line &&
            std::find(used.begin(), used.end(), one.key) == used.end())
            out.push_back(one.key);
    return out;
}

uint32_t small(const Config& config, const char* key) { return static_cast<uint32_t>(config.integer(key)); }

}  // namespace

model::rf::Shape register_file_shape(const Config& config) {
    const std::string& kind = config.text("regfile.kind");
    return {.kind = kind_named(kind),
            .width = 32,
            .ports = kind == "ff" ? 1 : small(config, "regfile.ports"),
            .banks = kind == "banked" ? small(config, "regfile.banks") : 1,
            .buffer = small(config, "regfile.operand_buffer"),
            .guard = config.boolean("regfile.position_guard")};
}

model::rf::Options register_file_options(const Config& config) {
    const std::string& kind = config.text("regfile.kind");
    const bool both = kind == "dynamic" || kind == "dual";
    return {.rewind = kind == "vertical_rewind" || (both && config.text("regfile.vertical") == "rewind"),
            .eager = config.text("regfile.return_policy") == "eager",
            .nearest_first = config.boolean("regfile.nearest_first"),
            .forward = config.boolean("regfile.forward"),
            .preshift = config.boolean("regfile.preshift"),
            .buffer = small(config, "regfile.operand_buffer"),
            .check_position = config.boolean("regfile.position_guard")};
}

regfile::Energies register_file_energies(const Config& config) {
    return {.shift_fj = config.integer("regfile.shift_fj"),
            .read_fj = config.integer("regfile.read_fj"),
            .write_fj = config.integer("regfile.write_fj"),
            .leakage_nw = config.integer("regfile.leakage_nw"),
            .sram_read_fj = config.integer("regfile.sram_read_fj"),
            .sram_write_fj = config.integer("regfile.sram_write_fj"),
            .sram_leakage_nw = config.integer("regfile.sram_leakage_nw"),
            .cycle_ps = config.integer("regfile.cycle_ps")};
}

Result<regfile::Energies> preset_energies(const char* name) {
    const Result<Config> config = Config::load(shipped_preset_folder(), {.presets = {name}});
    if (!config.ok()) return config.status();
    return register_file_energies(config.value());
}

Status check_register_file(const Config& config) {
    const auto refuse = [&](const std::string& key, const std::string& problem, const std::string& remedy) {
        return Status::error(fmt::format("{}: {}\n{}", config.place(key), problem, remedy));
    };
    if (config.integer("regfile.slips_per_tera_step") != 0 && !config.boolean("regfile.position_guard"))
        return refuse("regfile.slips_per_tera_step", "slips are injected into a register file without protection",
                      "set regfile.position_guard = true, or regfile.slips_per_tera_step = 0");
    const model::rf::Shape shape = register_file_shape(config);
    if (shape.kind == Kind::kFlipFlop && shape.guard)
        return refuse("regfile.position_guard", "a flip-flop file has no tracks whose position could be guarded",
                      "choose another regfile.kind, or set regfile.position_guard = false");
    if (shape.kind == Kind::kFlipFlop && shape.buffer != 0)
        return refuse("regfile.operand_buffer", "a flip-flop file needs no operand buffer",
                      "choose another regfile.kind, or set regfile.operand_buffer = 0");
    if (const std::string problem = shape.problem(); !problem.empty())
        return refuse(problem.starts_with("banks") ? "regfile.banks" : "regfile.ports", problem,
                      "change regfile." + problem.substr(0, problem.find(' ')) + " or the values it depends on");
    for (const NoEffect& one : changed_without_effect(config))
        for (const std::string& key : one.keys)
            if (on_command_line(config, key))
                return refuse(key, fmt::format("{} has no effect: {}", key, one.why),
                              "leave it out, or change what it depends on");
    return {};
}

std::vector<std::string> without_effect(const Config& config) {
    std::vector<std::string> sentences;
    for (NoEffect& one : changed_without_effect(config)) {
        std::erase_if(one.keys, [&](const std::string& key) { return on_command_line(config, key); });
        if (!one.keys.empty())
            sentences.push_back(fmt::format("{}: without effect: {}: {}", config.place(one.keys.front()),
                                            fmt::join(one.keys, ", "), one.why));
    }
    return sentences;
}

Status check_keys(const Config& config, std::span<const std::string_view> used) {
    const std::vector<std::string> unused = unused_keys(config, used, true);
    if (unused.empty()) return {};
    return Status::error(fmt::format("{}: {} has no effect on this command\nleave it out",
                                     config.place(unused.front()), unused.front()));
}

std::vector<std::string> other_keys(const Config& config, std::span<const std::string_view> used) {
    const std::vector<std::string> unused = unused_keys(config, used, false);
    if (unused.empty()) return {};
    return {
        fmt::format("{}: without effect on this command: {}", config.place(unused.front()), fmt::join(unused, ", "))};
}

}  // namespace sky::cli
