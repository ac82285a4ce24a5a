#include <fmt/format.h>

#include "host/cli/mem_options.hpp"
#include "host/cli/mem_run.hpp"
#include "host/cli/terminal.hpp"
#include "host/memory/word_requests.hpp"

namespace sky::cli {

int mem_replay(const Call& call) {
    CommandLine line({.name = "mem replay",
                      .synopsis = "skytrack mem replay TRACE [options]",
                      .about =
                          "Runs the requests of a trace from a file or from standard input (-), plain, gzip or "
                          "zstd. A trace is our own\ncompact one or text: of NVMain and RTSim (CYCLE OP ADDR DATA "
                          "[OLD] THREAD), of Ramulator 2 (LD ADDR,\nST ADDR) or of DRAMsim3 (ADDR OP CYCLE). "
                          "Closed loop: each request is handed in as soon as the memory\ntakes it; the arrival "
                          "cycles of a text trace are checked and not waited for.",
                      .examples = "  skytrack mem replay trace.txt.gz\n"
                                  "  zcat trace.txt.gz | skytrack mem replay - --json\n"
                                  "  skytrack mem replay load.skyt --backend tlm --tracks 16\n"
                                  "  skytrack mem replay more.skyt --load-image before.skyi --save-image after.skyi\n"
                                  "  skytrack mem replay load.skyt --pulses pulses.txt.zst\n"});
    line.add_positional("trace");
    add_mem_options(line, ", of the writes of a text trace (dcw when not given)", "");
    Command command(line, call, adjust_mem_sources);
    if (command.done()) return command.exit_code();
    if (!line.has("trace"))
        return command.fail(Status::error("there is no trace to replay\nexpected " + line.about().synopsis));
    const Result<memory::WriteAlg> algorithm = read_write_alg(line, command, memory::WriteAlg::kDcw);
    if (!algorithm.ok()) return command.fail(algorithm.status());
    if (const Status status = start_session(line, command); !status.ok()) return command.fail(status);

    Result<std::unique_ptr<memory::TraceReader>> reader = memory::TraceReader::open(
        line.text("trace"), {.geometry = command.config().session(command.common().backend).geometry,
                             .write_alg = algorithm.value(),
                             .stop = interrupted,
                             .shaping = shaping_options(line)});
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
    // A text trace writes whole lines; a permutation write takes one segment at a time.
    memory::WordRequests words;
    const bool split = !recorded && memory::WordRequests::needed(algorithm.value());
    return run_stream(line, command,
                      {.next = [&](memory::TraceRecord& record) -> Result<bool> {
                           if (words.next(record)) return true;
                           Result<bool> more = reader.value()->next(record);
                           if (!split || !more.ok() || !more.value() || record.command.op != memory::Op::kWrite)
                               return more;
                           words.split(record);
                           return words.next(record);
                       },
                       .total = 0,
                       .write_alg = recorded ? "recorded" : model::to_string(algorithm.value())});
}

}  // namespace sky::cli
