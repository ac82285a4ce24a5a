#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "host/cli/command.hpp"
#include "host/cli/terminal.hpp"
#include "host/memory/request_runner.hpp"
#include "host/memory/synthetic_load.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxRequests = 1'000'000'000'000;

/// One stream of requests on its way through a session.
struct Stream {
    std::function<Result<bool>(memory::TraceRecord&)> next;  ///< false at the end
    uint64_t total = 0;                                      ///< 0: not known
    std::string write_alg;
};

void add_options(CommandLine& line) {
    line.add_option("tracks", "N", "fold the addresses onto N tracks; rtl folds them onto those it has");
    line.add_option("record", "FILE", "write every request into a compact trace for mem replay");
    line.add_flag("no-check", "do not compare what is read with what was last written");
}

const std::vector<std::string>& write_algs() {
    static const std::vector<std::string> kNames{"naive", "dcw"};
    return kNames;
}

memory::WriteAlg write_alg(const std::string& name) {
    return name == "naive" ? memory::WriteAlg::kNaive : memory::WriteAlg::kDcw;
}

/// On how many tracks the requests run.
Result<uint64_t> folded_tracks(const CommandLine& line, const Command& command) {
    const uint64_t wanted = command.config().integer("device.tracks");
    uint64_t tracks = std::min(wanted, command.session().geometry().tracks);
    if (line.has("tracks")) {
        const Result<uint64_t> given = line.number("tracks", 1, wanted);
        if (!given.ok()) return given.status();
        tracks = std::min(tracks, given.value());
    }
    if (tracks < wanted) print_note(fmt::format("addresses of {} tracks are folded onto {}", wanted, tracks));
    return tracks;
}

Row row_of(const Command& command, const Stream& stream, const memory::RequestRunner& runner, uint64_t tracks,
           double host_seconds) {
    const memory::Counters& counters = command.session().counters();
    const memory::Timing& timing = command.session().timing();
    const memory::LatencyHistogram& latency = runner.latency();
    const double cycle_ns = timing.cycle_ps / 1000.0;
    const auto ns = [&](uint64_t cycles) { return static_cast<double>(cycles) * cycle_ns; };
    Row row;
    row.text("backend", memory::to_string(command.common().backend));
    row.text("mapping", "word");
    row.text("write_alg", stream.write_alg);
    row.count("tracks", tracks, "tracks the addresses are folded onto");
    row.count("requests", runner.requests(), "requests");
    row.count("reads", runner.reads(), "requests");
    row.count("writes", runner.writes(), "requests");
    row.figure("model_ns", ns(counters[memory::Counter::kCycles]), "ns of model time");
    row.figure("energy_pj", static_cast<double>(counters[memory::Counter::kEnergyFj]) / 1000.0, "pJ");
    row.device(counters, timing);
    row.figure("latency_mean_ns", latency.mean_cycles() * cycle_ns, "ns of model time, a request");
    row.figure("latency_p50_ns", ns(latency.percentile_cycles(50)), "ns of model time");
    row.figure("latency_p99_ns", ns(latency.percentile_cycles(99)), "ns of model time");
    row.figure("latency_max_ns", ns(latency.max_cycles()), "ns of model time");
    row.figure("requests_per_second", host_seconds > 0 ? static_cast<double>(runner.requests()) / host_seconds : 0.0,
               "requests a second of host time");
    row.figure("host_seconds", host_seconds, "s of host time");
    return row;
}

/// Every request of the stream, until Ctrl-C or until the recording fails.
Status feed(const Command& command, const Stream& stream, memory::RequestRunner& runner) {
    Progress progress(stream.total, "requests");
    memory::TraceRecord record;
    while (!interrupted() && !command.recording_failed()) {
        const Result<bool> more = stream.next(record);
        if (!more.ok() && interrupted()) break;  // the read was cut short by Ctrl-C
        if (!more.ok()) return more.status();
        if (!more.value()) break;
        runner.submit(record);
        progress.update(runner.requests());
    }
    runner.drain();
    return {};
}

