#include "host/cli/sweep_plan.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "host/cli/config.hpp"
#include "host/cli/config_keys.hpp"
#include "host/cli/mem_bench.hpp"
#include "host/cli/shell.hpp"
#include "host/memory/nearest.hpp"
#include "host/memory/printable.hpp"

namespace sky::cli {

namespace {

using Json = nlohmann::ordered_json;

/// The values of [base] or [grid]: their names, dotted, with the nodes and the lines they stand in.
struct Named {
    std::string name;
    const toml::node* node = nullptr;
    uint32_t line = 0;
};

void flatten(const toml::table& table, const std::string& prefix, std::vector<Named>& out) {
    for (const auto& [key, node] : table) {
        const std::string name = prefix + std::string(key.str());
        if (const auto* inner = node.as_table())
            flatten(*inner, name + ".", out);
        else
            out.push_back({name, &node, key.source().begin.line});
    }
}

/// In the order of the file; the parser sorts by name.
std::vector<Named> in_order(const toml::table& table) {
    std::vector<Named> out;
    flatten(table, "", out);
    std::stable_sort(out.begin(), out.end(), [](const Named& a, const Named& b) { return a.line < b.line; });
    return out;
}

Result<Json> scalar(const std::string& place, const std::string& name, const toml::node& node) {
    if (const auto* integer = node.as_integer()) return Json(integer->get());
    if (const auto* boolean = node.as_boolean()) return Json(boolean->get());
    if (const auto* text = node.as_string()) return Json(text->get());
    return Status::error(
        fmt::format("{}: {} holds something else than a value\nexpected an integer, true, false or a string", place,
                    memory::printable(name)));
}

std::string as_text(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

Status check_name(const SweepValue& value) {
    const std::vector<std::string> options = sweepable_options();
    if (find_key(value.name) || std::find(options.begin(), options.end(), value.name) != options.end()) return {};
    std::vector<std::string> names = options;
    for (const ConfigKey& key : config_keys()) names.push_back(key.dotted());
    const std::string near = memory::nearest(value.name, names);
    return Status::error(fmt::format(
        "{}: '{}' is neither a configuration key nor an option of mem bench\n{}", value.place,
        memory::printable(value.name),
        near.empty() ? "see skytrack mem bench --help and --print-config" : "nearest valid name: " + near));
}

/// The words a value is on the command line of `mem bench`.
std::vector<std::string> words_of(const SweepValue& value) {
    if (find_key(value.name)) return {"--set", fmt::format("{}={}", value.name, as_text(value.value))};
    if (value.value.is_boolean())
        return value.value.get<bool>() ? std::vector{"--" + value.name} : std::vector<std::string>();
    return {"--" + value.name, value.path.empty() ? as_text(value.value) : value.path};
}

Status check_value(const SweepValue& value) {
    if (Status status = check_name(value); !status.ok()) return status;
    const bool is_flag = value.name == "no-check";
    if (!find_key(value.name) && is_flag != value.value.is_boolean())
        return Status::error(fmt::format("{}: {} is {}\nexpected {}", value.place, value.name, value.value.dump(),
                                         is_flag ? "true or false" : "an integer or a string"));
    const Status status = check_mem_bench(words_of(value));
    if (status.ok()) return {};
    return Status::error(fmt::format("{}: {}", value.place, status.message()));
}

bool is_preset(const std::string& name) {
    std::error_code error;
    return name.find('/') == std::string::npos &&
           std::filesystem::exists(std::filesystem::path(shipped_preset_folder()) / (name + ".toml"), error);
}

/// Finds a configuration file from the folder of the sweep. Presets stay names, and so does what is nowhere, for the
/// message about it.
void find_config(SweepValue& value, const std::filesystem::path& folder) {
    if (value.name != "config" || !value.value.is_string()) return;
    const std::string name = value.value.get<std::string>();
    if (name.empty() || is_preset(name)) return;
    std::error_code error;
    const std::filesystem::path path = std::filesystem::absolute(folder / name, error).lexically_normal();
    if (std::filesystem::exists(path, error) || std::filesystem::exists(name, error)) value.path = path.string();
}

std::filesystem::path folder_of(const std::string& path) { return std::filesystem::path(path).parent_path(); }

/// "banks" and "controller.banks" are the same.
const SweepValue* same_key(const std::vector<SweepValue>& values, const std::string& name) {
    const std::string key = key_behind(name);
    const auto found = std::find_if(values.begin(), values.end(),
                                    [&](const SweepValue& value) { return key_behind(value.name) == key; });
    return found == values.end() ? nullptr : &*found;
}

Status twice(const std::string& place, const std::string& name, const SweepValue& other) {
    return Status::error(
        fmt::format("{}: {} is also set by {} as {}\nset it once", place, name, other.place, other.name));
}

Result<std::vector<SweepValue>> read_base(const std::string& path, const toml::table* table) {
    std::vector<SweepValue> base;
    if (table == nullptr) return base;
    for (const Named& named : in_order(*table)) {
        const std::string place = fmt::format("{}:{}", path, named.line);
        Result<Json> value = scalar(place, named.name, *named.node);
        if (!value.ok()) return value.status();
        if (const SweepValue* other = same_key(base, named.name)) return twice(place, named.name, *other);
        base.push_back({named.name, std::move(value.value()), place});
        find_config(base.back(), folder_of(path));
        if (Status status = check_value(base.back()); !status.ok()) return status;
    }
    return base;
}

/// One axis: the same name with each of its values.
Result<std::vector<SweepValue>> read_axis(const std::string& path, const Named& named) {
    const std::string place = fmt::format("{}:{}", path, named.line);
    std::vector<SweepValue> axis;
    const auto* list = named.node->as_array();
    if (Status status = check_name({named.name, {}, place}); !status.ok()) return status;
    if (list == nullptr || list->empty())
        return Status::error(fmt::format("{}: {} {}\nexpected a list of values, for example: {} = [{}]", place,
                                         named.name, list == nullptr ? "is no list" : "is an empty list", named.name,
                                         named.name == "write-alg" ? "\"naive\", \"dcw\"" : "1, 2, 4"));
    for (const toml::node& node : *list) {
        Result<Json> value = scalar(place, named.name, node);
        if (!value.ok()) return value.status();
        for (const SweepValue& before : axis)
            if (before.value == value.value())
                return Status::error(fmt::format("{}: {} holds {} twice\nexpected each value once", place, named.name,
                                                 value.value().dump()));
        axis.push_back({named.name, std::move(value.value()), place});
        find_config(axis.back(), folder_of(path));
        if (Status status = check_value(axis.back()); !status.ok()) return status;
    }
    return axis;
}

Result<std::vector<std::vector<SweepValue>>> read_grid(const std::string& path, const toml::table* table,
                                                       const std::vector<SweepValue>& base) {
    if (table == nullptr || table->empty())
        return Status::error(
            fmt::format("{}: the grid is empty: there is nothing to sweep\nexpected lines such as: {}", path,
                        "[grid] and below it write-alg = [\"naive\", \"dcw\"]"));
    std::vector<std::vector<SweepValue>> grid;
    uint64_t jobs = 1;
    for (const Named& named : in_order(*table)) {
        Result<std::vector<SweepValue>> axis = read_axis(path, named);
        if (!axis.ok()) return axis.status();
        const std::string place = fmt::format("{}:{}", path, named.line);
        if (const SweepValue* other = same_key(base, named.name)) return twice(place, named.name, *other);
        for (const auto& before : grid)
            if (const SweepValue* other = same_key(before, named.name)) return twice(place, named.name, *other);
        jobs *= axis.value().size();
        if (jobs > SweepPlan::kMaxJobs)
            return Status::error(
                fmt::format("{}:{}: the grid has more than {} jobs\nshorten its lists, or split it "
                            "into several files",
                            path, named.line, SweepPlan::kMaxJobs));
        grid.push_back(std::move(axis.value()));
    }
    return grid;
}

Result<toml::table> parse(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return Status::error(fmt::format("{}: is a folder\nname a TOML file with [base] and [grid]", path));
    std::ifstream in(path, std::ios::binary);
    if (!in) return Status::error(fmt::format("{}: cannot be read: {}\ncheck the path", path, std::strerror(errno)));
    std::ostringstream text;
    text << in.rdbuf();
    toml::table table;
    try {
        table = toml::parse(text.str(), path);
    } catch (const toml::parse_error& parse_error) {
        return Status::error(
            fmt::format("{}:{}: no valid TOML: {}\nexpected lines such as: write-alg = [\"naive\", "
                        "\"dcw\"]",
                        path, parse_error.source().begin.line, parse_error.description()));
    }
    for (const auto& [key, node] : table)
        if ((key.str() != "base" && key.str() != "grid") || !node.is_table())
            return Status::error(
                fmt::format("{}:{}: '{}' is no part of a sweep\nexpected [base] and [grid], and "
                            "everything else below them",
                            path, key.source().begin.line, memory::printable(std::string(key.str()))));
    return table;
}

SweepJob job_of(const std::vector<SweepValue>& base, const std::vector<SweepValue>& point) {
    SweepJob job{.point = Json::object(), .arguments = {"mem", "bench"}, .key = "skytrack", .folder = {}};
    const auto add = [&](const SweepValue& value) {
        for (std::string& word : words_of(value)) job.arguments.push_back(std::move(word));
    };
    std::for_each(base.begin(), base.end(), add);
    for (const SweepValue& value : point) {
        job.point[value.name] = value.value;
        add(value);
    }
    for (const std::string& argument : job.arguments) job.key.append(1, ' ').append(shell_word(argument));
    job.folder = "job-" + short_hash(job.key);
    return job;
}

}  // namespace

std::string short_hash(const std::string& text) {
    uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
    return fmt::format("{:016x}", hash);
}

Result<SweepPlan> SweepPlan::load(const std::string& path, const std::vector<SweepValue>& overrides) {
    const Result<toml::table> table = parse(path);
    if (!table.ok()) return table.status();
    Result<std::vector<SweepValue>> base = read_base(path, table.value()["base"].as_table());
    if (!base.ok()) return base.status();
    std::vector<SweepValue> common;
    for (const SweepValue& value : base.value()) {
        if (same_key(overrides, value.name) == nullptr) common.push_back(value);
    }
    for (SweepValue value : overrides) {
        find_config(value, {});
        if (Status status = check_value(value); !status.ok()) return status;
        common.push_back(std::move(value));
    }
    const Result<std::vector<std::vector<SweepValue>>> grid =
        read_grid(path, table.value()["grid"].as_table(), common);
    if (!grid.ok()) return grid.status();

    SweepPlan plan;
    for (const auto& axis : grid.value()) plan.axes_.push_back(axis.front().name);
    std::vector<size_t> at(grid.value().size(), 0);
    for (bool more = true; more;) {
        std::vector<SweepValue> point;
        for (size_t axis = 0; axis < at.size(); ++axis) point.push_back(grid.value()[axis][at[axis]]);
        plan.jobs_.push_back(job_of(common, point));
        size_t axis = at.size();
        while (axis > 0 && ++at[axis - 1] == grid.value()[axis - 1].size()) at[--axis] = 0;
        more = axis > 0;
    }
    return plan;
}

}  // namespace sky::cli
