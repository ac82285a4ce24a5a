#include "host/cli/report.hpp"

#include <fmt/format.h>

#include <string_view>

namespace sky::cli {

namespace {

using nlohmann::ordered_json;

constexpr std::string_view kEnd = "\n}";  // of an object

std::string dumped(const ordered_json& value) {
    return value.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

std::string shown(const ordered_json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_null()) return "-";
    if (value.is_number_float()) {
        const double figure = value.get<double>();
        return figure < 1 ? fmt::format("{:.6g}", figure) : fmt::format("{:.4f}", figure);
    }
    return value.dump();
}

}  // namespace

Row& Row::text(const std::string& name, const std::string& value) {
    values_[name] = value;
    units_.emplace_back();
    return *this;
}

Row& Row::flag(const std::string& name, bool value, const std::string& description) {
    values_[name] = value;
    units_.push_back(description);
    return *this;
}

Row& Row::count(const std::string& name, uint64_t value, const std::string& unit) {
    values_[name] = value;
    units_.push_back(unit);
    return *this;
}

Row& Row::figure(const std::string& name, double value, const std::string& unit) {
    values_[name] = value;
    units_.push_back(unit);
    return *this;
}

Row& Row::none(const std::string& name, const std::string& why) {
    values_[name] = nullptr;
    units_.push_back(why);
    return *this;
}

Row& Row::device(const memory::Counters& counters, const memory::Timing& timing) {
    using memory::Counter;
    count("op_ps", counters.op_cycles() * timing.cycle_ps,
          "ps of model time in device operations, all banks together");
    count("model_ps", counters[Counter::kCycles] * timing.cycle_ps, "ps of model time, bubbles included");
    for (const Counter c : {Counter::kEnergyFj, Counter::kCycles, Counter::kShifts, Counter::kTrackSteps,
                            Counter::kDetects, Counter::kRemoves, Counter::kInjects})
        count(model::info(c).name, counters[c], model::info(c).unit);
    return *this;
}

std::string Row::table() const {
    std::string out;
    size_t i = 0;
    for (const auto& [name, value] : values_.items()) {
        const std::string& unit = units_[i++];
        out += fmt::format("  {:<20} {:>18}{}{}\n", name, shown(value), unit.empty() ? "" : " ", unit);
    }
    return out;
}

std::string Report::json(bool verbose) const {
    std::string out = json_begin();
    for (size_t i = 0; i < rows.size(); ++i) out += json_row(rows[i], i == 0);
    return out + json_end(!rows.empty(), verbose);
}

std::string Report::json_begin() const {
    ordered_json head;
    head["command"] = command;
    head["version"] = SKY_VERSION;
    head["seed"] = seed;
    head["command_line"] = command_line;
    head["config"] = config;
    std::string out = dumped(head);
    out.resize(out.size() - kEnd.size());
    return out + ",\n  \"results\": [";
}

std::string Report::json_row(const Row& row, bool first) {
    std::string out = first ? "\n    " : ",\n    ";
    for (const char c : dumped(row.json())) {
        out += c;
        if (c == '\n') out += "    ";
    }
    return out;
}

std::string Report::json_end(bool any_row, bool verbose) const {
    ordered_json tail = ordered_json::object();
    if (interrupted) tail["interrupted"] = true;
    if (verbose)
        for (const stats::Group& tree : statistics) tail["statistics"][tree.name()] = tree.json();
    std::string out = any_row ? "\n  ]" : "]";
    if (tail.empty()) return out.append(kEnd).append("\n");
    return out + "," + dumped(tail).substr(1) + "\n";
}

std::string Report::text(bool verbose) const {
    std::string out =
        fmt::format("skytrack {} {}, seed {}{}\ncommand: {}\n", SKY_VERSION, command, seed,
                    interrupted ? ", interrupted: what follows is the finished part" : "", command_line);
    if (!table.empty()) out.append(1, '\n').append(table);
    if (table.empty())
        for (const Row& row : rows) out.append(1, '\n').append(row.table());
    if (verbose)
        for (const stats::Group& tree : statistics) out.append(1, '\n').append(tree.text());
    if (verbose)
        for (const std::string& chart : charts) out.append(1, '\n').append(chart);
    return out;
}

}  // namespace sky::cli
