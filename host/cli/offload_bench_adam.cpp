#include <fmt/format.h>

#include "host/cli/command.hpp"
#include "host/cli/terminal.hpp"
#include "host/offload/optimizer/adam_bench.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxElements = uint64_t{1} << 40;
constexpr uint64_t kMaxTensors = 10'000;
constexpr uint64_t kMaxThreads = 1024;
constexpr uint64_t kMaxRounds = 1000;
constexpr uint64_t kMaxTileBytes = uint64_t{1} << 30;
constexpr uint64_t kMaxDepth = 1024;
constexpr double kGiga = 1e9;
/// What a step has to reach of its bound.
constexpr double kWantedInMemory = 0.8;
constexpr double kWantedOffloaded = 0.85;

CommandHelp help() {
    return {.name = "offload bench-adam",
            .synopsis = "skytrack offload bench-adam [options]",
            .about =
                "Steps of AdamW. In memory, 28 bytes an element, beside the fastest copy of memory in the same run. "
                "With p, m, v and\ngradient on a disk, 32 bytes an element, beside what reading and writing as many "
                "bytes takes at once: tile by tile with\nreads, arithmetic and writes overlapped, and the baseline, "
                "tensor by tensor one after the other, with files. All give\nthe same bits, which is checked. "
                "Everything it makes, it removes.",
            .examples =
                "  skytrack offload bench-adam\n"
                "  skytrack offload bench-adam --folder /mnt/nvme --elements 134217728 --tile-bytes 64MiB --json\n"
                "  skytrack offload bench-adam --where memory --vectors avx2\n"};
}

void add_options(CommandLine& line) {
    line.add_option("where", "NAME", "memory, disk or both", "both");
    line.add_option("elements", "N", "of all tensors", "33554432");
    line.add_option("tensors", "N", "that offloaded elements are shared out among", "4");
    line.add_option("threads", "N", "that compute", "2");
    line.add_option("vectors", "NAME", "scalar, avx2 or avx512; without, the widest this processor has");
    line.add_option("folder", "DIR", "on the disk to measure; its files are made there", ".");
    line.add_option("tile-bytes", "BYTES", "of p, m and v on their way", "16MiB");
    line.add_option("depth", "N", "requests under way", "32");
    line.add_option("rounds", "N", "of every way one run in each", "5");
}

Result<offload::VectorPath> read_vectors(const CommandLine& line) {
    if (!line.has("vectors")) return offload::fastest_path();
    std::vector<std::string> names;
    for (const offload::VectorPath path : offload::available_paths()) names.emplace_back(offload::to_string(path));
    const Result<std::string> name = line.choice("vectors", names);
    if (!name.ok()) return name.status();
    for (const offload::VectorPath path : offload::available_paths())
        if (offload::to_string(path) == name.value()) return path;
    return offload::VectorPath::kScalar;
}

Status read_options(const CommandLine& line, offload::AdamBenchOptions& options) {
    const Result<uint64_t> elements = line.number("elements", offload::kOptimizerBlock, kMaxElements);
    if (!elements.ok()) return elements.status();
    const Result<uint64_t> tensors = line.number("tensors", 1, kMaxTensors);
    if (!tensors.ok()) return tensors.status();
    const Result<uint64_t> threads = line.number("threads", 1, kMaxThreads);
    if (!threads.ok()) return threads.status();
    const Result<offload::VectorPath> path = read_vectors(line);
    if (!path.ok()) return path.status();
    const Result<uint64_t> tile =
        line.bytes("tile-bytes", offload::kOptimizerBlock * offload::kStateBytes, kMaxTileBytes);
    if (!tile.ok()) return tile.status();
    const Result<uint64_t> depth = line.number("depth", 1, kMaxDepth);
    if (!depth.ok()) return depth.status();
    const Result<uint64_t> rounds = line.number("rounds", 1, kMaxRounds);
    if (!rounds.ok()) return rounds.status();
    options.elements = elements.value();
    options.tensors = tensors.value();
    options.threads = static_cast<int>(threads.value());
    options.path = path.value();
    options.folder = line.text("folder");
    options.tile_bytes = tile.value();
    options.depth = static_cast<uint32_t>(depth.value());
    options.rounds = static_cast<uint32_t>(rounds.value());
    options.log = print_note;
    return {};
}

Row row_of(const offload::AdamBenchOptions& options, const offload::AdamTiming& timing, bool disk) {
    Row row;
    row.text("what", timing.what);
    row.text("where", disk ? "disk" : "memory");
    row.count("elements", options.elements, "elements");
    row.count("threads", static_cast<uint64_t>(options.threads), "threads");
    row.text("vectors", std::string(offload::to_string(options.path)));
    if (disk) row.count("tile_bytes", options.tile_bytes, "bytes of p, m and v in a tile, at most");
    row.figure("seconds", timing.seconds, "s of the host, median");
    row.count("bytes", timing.bytes, disk ? "bytes read and written" : "bytes of memory read and written");
    row.figure("gb_per_s", static_cast<double>(timing.bytes) / timing.seconds / kGiga, "10^9 bytes a second");
    row.figure("of_bound", timing.of_bound,
               disk ? "of the rate that the disk allows, median of the rounds"
                    : "of the rate of the fastest copy, median of the rounds");
    if (!disk && timing.what == "step in memory") row.figure("wanted_of_bound", kWantedInMemory, "wanted");
    if (disk && timing.what == "tiled step") row.figure("wanted_of_bound", kWantedOffloaded, "wanted");
    if (timing.compute_seconds > 0) row.figure("compute_seconds", timing.compute_seconds, "s of these, arithmetic");
    return row;
}

}  // namespace

int offload_bench_adam(const Call& call) {
    CommandLine line(help());
    add_options(line);
    Command command(line, call);
    if (command.done()) return command.exit_code();
    const Result<std::string> where = line.choice("where", std::vector<std::string>{"memory", "disk", "both"});
    if (!where.ok()) return command.fail(where.status());
    offload::AdamBenchOptions options;
    if (Status status = read_options(line, options); !status.ok()) return command.fail(status);
    options.seed = command.common().seed;
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);

    Report report = command.report();
    for (const bool disk : {false, true}) {
        if (where.value() == (disk ? "memory" : "disk") || interrupted()) continue;
        const auto go_on = [] { return !interrupted(); };
        const Result<std::vector<offload::AdamTiming>> timings =
            disk ? offload::bench_adam_offloaded(options, go_on) : offload::bench_adam_in_memory(options, go_on);
        if (!timings.ok()) return command.fail(timings.status());
        for (const offload::AdamTiming& timing : timings.value())
            report.rows.push_back(row_of(options, timing, disk));
    }
    report.interrupted = interrupted();
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    return report.interrupted ? kInterrupted : kDone;
}

}  // namespace sky::cli
