#include <fmt/format.h>

#include "host/cli/command.hpp"
#include "host/cli/offload_options.hpp"
#include "host/cli/terminal.hpp"
#include "host/offload/pool/model_pool.hpp"
#include "host/offload/pool/pool_run.hpp"
#include "host/offload/rounding.hpp"

namespace sky::cli {

namespace {

using offload::BufferPool;
using offload::ModelPool;
using offload::PoolLayout;
using offload::PoolRun;

constexpr uint64_t kMaxSteps = 1'000'000'000;
constexpr uint64_t kMaxThreads = 256;

struct Options {
    std::vector<offload::Model> models;
    offload::Dtype dtype{};
    uint64_t resident_bytes = 0;
    uint64_t steps = 0;
    uint64_t threads = 1;
};

Result<Options> read_options(const CommandLine& line) {
    Options options;
    const Result<offload::Dtype> dtype = read_dtype(line, "dtype", offload::kDtypes);
    if (!dtype.ok()) return dtype.status();
    options.dtype = dtype.value();
    const Result<uint64_t> resident = read_resident_bytes(line);
    if (!resident.ok()) return resident.status();
    options.resident_bytes = resident.value();
    const Result<uint64_t> steps = line.number("steps", 1, kMaxSteps);
    if (!steps.ok()) return steps.status();
    options.steps = steps.value();
    const Result<uint64_t> threads = line.number("threads", 1, kMaxThreads);
    if (!threads.ok()) return threads.status();
    options.threads = threads.value();
    Result<std::vector<offload::Model>> models = read_models(line);
    if (!models.ok()) return models.status();
    options.models = std::move(models.value());
    return options;
}

/// A pool with its name and the memory a process takes for it.
struct Contender {
    const char* name;
    Result<PoolLayout> layout;
    bool power_of_two;  ///< the framework's allocator of pinned memory rounds it up
};

Row row_of(const offload::Model& model, const Options& options, const Contender& contender, const BufferPool& pool,
           const PoolRun& run) {
    const PoolLayout& layout = pool.layout();
    const uint64_t reserved =
        contender.power_of_two ? offload::power_of_two_ceil(layout.reserved_bytes) : layout.reserved_bytes;
    uint64_t slots = 0;
    for (const offload::PoolClass& c : layout.classes) slots += c.slots;
    const uint64_t peak = pool.statistics().peak_in_use_bytes;
    Row row;
    row.text("model", model.name);
    row.text("pool", contender.name);
    row.text("dtype", offload::to_string(options.dtype));
    row.count("resident_below_bytes", options.resident_bytes, "B");
    row.count("classes", layout.classes.size(), "sizes of slots");
    row.count("slots", slots, "slots");
    row.count("requested_bytes", layout.requested_bytes, "B before rounding");
    row.count("reserved_bytes", reserved, "B");
    row.count("peak_bytes", peak, "B of tensors in slots at once, at most");
    row.figure("used_percent", reserved == 0 ? 0 : 100 * static_cast<double>(peak) / static_cast<double>(reserved),
               "% of what is reserved, at the peak");
    row.count("threads", options.threads, "threads");
    row.count("steps", run.passes, "training steps");
    row.count("acquires", run.uses, "acquires, and as many releases");
    row.figure("host_seconds", run.seconds, "s of host time");
    row.figure("acquire_release_seconds", run.uses == 0 ? 0 : run.seconds / static_cast<double>(run.uses),
               "s of host time for an acquire and its release");
    return row;
}

/// Both pools on one model.
Status measure(const offload::Model& model, const Options& options, Progress& progress, uint64_t& done,
               std::vector<Row>& rows) {
    const ModelPool sizes = offload::model_pool(model, offload::bytes_of(options.dtype), options.resident_bytes);
    const auto& tensors = sizes.schedule.tensors;
    const Contender contenders[]{
        {"uniform", offload::uniform_layout(tensors, sizes.slot_count, options.resident_bytes), true},
        {"adaptive", offload::adaptive_layout(tensors, sizes.slots, options.resident_bytes), false}};
    for (const Contender& contender : contenders) {
        if (!contender.layout.ok()) return contender.layout.status();
        const auto pool = BufferPool::create(contender.layout.value(), sizes.schedule);
        if (!pool.ok()) return pool.status();
        const auto advance = [&](uint64_t passes) {
            progress.update(done + passes);
            return !interrupted();
        };
        const Result<PoolRun> run = offload::run_pool(*pool.value(), sizes.schedule,
                                                      {.passes = options.steps,
                                                       .threads = static_cast<uint32_t>(options.threads),
                                                       .compute = {},
                                                       .advance = advance});
        if (!run.ok()) return run.status();
        done += run.value().passes;
        rows.push_back(row_of(model, options, contender, *pool.value(), run.value()));
        if (interrupted()) return {};
    }
    return {};
}

}  // namespace

int offload_bench_pool(const Call& call) {
    CommandLine line(
        {.name = "offload bench-pool",
         .synopsis = "skytrack offload bench-pool --model NAME | --model-dir DIR [options]",
         .about = "The weights of training steps, forward and backward, through two pools: the baseline, whose "
                  "slots are all as\nlarge as the largest matrix, and one with slots by size. Memory is "
                  "reserved and not touched, so any model runs.",
         .examples = "  skytrack offload bench-pool --model llama-3.1-8b\n"
                     "  skytrack offload bench-pool --model gpt2 --steps 10000 --json\n"
                     "  skytrack offload bench-pool --model qwen2.5-7b --resident-bytes 1MiB\n"});
    add_model_options(line);
    line.add_option("steps", "N", "training steps through each pool", "200");
    line.add_option("threads", "N", "that share out the tensors; with one, tensors are fetched ahead", "1");
    Command command(line, call);
    if (command.done()) return command.exit_code();
    const Result<Options> options = read_options(line);
    if (!options.ok()) return command.fail(options.status());
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);

    Report report = command.report();
    {
        Progress progress(2 * options.value().steps * options.value().models.size(), "steps");
        uint64_t done = 0;
        for (const offload::Model& model : options.value().models) {
            if (interrupted()) break;
            if (Status status = measure(model, options.value(), progress, done, report.rows); !status.ok())
                return command.fail(status);
        }
    }
    report.interrupted = interrupted();
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    if (!report.interrupted) return kDone;
    print_note(
        "interrupted; the results are those of the finished part\n"
        "the same command starts again from the beginning");
    return kInterrupted;
}

}  // namespace sky::cli
