#include <fmt/format.h>

#include "host/cli/command.hpp"
#include "host/cli/terminal.hpp"
#include "host/offload/io/io_bench.hpp"
#include "host/offload/io/loop_device.hpp"
#include "host/offload/io/tensor_store.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxBytes = uint64_t{1} << 44;
constexpr uint64_t kMaxBlockBytes = uint64_t{16} << 20;
constexpr uint64_t kMaxDepth = 1024;
constexpr uint64_t kMaxRounds = 1000;
constexpr uint64_t kMaxSeconds = 3600;
constexpr double kGiga = 1e9;
/// The rate that a store has to have by fio's, and the one where fio's own runs differ by more than kSteadySpread.
constexpr double kWantedRatio = 0.95;
constexpr double kWantedUnsteadyRatio = 0.85;
constexpr double kSteadySpread = 1.3;

CommandHelp help() {
    return {
        .name = "offload bench-io",
        .synopsis = "skytrack offload bench-io [options]",
        .about =
            "Moves the same bytes to and from a disk with fio, with the direct store, with the same without "
            "checksums, and with\na file per tensor that is opened and closed for every operation: in turn, with one "
            "block size, depth and disk.\nThen the same on a raw block device, a loop device made for it. Everything "
            "it makes, it removes.",
        .examples =
            "  skytrack offload bench-io\n"
            "  skytrack offload bench-io --folder /mnt/nvme --block-bytes 1MiB --depth 64 --json\n"
            "  skytrack offload bench-io --target file --direction read --rounds 3\n"};
}

void add_options(CommandLine& line) {
    line.add_option("folder", "DIR", "on the disk to measure; its files are made there", ".");
    line.add_option("target", "NAME", "file, loop or both", "both");
    line.add_option("direction", "NAME", "read, write or both", "both");
    line.add_option("bytes", "BYTES", "moved in all before it begins anew", "1GiB");
    line.add_option("tensor-bytes", "BYTES", "of a tensor", "8MiB");
    line.add_option("block-bytes", "BYTES", "of a request", "256KiB");
    line.add_option("depth", "N", "requests under way", "32");
    line.add_option("rounds", "N", "of every way one run in each", "10");
    line.add_option("seconds", "N", "of a run", "2");
}

Status read_options(const CommandLine& line, offload::IoBenchOptions& options) {
    const Result<uint64_t> block = line.bytes("block-bytes", offload::kBlockBytes, kMaxBlockBytes);
    if (!block.ok()) return block.status();
    if (block.value() % offload::kBlockBytes != 0)
        return Status::error(
            fmt::format("--block-bytes is {}\nexpected a multiple of {}", block.value(), offload::kBlockBytes));
    const Result<uint64_t> tensor = line.bytes("tensor-bytes", block.value(), kMaxBytes);
    if (!tensor.ok()) return tensor.status();
    const Result<uint64_t> bytes = line.bytes("bytes", tensor.value(), kMaxBytes);
    if (!bytes.ok()) return bytes.status();
    const Result<uint64_t> depth = line.number("depth", 1, kMaxDepth);
    if (!depth.ok()) return depth.status();
    const Result<uint64_t> rounds = line.number("rounds", 1, kMaxRounds);
    if (!rounds.ok()) return rounds.status();
    const Result<uint64_t> seconds = line.number("seconds", 1, kMaxSeconds);
    if (!seconds.ok()) return seconds.status();
    options.folder = line.text("folder");
    options.block_bytes = block.value();
    options.tensor_bytes = tensor.value();
    options.bytes = bytes.value();
    options.depth = static_cast<uint32_t>(depth.value());
    options.rounds = static_cast<uint32_t>(rounds.value());
    options.seconds = static_cast<uint32_t>(seconds.value());
    options.log = print_note;
    return {};
}

Row row_of(const offload::IoBenchOptions& options, const offload::IoWay& way, double fio_spread) {
    Row row;
    row.text("way", way.what);
    row.text("target", options.loop_device ? "loop" : "file");
    row.text("direction", options.write ? "write" : "read");
    row.count("block_bytes", options.block_bytes, "bytes of a request");
    row.count("depth", options.depth, "requests under way");
    row.count("rounds", way.runs.size(), "runs");
    row.figure("gb_per_s", way.bytes_per_second / kGiga, "10^9 bytes a second, median");
    row.figure("spread", way.spread, "its fastest run by its slowest");
    row.figure("times_fio", way.ratio, "of fio's rate, median of the rounds");
    row.figure("cpu_s_per_gib", way.cpu_seconds_per_gib, "s of the processor per GiB, median");
    row.figure("cpu_times_fio", way.cpu_ratio, "of fio's, median of the rounds");
    const double wanted = fio_spread > kSteadySpread ? kWantedUnsteadyRatio : kWantedRatio;
    if (way.what == "direct")
        row.figure("wanted_times_fio", wanted,
                   fio_spread > kSteadySpread ? "wanted; fio's own runs differ by more than 1.3 times" : "wanted");
    return row;
}

}  // namespace

int offload_bench_io(const Call& call) {
    CommandLine line(help());
    add_options(line);
    Command command(line, call);
    if (command.done()) return command.exit_code();
    const Result<std::string> target = line.choice("target", std::vector<std::string>{"file", "loop", "both"});
    if (!target.ok()) return command.fail(target.status());
    const Result<std::string> direction = line.choice("direction", std::vector<std::string>{"read", "write", "both"});
    if (!direction.ok()) return command.fail(direction.status());
    offload::IoBenchOptions options;
    if (Status status = read_options(line, options); !status.ok()) return command.fail(status);
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);

    bool with_loop = target.value() != "file";
    if (target.value() == "both") {
        const auto loop = offload::LoopDevice::make(options.folder, offload::kBlockBytes * offload::kBlockBytes);
        with_loop = loop.ok();
        if (!loop.ok()) print_note("a file only is measured: " + loop.status().message());
    }
    Report report = command.report();
    for (const bool loop : {false, true})
        for (const bool write : {false, true}) {
            if (loop && !with_loop) continue;
            if (target.value() == (loop ? "file" : "loop") || direction.value() == (write ? "read" : "write"))
                continue;
            options.loop_device = loop;
            options.write = write;
            const Result<std::vector<offload::IoWay>> ways =
                offload::bench_io(options, [] { return !interrupted(); });
            if (!ways.ok()) return command.fail(ways.status());
            for (const offload::IoWay& way : ways.value())
                report.rows.push_back(row_of(options, way, ways.value().front().spread));
        }
    report.interrupted = interrupted();
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    return report.interrupted ? kInterrupted : kDone;
}

}  // namespace sky::cli
