#include <fmt/format.h>

#include <algorithm>

#include "host/cli/command.hpp"
#include "host/cli/offload_options.hpp"
#include "host/cli/offload_plan_report.hpp"
#include "host/cli/terminal.hpp"

namespace sky::cli {

namespace {

using offload::ModePlan;
using offload::PlanRequest;

constexpr uint64_t kMaxContext = uint64_t{1} << 32;
constexpr uint64_t kMaxBatch = uint64_t{1} << 24;
constexpr uint64_t kMaxGpus = 65536;
constexpr uint64_t kMaxAccumulate = 1'000'000;
constexpr uint64_t kMaxRamBytes = uint64_t{1} << 60;
constexpr uint64_t kMaxTbwBytes = uint64_t{1} << 62;

CommandHelp help() {
    return {
        .name = "offload plan",
        .synopsis = "skytrack offload plan --model NAME | --model-dir DIR [options]",
        .about =
            "What a full fine-tuning with weights, gradients and optimizer states on an SSD takes of host memory, "
            "part by\npart, and of the SSD: as ZeRO-Infinity does it, with MemAscend's mechanisms, and in tiles. "
            "Nothing is allocated.",
        .examples =
            "  skytrack offload plan --model llama-3.1-8b\n"
            "  skytrack offload plan --model qwen2.5-7b --dtype bf16 --grad-dtype bf16 --json\n"
            "  skytrack offload plan --model qwen2.5-7b --ram 128G --context 4096\n"
            "  skytrack offload plan --model-dir models/mine --gpus 2 --batch 4 --context 8192\n"
            "  skytrack offload plan --model llama-3.1-8b --model qwen2.5-7b --model qwen2.5-14b "
            "--model qwen2.5-32b\n"};
}

void add_options(CommandLine& line) {
    add_model_options(line);
    line.add_option("grad-dtype", "NAME", "of the flat gradient buffer: fp32 or bf16", "fp32");
    line.add_option("context", "N", "tokens of a sequence; 0: no activations", "0");
    line.add_option("batch", "N", "sequences a GPU has at once", "1");
    line.add_option("gpus", "N", "GPUs, a process each", "1");
    line.add_option("accumulate", "N", "micro-batches of a step, of --batch sequences a GPU each", "1");
    line.add_option("ram", "BYTES", "of the machine: how long a context and how large a batch does it take?");
    line.add_option("tbw", "BYTES", "that the SSD may be written in its life", "600e12");
    line.add_option("tile-bytes", "BYTES", "of a tile of mode tiled, a multiple of 256 KiB", "64MiB");
}

Status read_tile_bytes(const CommandLine& line, uint64_t& tile_bytes) {
    const Result<uint64_t> bytes = line.bytes("tile-bytes", offload::kMinTileBytes, offload::kMaxTileBytes);
    if (!bytes.ok()) return bytes.status();
    if (bytes.value() % offload::kTileStepBytes != 0)
        return Status::error(fmt::format("--tile-bytes is {}\nexpected a multiple of {}, such as {}", bytes.value(),
                                         offload::kTileStepBytes,
                                         bytes.value() / offload::kTileStepBytes * offload::kTileStepBytes));
    tile_bytes = bytes.value();
    return {};
}

Status read_numbers(const CommandLine& line, PlanRequest& request) {
    const auto take = [](const Result<uint64_t>& result, uint64_t& into) {
        if (result.ok()) into = result.value();
        return result.status();
    };
    if (Status s = take(read_resident_bytes(line), request.resident_bytes); !s.ok()) return s;
    if (Status s = take(line.number("context", 0, kMaxContext), request.context); !s.ok()) return s;
    if (Status s = take(line.number("batch", 1, kMaxBatch), request.batch); !s.ok()) return s;
    if (Status s = take(line.number("gpus", 1, kMaxGpus), request.gpus); !s.ok()) return s;
    if (Status s = take(line.number("accumulate", 1, kMaxAccumulate), request.accumulate); !s.ok()) return s;
    if (Status s = take(line.bytes("tbw", 1, kMaxTbwBytes), request.tbw_bytes); !s.ok()) return s;
    if (Status s = read_tile_bytes(line, request.tile_bytes); !s.ok()) return s;
    if (!line.has("ram")) return {};
    const Result<uint64_t> ram = line.bytes("ram", 1, kMaxRamBytes);
    if (ram.ok()) request.ram_bytes = ram.value();
    return ram.status();
}

Result<PlanRequest> read_request(const CommandLine& line) {
    PlanRequest request;
    const Result<offload::Dtype> dtype = read_dtype(line, "dtype", offload::kDtypes);
    if (!dtype.ok()) return dtype.status();
    request.dtype = dtype.value();
    const Result<offload::Dtype> gradients = read_dtype(line, "grad-dtype", offload::kGradientDtypes);
    if (!gradients.ok()) return gradients.status();
    request.gradients = gradients.value();
    if (Status status = read_numbers(line, request); !status.ok()) return status;
    return request;
}

/// Some mode has to fit; those that do not are named.
Status check_fit(const PlannedModel& planned, uint64_t ram) {
    const auto by_peak = [](const ModePlan& a, const ModePlan& b) { return a.peak_bytes() < b.peak_bytes(); };
    const ModePlan& least = *std::min_element(planned.modes.begin(), planned.modes.end(), by_peak);
    if (least.peak_bytes() > ram)
        return Status::error(
            fmt::format("--ram is {}, too little for {}: mode {} takes least and needs {} bytes\n"
                        "expected at least that; without --ram every mode is planned",
                        ram, planned.model.name, offload::to_string(least.mode), least.peak_bytes()));
    for (const ModePlan& plan : planned.modes)
        if (plan.peak_bytes() > ram)
            print_note(fmt::format("{} does not fit: mode {} needs {} bytes, {} more than --ram", planned.model.name,
                                   offload::to_string(plan.mode), plan.peak_bytes(), plan.peak_bytes() - ram));
    return {};
}

Result<std::vector<PlannedModel>> plan_all(std::vector<offload::Model> models, const PlanRequest& request) {
    std::vector<PlannedModel> all;
    for (offload::Model& model : models) {
        PlannedModel planned{.model = std::move(model), .modes = {}};
        for (const offload::Mode mode : offload::kModes) {
            const Result<ModePlan> plan = offload::plan(planned.model, mode, request);
            if (!plan.ok()) return plan.status();
            planned.modes.push_back(plan.value());
        }
        all.push_back(std::move(planned));
    }
    if (request.ram_bytes)
        for (const PlannedModel& planned : all)
            if (Status status = check_fit(planned, *request.ram_bytes); !status.ok()) return status;
    return all;
}

}  // namespace

int offload_plan(const Call& call) {
    CommandLine line(help());
    add_options(line);
    Command command(line, call);
    if (command.done()) return command.exit_code();
    const Result<PlanRequest> request = read_request(line);
    if (!request.ok()) return command.fail(request.status());
    Result<std::vector<offload::Model>> models = read_models(line);
    if (!models.ok()) return command.fail(models.status());
    const Result<std::vector<PlannedModel>> planned = plan_all(std::move(models.value()), request.value());
    if (!planned.ok()) return command.fail(planned.status());
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);
    Report report = command.report();
    report.rows = plan_rows(planned.value(), request.value());
    report.table = plan_tables(planned.value(), request.value());
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    return kDone;
}

}  // namespace sky::cli
