#include "host/cli/offload_plan_report.hpp"

#include <fmt/format.h>

#include <functional>

#include "host/offload/plan/slots.hpp"

namespace sky::cli {

namespace {

using offload::ModePlan;
using offload::PlanRequest;

constexpr double kGib = 1024.0 * 1024 * 1024;

const ModePlan& baseline_of(const PlannedModel& planned) { return planned.modes.front(); }

double peak_reduction(const PlannedModel& planned, const ModePlan& plan) {
    return offload::reduction_percent(plan.peak_bytes(), baseline_of(planned).peak_bytes());
}

/// Of what is asked for, before anything is rounded up; a model that streams nothing has none.
double pool_reduction(const PlannedModel& planned, const ModePlan& plan) {
    const uint64_t before = baseline_of(planned).pool_request_bytes;
    return before == 0 ? 0 : offload::reduction_percent(plan.pool_request_bytes, before);
}

void add_optional(Row& row, const char* name, const std::optional<uint64_t>& value, const std::string& unit) {
    if (value)
        row.count(name, *value, unit);
    else
        row.none(name, unit);
}

Row row_of(const PlannedModel& planned, const ModePlan& plan, const PlanRequest& request) {
    Row row;
    row.text("model", planned.model.name);
    row.text("mode", offload::to_string(plan.mode));
    row.text("dtype", offload::to_string(request.dtype));
    row.text("grad_dtype", offload::to_string(request.gradients));
    row.count("parameters", planned.model.parameters(), "parameters");
    row.count("pool_request_bytes", plan.pool_request_bytes, "B before rounding");
    for (const offload::Part& part : offload::peak_parts()) row.count(part.name, plan.*part.bytes, "B");
    row.count("peak_bytes", plan.peak_bytes(), "B");
    row.figure("reduction_percent", peak_reduction(planned, plan), "% of the peak of zero-infinity");
    add_optional(row, "max_context", plan.max_context, "tokens");
    add_optional(row, "max_batch", plan.max_batch, "sequences a GPU");
    row.count("read_bytes_per_step", plan.traffic.read_bytes, "B");
    row.count("written_bytes_per_step", plan.traffic.written_bytes, "B");
    row.count("steps_per_tbw", plan.steps_per_tbw, "steps");
    return row;
}

double mean(const std::vector<PlannedModel>& models, size_t mode,
            double (*of)(const PlannedModel&, const ModePlan&)) {
    double sum = 0;
    for (const PlannedModel& planned : models) sum += of(planned, planned.modes[mode]);
    return sum / static_cast<double>(models.size());
}

Row mean_row(const std::vector<PlannedModel>& models, size_t mode, const PlanRequest& request) {
    Row row;
    row.text("model", "mean");
    row.text("mode", offload::to_string(offload::kModes[mode]));
    row.text("dtype", offload::to_string(request.dtype));
    row.text("grad_dtype", offload::to_string(request.gradients));
    row.count("models", models.size(), "models");
    row.figure("pool_reduction_percent", mean(models, mode, pool_reduction), "% of the pool of zero-infinity");
    row.figure("reduction_percent", mean(models, mode, peak_reduction), "% of the peak of zero-infinity");
    return row;
}

std::string shown_bytes(uint64_t bytes) {
    return bytes == 0 ? "0 B" : fmt::format("{:.2f} GiB {:>15} B", static_cast<double>(bytes) / kGib, bytes);
}

/// One line of a table: a label and a cell for each mode.
std::string line_of(const PlannedModel& planned, const std::string& label,
                    const std::function<std::string(const ModePlan&)>& cell) {
    std::string line = fmt::format("  {:<28}", label);
    for (const ModePlan& plan : planned.modes) line += fmt::format(" {:>28}", cell(plan));
    return line + "\n";
}

std::string shown_optional(const std::optional<uint64_t>& value) { return value ? fmt::to_string(*value) : "-"; }

std::string title_of(const PlannedModel& planned, const PlanRequest& request) {
    return fmt::format(
        "{}: {} parameters, {} weights, {} gradients, context {}, batch {}, {} GPU{}{}, resident below {} B\n",
        planned.model.name, planned.model.parameters(), offload::to_string(request.dtype),
        offload::to_string(request.gradients), request.context, request.batch, request.gpus,
        request.gpus == 1 ? "" : "s",
        request.accumulate == 1 ? "" : fmt::format(", {} micro-batches", request.accumulate), request.resident_bytes);
}

std::string traffic_lines(const PlannedModel& planned, const PlanRequest& request) {
    const uint64_t weight_bytes = offload::bytes_of(request.dtype);
    const offload::TrafficShape shape{
        .parameters = planned.model.parameters(),
        .resident_parameters =
            offload::slots_of(planned.model, weight_bytes, request.resident_bytes).resident_bytes / weight_bytes,
        .weight_bytes = weight_bytes,
        .weight_passes = 2 * request.accumulate};
    const double most =
        static_cast<double>(offload::traffic_of(offload::TrafficScheme::kSpilledGradients, shape).total_bytes());
    std::string out = "  traffic of a step, by what lies on the SSD\n";
    for (const offload::TrafficScheme scheme : offload::kTrafficSchemes) {
        const offload::Traffic traffic = offload::traffic_of(scheme, shape);
        out += fmt::format("    {:<44} {:>15} B read {:>15} B written  {:>5.1f} %\n", offload::to_string(scheme),
                           traffic.read_bytes, traffic.written_bytes,
                           100 * static_cast<double>(traffic.total_bytes()) / most);
    }
    return out;
}

std::string expert_line(const PlannedModel& planned, const PlanRequest& request) {
    if (planned.model.experts_per_token == 0) return {};
    const offload::Slots routed = offload::slots_of(planned.model, offload::bytes_of(request.dtype),
                                                    request.resident_bytes, offload::Experts::kRouted);
    return fmt::format("  memascend with slots for only the {} experts that a token visits: {}\n",
                       planned.model.experts_per_token, shown_bytes(routed.bytes()));
}

std::string table_of(const PlannedModel& planned, const PlanRequest& request) {
    std::string out = title_of(planned, request);
    out += line_of(planned, "", [](const ModePlan& p) { return std::string(offload::to_string(p.mode)); });
    for (const offload::Part& part : offload::peak_parts())
        out += line_of(planned, part.label, [&](const ModePlan& p) { return shown_bytes(p.*part.bytes); });
    out += line_of(planned, "peak of host memory", [](const ModePlan& p) { return shown_bytes(p.peak_bytes()); });
    out += line_of(planned, "less than zero-infinity",
                   [&](const ModePlan& p) { return fmt::format("{:.2f} %", peak_reduction(planned, p)); });
    out += line_of(planned, "weights before rounding",
                   [](const ModePlan& p) { return shown_bytes(p.pool_request_bytes); });
    out += line_of(planned, "less than zero-infinity",
                   [&](const ModePlan& p) { return fmt::format("{:.4f} %", pool_reduction(planned, p)); });
    if (request.ram_bytes) {
        out += line_of(planned, "longest context (tokens)",
                       [](const ModePlan& p) { return shown_optional(p.max_context); });
        out += line_of(planned, "largest batch (sequences)",
                       [](const ModePlan& p) { return shown_optional(p.max_batch); });
    }
    out +=
        line_of(planned, "read from SSD a step", [](const ModePlan& p) { return shown_bytes(p.traffic.read_bytes); });
    out += line_of(planned, "written to SSD a step",
                   [](const ModePlan& p) { return shown_bytes(p.traffic.written_bytes); });
    out += line_of(planned, fmt::format("steps until {:.4g} TB", static_cast<double>(request.tbw_bytes) / 1e12),
                   [](const ModePlan& p) { return fmt::to_string(p.steps_per_tbw); });
    return out + traffic_lines(planned, request) + expert_line(planned, request);
}

std::string mean_lines(const std::vector<PlannedModel>& models, const PlanRequest& request) {
    std::string out =
        fmt::format("mean over {} models, less than zero-infinity, --dtype {} --grad-dtype {}{}\n", models.size(),
                    offload::to_string(request.dtype), offload::to_string(request.gradients),
                    request.dtype == offload::Dtype::kFp16 ? "" : " (no overflow check runs)");
    for (size_t mode = 1; mode < std::size(offload::kModes); ++mode)
        out += fmt::format("  {:<12} peak {:.2f} %, weights before rounding {:.4f} %\n",
                           offload::to_string(offload::kModes[mode]), mean(models, mode, peak_reduction),
                           mean(models, mode, pool_reduction));
    return out;
}

}  // namespace

std::vector<Row> plan_rows(const std::vector<PlannedModel>& models, const PlanRequest& request) {
    std::vector<Row> rows;
    for (const PlannedModel& planned : models)
        for (const ModePlan& plan : planned.modes) rows.push_back(row_of(planned, plan, request));
    if (models.size() > 1)
        for (size_t mode = 0; mode < std::size(offload::kModes); ++mode)
            rows.push_back(mean_row(models, mode, request));
    return rows;
}

std::string plan_tables(const std::vector<PlannedModel>& models, const PlanRequest& request) {
    std::string out;
    for (const PlannedModel& planned : models) {
        if (!out.empty()) out.append(1, '\n');
        out.append(table_of(planned, request));
    }
    if (models.size() > 1) out.append(1, '\n').append(mean_lines(models, request));
    return out;
}

}  // namespace sky::cli
