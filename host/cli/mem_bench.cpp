#include "host/cli/mem_options.hpp"
#include "host/cli/mem_run.hpp"
#include "host/memory/synthetic_load.hpp"

namespace sky::cli {

namespace {

constexpr uint64_t kMaxRequests = 1'000'000'000'000;

}  // namespace

int mem_bench(const Call& call) {
    CommandLine line({.name = "mem bench",
                      .synopsis = "skytrack mem bench [options]",
                      .about = "Reads and writes, half of each, of random 64-byte lines at random addresses of the "
                               "whole memory;\nevery word read is compared with what was last written. pw and pw_fnw "
                               "write one segment at a time:\nwith them the write of a line is one request per word.",
                      .examples = "  skytrack mem bench --requests 1000000\n"
                                  "  skytrack mem bench --mapping bit --scheduler nearest --return-policy stay "
                                  "--outstanding 16\n"
                                  "  skytrack mem bench --write-alg naive --json\n"
                                  "  skytrack mem bench --tracks 16 --requests 2000 --backend rtl\n"
                                  "  skytrack mem bench --requests 5000 --record load.skyt\n"});
    line.add_option("requests", "N", "requests", "100000");
    line.add_option("writes", "PERCENT", "of a hundred lines so many are written, the others read", "50");
    add_mem_options(line, "", "dcw");
    Command command(line, call, adjust_mem_sources);
    if (command.done()) return command.exit_code();
    const Result<uint64_t> requests = line.number("requests", 1, kMaxRequests);
    if (!requests.ok()) return command.fail(requests.status());
    const Result<uint64_t> writes = line.number("writes", 0, 100);
    if (!writes.ok()) return command.fail(writes.status());
    const Result<memory::WriteAlg> algorithm = read_write_alg(line, command, memory::WriteAlg::kDcw);
    if (!algorithm.ok()) return command.fail(algorithm.status());

    const memory::Geometry geometry = command.config().session(command.common().backend).geometry;
    if (const std::string problem = memory::SyntheticLoad::problem(geometry); !problem.empty())
        return command.fail(
            Status::error(problem + "\nset device.sites_per_segment to 64 and segments to 8 or more"));
    if (const Status status = command.start(); !status.ok()) return command.fail(status);

    memory::SyntheticLoad load(geometry, algorithm.value(), command.common().seed,
                               static_cast<uint32_t>(writes.value()));
    uint64_t left = requests.value();
    return run_stream(line, command,
                      {.next = [&](memory::TraceRecord& record) -> Result<bool> {
                           if (left == 0) return false;
                           --left;
                           load.next(record);
                           return true;
                       },
                       .total = requests.value(),
                       .write_alg = model::to_string(algorithm.value())});
}

}  // namespace sky::cli