int conclude(const Stream& stream, const memory::RequestRunner& runner) {
    if (!runner.failure().empty()) {
        print_error(runner.failure() +
                    (runner.refused() ? "\nthis memory does not take such a request: leave it out of the trace"
                                      : "\nthe memory does not hold what was written: report this with the command"));
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

int run(const CommandLine& line, Command& command, const Stream& stream) {
    const Result<uint64_t> tracks = folded_tracks(line, command);
    if (!tracks.ok()) return command.fail(tracks.status());
    if (line.has("record"))
        if (const Status status = command.record(line.text("record")); !status.ok()) return command.fail(status);

    memory::RequestRunner runner(command.session(), {.tracks = tracks.value(), .check = !line.flag("no-check")});
    const auto start = std::chrono::steady_clock::now();
    if (const Status status = feed(command, stream, runner); !status.ok()) return command.fail(status);
    const std::chrono::duration<double> host_seconds = std::chrono::steady_clock::now() - start;

    Report report = command.report();
    report.rows.push_back(row_of(command, stream, runner, tracks.value(), host_seconds.count()));
    report.statistics.push_back(command.session().statistics());
    if (const Status status = command.finish(report); !status.ok()) return command.fail(status);
    return conclude(stream, runner);
}

}  // namespace

int mem_bench(const Call& call) {
    CommandLine line({.name = "mem bench",
                      .synopsis = "skytrack mem bench [options]",
                      .about = "Reads and writes, half of each, of random 64-byte lines at random addresses of the "
                               "whole memory;\nevery word read is compared with what was last written.",
                      .examples = "  skytrack mem bench --requests 1000000\n"
                                  "  skytrack mem bench --write-alg naive --json\n"
                                  "  skytrack mem bench --tracks 16 --requests 2000 --backend rtl\n"
                                  "  skytrack mem bench --requests 5000 --record load.skyt\n"});
    line.add_option("requests", "N", "requests", "100000");
    line.add_option("write-alg", "NAME", "naive or dcw", "dcw");
    add_options(line);
    Command command(line, call);
    if (command.done()) return command.exit_code();
    const Result<uint64_t> requests = line.number("requests", 1, kMaxRequests);
    if (!requests.ok()) return command.fail(requests.status());
    const Result<std::string> algorithm = line.choice("write-alg", write_algs());
    if (!algorithm.ok()) return command.fail(algorithm.status());

    const memory::Geometry geometry = command.config().session(command.common().backend).geometry;
    if (const std::string problem = memory::SyntheticLoad::problem(geometry); !problem.empty())
        return command.fail(
            Status::error(problem + "\nset device.sites_per_segment to 64 and segments to 8 or more"));
    if (const Status status = command.start(); !status.ok()) return command.fail(status);

    memory::SyntheticLoad load(geometry, write_alg(algorithm.value()), command.common().seed);
    uint64_t left = requests.value();
    return run(line, command,
               {.next = [&](memory::TraceRecord& record) -> Result<bool> {
                    if (left == 0) return false;
                    --left;
                    load.next(record);
                    return true;
                },
                .total = requests.value(),
                .write_alg = algorithm.value()});
}

int mem_replay(const Call& call) {
    CommandLine line({.name = "mem replay",
                      .synopsis = "skytrack mem replay TRACE [options]",
                      .about = "Runs the requests of a trace, NVMain or RTSim text (CYCLE OP ADDR DATA [OLD] THREAD) "
                               "or our own compact\ntrace, plain or gzip, from a file or from standard input (-). "
                               "Closed loop: each request is handed in as soon\nas the memory takes it; the arrival "
                               "cycles of a text trace are checked and not waited for.",
                      .examples = "  skytrack mem replay trace.txt.gz\n"
                                  "  zcat trace.txt.gz | skytrack mem replay - --json\n"
                                  "  skytrack mem replay load.skyt --backend tlm --tracks 16\n"});
    line.add_positional("trace");
    line.add_option("write-alg", "NAME", "naive or dcw, of the writes of a text trace (dcw when not given)");
    add_options(line);
    Command command(line, call);
    if (command.done()) return command.exit_code();
    if (!line.has("trace"))
        return command.fail(Status::error("there is no trace to replay\nexpected " + line.about().synopsis));
    std::string algorithm = "dcw";
    if (line.has("write-alg")) {
        const Result<std::string> given = line.choice("write-alg", write_algs());
        if (!given.ok()) return command.fail(given.status());
        algorithm = given.value();
    }
    if (const Status status = command.start(); !status.ok()) return command.fail(status);

    Result<std::unique_ptr<memory::TraceReader>> reader = memory::TraceReader::open(
        line.text("trace"), {.geometry = command.config().session(command.common().backend).geometry,
                             .write_alg = write_alg(algorithm),
                             .stop = interrupted});
    if (!reader.ok() && interrupted()) {
        print_note("interrupted before the first request; there are no results");
        return kInterrupted;
    }
    if (!reader.ok()) return command.fail(reader.status());
    const bool recorded = reader.value()->names_write_alg();
    if (recorded && line.has("write-alg"))
        return command.fail(
            Status::error(fmt::format("--write-alg is given, but {} names the algorithm of each write\n"
                                      "leave --write-alg out, or record the trace again with it",
                                      line.text("trace"))));
    return run(line, command,
               {.next = [&](memory::TraceRecord& record) { return reader.value()->next(record); },
                .total = 0,
                .write_alg = recorded ? "recorded" : algorithm});
}

}  // namespace sky::cli
