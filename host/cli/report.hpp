#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/memory/session.hpp"
#include "sysc/stats/stats.hpp"

namespace sky::cli {

/// One flat row of results: every value has a name and, for text, a unit.
class Row {
   public:
    Row& text(const std::string& name, const std::string& value);
    Row& flag(const std::string& name, bool value, const std::string& description);
    Row& count(const std::string& name, uint64_t value, const std::string& unit);
    Row& figure(const std::string& name, double value, const std::string& unit);
    /// A value that there is not: null.
    Row& none(const std::string& name, const std::string& why);
    /// What the device and its controller did: model_ps, op_ps, energy_fj, cycles and the operation counts.
    Row& device(const memory::Counters& counters, const memory::Timing& timing);

    [[nodiscard]] const nlohmann::ordered_json& json() const { return values_; }
    /// One line per value: name, value, unit.
    [[nodiscard]] std::string table() const;

   private:
    nlohmann::ordered_json values_ = nlohmann::ordered_json::object();
    std::vector<std::string> units_;
};

/// What a command prints and writes.
struct Report {
    std::string command;       ///< "mem bench"
    std::string command_line;  ///< as it was typed
    uint64_t seed = 0;
    nlohmann::ordered_json config;
    std::vector<Row> rows;
    std::string table{};  ///< what text shows instead of the rows one below the other
    std::vector<stats::Group> statistics;
    std::vector<std::string> charts;  ///< what the statistics say, drawn as lines of text
    bool interrupted = false;

    /// One object. `verbose` adds the statistics trees, as text also the charts.
    [[nodiscard]] std::string json(bool verbose) const;
    [[nodiscard]] std::string text(bool verbose) const;

    // The parts of json(), for rows that come one by one: before the first row, a row, behind the last.
    [[nodiscard]] std::string json_begin() const;
    [[nodiscard]] static std::string json_row(const Row& row, bool first);
    [[nodiscard]] std::string json_end(bool any_row, bool verbose) const;
};

}  // namespace sky::cli
