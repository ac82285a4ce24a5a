// sky_wave NAME FILE.fst: records a named scenario of the RTL.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <vector>

#include "sysc/bridge/rtl_controller.hpp"
#include "sysc/model/pin_driver.hpp"
#include "tests/support/device.hpp"

namespace sky::tb {
namespace {

using model::Command;
using model::Op;
using model::WriteAlg;

struct Step {
    Command command;
    std::vector<uint64_t> data;
};

struct Scenario {
    const char* name;
    const char* description;
    std::vector<Step> steps;
};

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> kAll{
        {"controller",
         "a naive write of one segment, a compare-write of all four, a parallel read, a refusal, an erase",
         {{{.op = Op::kWrite, .write_alg = WriteAlg::kNaive, .tag = 0, .row = 1, .seg_mask = 0b0010}, {0xA5}},
          {{.op = Op::kWrite, .write_alg = WriteAlg::kDcw, .row = 1, .seg_mask = 0b1111}, {0x0C, 0x3C, 0x80, 0x01}},
          {{.op = Op::kRead, .row = 1, .seg_mask = 0b1111}, {}},
          {{.op = Op::kRead, .row = 99, .seg_mask = 0b0001}, {}},
          {{.op = Op::kErase, .row = 1, .seg_mask = 0b0101}, {}},
          {{.op = Op::kRead, .row = 1, .seg_mask = 0b1111}, {}}}},
    };
    return kAll;
}

int usage(std::FILE* out) {
    fmt::print(out, "usage: sky_wave NAME FILE.fst\n\nScenarios:\n");
    for (const Scenario& s : scenarios()) fmt::print(out, "  {:<12} {}\n", s.name, s.description);
    fmt::print(out, "\nExample: sky_wave controller out/controller.fst\n");
    return out == stdout ? 0 : 2;
}

int record(const Scenario& scenario, const std::filesystem::path& path) {
    // The traced geometry; the true costs, so that the slots have their true proportions.
    const auto rtl = bridge::RtlController::make(bridge::RtlController::shapes().at(2).geometry,
                                                 test::skyrmion_timing(), {.queue_depth = 4});
    if (!rtl->open_trace(path.string())) {
        fmt::print(stderr, "sky_wave: error: cannot write {}: choose a folder that exists and is writable\n",
                   path.string());
        return 2;
    }
    model::PinDriver<bridge::RtlController> driver(*rtl);
    for (const Step& step : scenario.steps) driver.submit(step.command, step.data);
    while (const model::Finished* done = driver.advance())
        fmt::print("cycle {:>5}  request {} {}\n", done->done_cycle, done->id, model::to_string(done->status));
    rtl->leap(20);
    rtl->close_trace();
    fmt::print("wrote {}\n", path.string());
    return 0;
}

}  // namespace
}  // namespace sky::tb

int main(int argc, char** argv) {
    const std::vector<std::string_view> args(argv + 1, argv + argc);
    if (!args.empty() && (args[0] == "--help" || args[0] == "-h")) return sky::tb::usage(stdout);
    if (args.size() != 2) return sky::tb::usage(stderr);
    for (const auto& scenario : sky::tb::scenarios())
        if (args[0] == scenario.name) return sky::tb::record(scenario, args[1]);
    fmt::print(stderr, "sky_wave: error: no scenario is named '{}'\n", args[0]);
    return sky::tb::usage(stderr);
}
