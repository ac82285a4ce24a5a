#include <fmt/format.h>
#include <fmt/ranges.h>

#include "host/cli/command.hpp"
#include "host/cli/offload_options.hpp"
#include "host/cli/terminal.hpp"
#include "host/offload/check/check_bench.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxBytes = uint64_t{1} << 40;
constexpr uint64_t kMaxRepeats = 1000;
constexpr uint64_t kMaxThreads = 1024;
constexpr double kGiga = 1e9;

CommandHelp help() {
    return {.name = "offload bench-check",
            .synopsis = "skytrack offload bench-check [options]",
            .about =
                "Looks for infinities and NaNs in a buffer of finite numbers: the fused check in one pass, the chain "
                "isinf().any(),\nisnan().any() with its temporaries, mapped anew or reused, a test of the sum, and a "
                "plain read of the buffer.\nEach with one thread and with --threads.",
            .examples =
                "  skytrack offload bench-check\n"
                "  skytrack offload bench-check --dtype fp16 --bytes 256MiB --json\n"};
}

Row row_of(const offload::CheckBenchOptions& options, const offload::CheckTiming& timing) {
    Row row;
    row.text("check", timing.what);
    row.text("dtype", offload::to_string(options.dtype));
    row.count("bytes", options.bytes, "bytes of the buffer");
    row.count("threads", static_cast<uint64_t>(options.threads), "threads");
    row.text("path", std::string(offload::to_string(options.path)));
    row.figure("seconds", timing.seconds, "s of the host, median");
    row.figure("gb_per_s", static_cast<double>(options.bytes) / timing.seconds / kGiga,
               "10^9 bytes of the buffer a second");
    row.figure("times_fused", timing.slowdown, "times as long as the fused check, median of the repeats");
    row.count("temporary_bytes", timing.peak_temporary_bytes, "bytes at once, beyond the buffer");
    return row;
}

}  // namespace

int offload_bench_check(const Call& call) {
    CommandLine line(help());
    line.add_option("dtype", "NAME", "of the buffer: fp32, fp16 or bf16", "fp32");
    line.add_option("bytes", "BYTES", "of the buffer", "1GiB");
    line.add_option("threads", "N", "of the second measurement; 1: there is none", "2");
    line.add_option("repeats", "N", "of every check, in turn", "5");
    Command command(line, call);
    if (command.done()) return command.exit_code();
    const Result<offload::Dtype> dtype = read_dtype(line, "dtype", offload::kDtypes);
    if (!dtype.ok()) return command.fail(dtype.status());
    const Result<uint64_t> bytes = line.bytes("bytes", offload::kCheckBlockBytes, kMaxBytes);
    if (!bytes.ok()) return command.fail(bytes.status());
    const Result<uint64_t> threads = line.number("threads", 1, kMaxThreads);
    if (!threads.ok()) return command.fail(threads.status());
    const Result<uint64_t> repeats = line.number("repeats", 1, kMaxRepeats);
    if (!repeats.ok()) return command.fail(repeats.status());
    if (Status status = command.prepare(); !status.ok()) return command.fail(status);

    Report report = command.report();
    for (const uint64_t count : {uint64_t{1}, threads.value()}) {
        if (count == 1 && !report.rows.empty()) break;
        const offload::CheckBenchOptions options{.dtype = dtype.value(),
                                                 .bytes = bytes.value(),
                                                 .threads = static_cast<int>(count),
                                                 .repeats = static_cast<int>(repeats.value())};
        const Result<std::vector<offload::CheckTiming>> timings =
            offload::bench_checks(options, [] { return !interrupted(); });
        if (!timings.ok()) return command.fail(timings.status());
        for (const offload::CheckTiming& timing : timings.value()) report.rows.push_back(row_of(options, timing));
    }
    report.interrupted = interrupted();
    if (Status status = command.finish(report); !status.ok()) return command.fail(status);
    return report.interrupted ? kInterrupted : kDone;
}

}  // namespace sky::cli
