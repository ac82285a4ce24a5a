#include "sysc/stats/stats.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace sky::stats {

namespace {

void write_text(const Group& group, const std::string& prefix, std::string& out) {
    for (const Value& v : group.values()) {
        const std::string number = std::holds_alternative<uint64_t>(v.value)
                                       ? fmt::format("{}", std::get<uint64_t>(v.value))
                                       : fmt::format("{:.4f}", std::get<double>(v.value));
        fmt::format_to(std::back_inserter(out), "{:<44} {:>18} {:<14} # {}", prefix + v.name, number, v.unit,
                       v.description);
        if (!v.formula.empty()) out += " = " + v.formula;
        out += '\n';
    }
    for (const Group& child : group.groups()) write_text(child, prefix + child.name() + ".", out);
}

}  // namespace

Group::Group(std::string name, std::string description)
    : name_(std::move(name)), description_(std::move(description)) {}

Group& Group::count(std::string name, uint64_t value, std::string unit, std::string description) {
    values_.push_back({std::move(name), value, std::move(unit), std::move(description), {}});
    return *this;
}

Group& Group::derived(std::string name, double value, std::string unit, std::string description,
                      std::string formula) {
    values_.push_back({std::move(name), value, std::move(unit), std::move(description), std::move(formula)});
    return *this;
}

Group& Group::group(std::string name, std::string description) {
    return groups_.emplace_back(std::move(name), std::move(description));
}

Group& Group::add(Group child) { return groups_.emplace_back(std::move(child)); }

const Value* Group::find(std::string_view path) const {
    const size_t dot = path.find('.');
    const std::string_view head = path.substr(0, dot);
    if (dot == std::string_view::npos) {
        for (const Value& v : values_)
            if (v.name == head) return &v;
        return nullptr;
    }
    for (const Group& child : groups_)
        if (child.name() == head) return child.find(path.substr(dot + 1));
    return nullptr;
}

std::string Group::text() const {
    std::string out;
    write_text(*this, name_ + ".", out);
    return out;
}

nlohmann::ordered_json Group::json() const {
    nlohmann::ordered_json out = nlohmann::ordered_json::object();
    for (const Value& v : values_) {
        nlohmann::ordered_json entry;
        std::visit([&](auto number) { entry["value"] = number; }, v.value);
        entry["unit"] = v.unit;
        entry["description"] = v.description;
        if (!v.formula.empty()) entry["formula"] = v.formula;
        out[v.name] = std::move(entry);
    }
    for (const Group& child : groups_) out[child.name()] = child.json();
    return out;
}

}  // namespace sky::stats
