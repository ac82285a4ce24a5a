#include "host/cli/mem_bench.hpp"

#include <fmt/format.h>

#include "host/cli/config_loader.hpp"
#include "host/cli/mem_options.hpp"
#include "host/cli/mem_run.hpp"
#include "host/memory/synthetic_load.hpp"

namespace sky::cli {

namespace {

constexpr uint32_t kMaxPercent = 100;
constexpr uint64_t kMaxRequests = 1'000'000'000'000;

CommandHelp help() {
    return {.name = "mem bench",
            .synopsis = "skytrack mem bench [options]",
            .about =
                "Reads and writes, half of each, of random 64-byte lines at random addresses of the "
                "whole memory;\nevery word read is compared with what was last written. pw and pw_fnw "
                "write one segment at a time:\nwith them the write of a line is one request per word.",
            .examples =
                "  skytrack mem bench --requests 1000000\n"
                "  skytrack mem bench --mapping bit --scheduler nearest --return-policy stay "
                "--outstanding 16\n"
                "  skytrack mem bench --write-alg naive --json\n"
                "  skytrack mem bench --tracks 16 --requests 2000 --backend rtl\n"
                "  skytrack mem bench --mapping bit --requests 200 --backend rtl\n"
                "  skytrack mem bench --requests 5000 --record load.skyt\n"
                "  skytrack mem bench --requests 5000 --save-image full.skyi\n"
                "  skytrack mem bench --seed 2 --load-image full.skyi\n"
                "  skytrack mem bench --requests 10 --pulses pulses.txt\n"};
}

void add_options(CommandLine& line) {
    line.add_option("requests", "N", "requests", "100000");
    line.add_option("writes", "PERCENT", "of a hundred lines so many are written, the others read", "50");
    add_mem_options(line, "", "dcw");
}

struct BenchOptions {
    uint64_t requests = 0;
    uint32_t write_percent = 0;
};

Result<BenchOptions> read_options(const CommandLine& line) {
    const Result<uint64_t> requests = line.number("requests", 1, kMaxRequests);
    if (!requests.ok()) return requests.status();
    const Result<uint64_t> writes = line.number("writes", 0, kMaxPercent);
    if (!writes.ok()) return writes.status();
    return BenchOptions{.requests = requests.value(), .write_percent = static_cast<uint32_t>(writes.value())};
}

}  // namespace

std::vector<std::string> sweepable_options() {
    return {"requests",      "writes", "seed",        "backend",     "mapping", "write-alg", "config",  "scheduler",
            "return-policy", "banks",  "queue-depth", "outstanding", "tracks",  "segments",  "no-check"};
}

std::string key_behind(const std::string& name) {
    CommandLine line(help());
    add_options(line);
    const std::string key = line.key_of(name);
    return key.empty() ? name : key;
}

Status check_mem_bench(std::span<const std::string> arguments) {
    CommandLine line(help());
    add_options(line);
    if (Status status = line.parse(arguments); !status.ok()) return status;
    const Result<CommonOptions> common = CommonOptions::read(line);
    if (!common.ok()) return common.status();
    if (const Result<BenchOptions> options = read_options(line); !options.ok()) return options.status();
    ConfigSources sources;
    if (Status status = adjust_mem_sources(line, sources); !status.ok()) return status;
    ConfigLoader loader(shipped_preset_folder());
    Status status = loader.load_shipped();
    for (const std::string& file : common.value().config_files)
        if (status.ok()) status = loader.overlay_file(file);
    for (const std::string& setting : common.value().settings)
        if (status.ok()) status = loader.overlay_setting(setting);
    for (const Assignment& assignment : line.assignments())
        if (status.ok()) status = loader.overlay(assignment);
    return status;
}

Result<BenchSetup> mem_bench_setup(std::span<const std::string> arguments) {
    CommandLine line(help());
    add_options(line);
    if (Status status = line.parse(arguments); !status.ok()) return status;
    const Result<CommonOptions> common = CommonOptions::read(line);
    if (!common.ok()) return common.status();
    BenchSetup setup{.seed = common.value().seed, .options = {}, .config = {}};
    for (const std::string& option : sweepable_options()) {
        if (option == "config" || !line.has(option)) continue;
        const std::string value = option == "no-check" ? fmt::format("{}", line.flag(option)) : line.text(option);
        setup.options += fmt::format("--{} {}\n", option, value);
    }
    ConfigSources sources{
        .files = common.value().config_files, .settings = common.value().settings, .options = line.assignments()};
    if (Status status = adjust_mem_sources(line, sources); !status.ok()) return status;
    const Result<Config> config = Config::load(shipped_preset_folder(), sources);
    if (config.ok()) setup.config = config.value().json();
    return setup;
}

int mem_bench(const Call& call) {
    CommandLine line(help());
    add_options(line);
    Command command(line, call, [](const CommandLine& given, ConfigSources& sources) {
        const Result<BenchOptions> checked = read_options(given);
        return checked.ok() ? adjust_mem_sources(given, sources) : checked.status();
    });
    if (command.done()) return command.exit_code();
    const Result<BenchOptions> options = read_options(line);
    if (!options.ok()) return command.fail(options.status());
    const Result<memory::WriteAlg> algorithm = read_write_alg(line, command, memory::WriteAlg::kDcw);
    if (!algorithm.ok()) return command.fail(algorithm.status());

    const memory::Geometry geometry = command.config().session(command.common().backend).geometry;
    if (const std::string problem = memory::SyntheticLoad::problem(geometry); !problem.empty())
        return command.fail(
            Status::error(problem + "\nset device.sites_per_segment to 64 and segments to 8 or more"));
    if (const Status status = start_session(line, command); !status.ok()) return command.fail(status);

    memory::SyntheticLoad load(geometry, algorithm.value(), command.common().seed, options.value().write_percent);
    uint64_t left = options.value().requests;
    return run_stream(line, command,
                      {.next = [&](memory::TraceRecord& record) -> Result<bool> {
                           if (left == 0) return false;
                           --left;
                           load.next(record);
                           return true;
                       },
                       .total = options.value().requests,
                       .write_alg = model::to_string(algorithm.value())});
}

}  // namespace sky::cli
