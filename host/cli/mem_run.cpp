#include "host/cli/mem_run.hpp"

#include <fmt/format.h>

#include <chrono>

#include "host/cli/mem_options.hpp"
#include "host/cli/terminal.hpp"
#include "host/memory/request_runner.hpp"
#include "host/memory/segment_fold.hpp"
#include "host/memory/synthetic_load.hpp"

namespace sky::cli {

namespace {

using memory::Counter;

void add_setup(Row& row, const Command& command, const Stream& stream, const Fold& fold) {
    const memory::SessionConfig& session = command.session().config();
    const memory::Geometry& geometry = session.geometry;
    row.text("backend", memory::to_string(session.backend));
    row.text("mapping", to_string(geometry.mapping()));
    row.text("write_alg", stream.write_alg);
    row.text("scheduler", to_string(session.policy.scheduler));
    row.text("return_policy", to_string(session.policy.return_policy));
    row.count("banks", session.policy.banks, "banks");
    row.count("queue_depth", session.policy.queue_depth, "commands");
    row.count("outstanding", session.outstanding, "requests under way");
    row.flag("flag_site", geometry.flag_site, "one more site behind each segment");
    row.count("rows", fold.rows, "rows the addresses are folded onto");
    row.count("tracks", fold.rows * geometry.tracks_per_row, "tracks of these rows");
    row.count("segments", fold.segments, "segments of a track the addresses are folded onto");
}

void add_latency(Row& row, const memory::LatencyHistogram& latency, uint32_t cycle_ps) {
    const auto ns = [&](uint64_t cycles) { return static_cast<double>(cycles * cycle_ps) / 1000.0; };
    row.figure("mean_ns", latency.mean_cycles() * cycle_ps / 1000.0, "ns of model time, a request");
    row.figure("p50_ns", ns(latency.percentile_cycles(50)), "ns of model time, a request");
    row.figure("p99_ns", ns(latency.percentile_cycles(99)), "ns of model time, a request");
    row.figure("max_ns", ns(latency.max_cycles()), "ns of model time, a request");
}

Row row_of(const Command& command, const Stream& stream, const memory::RequestRunner& runner, const Fold& fold,
           double host_seconds) {
    const memory::Counters& counters = command.session().counters();
    const memory::Timing& timing = command.session().timing();
    const double model_ns = static_cast<double>(counters[Counter::kCycles] * timing.cycle_ps) / 1000.0;
    const double energy_pj = static_cast<double>(counters[Counter::kEnergyFj]) / 1000.0;
    const uint64_t words = counters[Counter::kWordsRead] + counters[Counter::kWordsWritten];
    const uint64_t bytes = words * command.session().geometry().word_bits() / 8;
    const double lines = static_cast<double>(bytes) / memory::SyntheticLoad::kLineBytes;
    Row row;
    add_setup(row, command, stream, fold);
    row.count("requests", runner.requests(), "requests");
    row.count("reads", runner.reads(), "requests");
    row.count("writes", runner.writes(), "requests");
    row.count("refused", counters[Counter::kRefused], "requests the memory does not take");
    if (command.session().geometry().position_guard) {
        row.count("checks", counters[Counter::kChecks], "position checks, one for each track");
        row.count("corrections", counters[Counter::kCorrections], "tracks put right by one step");
        row.count("position_errors", counters[Counter::kPositionErrors], "rows given up");
        row.count("position_lost", runner.position_lost(), "requests answered so");
    }
    row.count("bytes", bytes, "bytes read and written");
    row.figure("model_ns", model_ns, "ns of model time");
    row.figure("energy_pj", energy_pj, "pJ");
    row.figure("ns_per_line", lines > 0 ? model_ns / lines : 0.0,
               "ns of model time for 64 bytes = model_ns / (bytes / 64)");
    row.figure("pj_per_line", lines > 0 ? energy_pj / lines : 0.0, "pJ for 64 bytes = energy_pj / (bytes / 64)");
    row.device(counters, timing);
    add_latency(row, runner.latency(), timing.cycle_ps);
    row.figure("requests_per_second", host_seconds > 0 ? static_cast<double>(runner.requests()) / host_seconds : 0.0,
               "requests a second of host time");
    row.figure("host_seconds", host_seconds, "s of host time");
    return row;
}

/// Of a request whose segments do not stay apart.
Status cannot_fold(const Command& command, uint64_t request, const memory::Command& asked) {
    const uint32_t segments = command.session().geometry().segments;
    return Status::error(fmt::format(
        "request {} ({}, segments {:#x}): two of its segments fall onto the same one of {}\n{}, or leave the request "
        "out",
        request, model::to_string(asked.op), asked.seg_mask, segments,
        command.common().backend == memory::Backend::kRtl ? "use --backend fast or tlm without --segments"
                                                          : "give more --segments or leave that out"));
}

/// Every request of the stream, until Ctrl-C or until the recording fails.
Status feed(const Command& command, const Stream& stream, memory::RequestRunner& runner) {
    Progress progress(stream.total, "requests");
    memory::SegmentFold fold(command.session().geometry());
    while (!interrupted() && !command.recording_failed()) {
        memory::TraceRecord& record = runner.next_place();
        const Result<bool> more = stream.next(record);
        if (!more.ok() && interrupted()) break;  // the read was cut short by Ctrl-C
        if (!more.ok()) return more.status();
        if (!more.value()) break;
        if (!fold.apply(record)) return cannot_fold(command, runner.requests() + 1, record.command);
        runner.submit_placed();
        progress.update(runner.requests());
    }
    runner.drain();
    return {};
}

/// What to do about a request of a trace that the memory does not take.
std::string remedy(memory::RspStatus refusal) {
    switch (refusal) {
        case memory::RspStatus::kOk: return "the memory does not hold what was written: report this with the command";
        case memory::RspStatus::kNoFlagSite:
            return "record the trace on a memory with device.flag_site = true, or leave the request out of it";
        case memory::RspStatus::kProtected:
            return "replay it with device.position_guard = false, or leave the request out of the trace";
        default: return "this memory does not take such a request: leave it out of the trace";
    }
}

int conclude(const Stream& stream, const memory::RequestRunner& runner) {
    if (!runner.failure().empty()) {
        print_error(runner.failure() + "\n" + remedy(runner.refusal()));
        return kFailure;
    }
    if (!interrupted()) return kDone;
    const std::string of = stream.total != 0 ? fmt::format(" of {}", stream.total) : "";
    print_note(
        fmt::format("interrupted after {}{} requests; the results are those of the finished part\nthere is no "
                    "resuming yet: the same command starts again from the beginning",
                    runner.requests(), of));
    return kInterrupted;
}

}  // namespace

int run_stream(const CommandLine& line, Command& command, const Stream& stream) {
    const Result<Fold> fold = read_fold(line, command);
    if (!fold.ok()) return command.fail(fold.status());
    if (const Status status = open_files(line, command); !status.ok()) {
        if (!interrupted()) return command.fail(status);
        print_note("interrupted before the first request; there are no results");
        return kInterrupted;
    }
    memory::RequestRunner runner(command.session(), {.rows = fold.value().rows, .check = !line.flag("no-check")});
    const auto start = std::chrono::steady_clock::now();
    if (const Status status = feed(command, stream, runner); !status.ok()) return command.fail(status);
    const std::chrono::duration<double> host_seconds = std::chrono::steady_clock::now() - start;

    const uint32_t cycle_ps = command.session().timing().cycle_ps;
    Report report = command.report();
    report.rows.push_back(row_of(command, stream, runner, fold.value(), host_seconds.count()));
    report.statistics.push_back(command.session().statistics());
    report.statistics.back().add(runner.latency().statistics(cycle_ps));
    report.charts.push_back(runner.latency().chart(cycle_ps));
    if (const Status status = command.finish(report); !status.ok()) return command.fail(status);
    return conclude(stream, runner);
}

}  // namespace sky::cli
