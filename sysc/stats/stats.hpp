#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sky::stats {

/// One named value: an exact count, or a figure derived from counts by the formula it carries.
struct Value {
    std::string name;
    std::variant<uint64_t, double> value;
    std::string unit;
    std::string description;
    std::string formula;  ///< empty for counts
};

/// A tree of named values, printed as text and as JSON by one writer.
class Group {
   public:
    explicit Group(std::string name, std::string description = {});

    Group& count(std::string name, uint64_t value, std::string unit, std::string description);
    Group& derived(std::string name, double value, std::string unit, std::string description, std::string formula);
    /// Adds a child and returns it; the reference is valid until the next child is added.
    Group& group(std::string name, std::string description = {});
    Group& add(Group child);

    /// Under another name in the tree it was added to.
    void rename(std::string name) { name_ = std::move(name); }

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& description() const { return description_; }
    [[nodiscard]] const std::vector<Value>& values() const { return values_; }
    [[nodiscard]] const std::vector<Group>& groups() const { return groups_; }
    /// nullptr when there is none; `path` is dotted: "operations.shifts".
    [[nodiscard]] const Value* find(std::string_view path) const;

    /// One line per value: path, value, unit, description, formula.
    [[nodiscard]] std::string text() const;
    /// {"name": {"value": v, "unit": u, "description": d, "formula"?: f}, "group": {...}}
    [[nodiscard]] nlohmann::ordered_json json() const;

   private:
    std::string name_;
    std::string description_;
    std::vector<Value> values_;
    std::vector<Group> groups_;
};

}  // namespace sky::stats
