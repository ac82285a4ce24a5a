// sky_wave NAME FILE.fst: records a named scenario of the RTL.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "sysc/bridge/rtl_controller.hpp"
#include "sysc/model/pin_driver.hpp"
#include "tb/wave_regfile.hpp"
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
    model::Policy policy;
    std::vector<Step> steps;
};

Step write(WriteAlg alg, uint32_t row, uint64_t seg_mask, std::vector<uint64_t> data) {
    return {{.op = Op::kWrite, .write_alg = alg, .row = row, .seg_mask = seg_mask}, std::move(data)};
}
Step read(uint32_t row, uint64_t seg_mask) { return {{.op = Op::kRead, .row = row, .seg_mask = seg_mask}, {}}; }
Step erase(uint32_t row, uint64_t seg_mask) { return {{.op = Op::kErase, .row = row, .seg_mask = seg_mask}, {}}; }
Step scan(uint32_t row, uint64_t seg_mask, uint64_t low, uint64_t high) {
    return {{.op = Op::kScan, .row = row, .seg_mask = seg_mask}, {low, high}};
}
Step barrier() { return {{.op = Op::kBarrier}, {}}; }

/// On the traced geometry: 4 rows of 4 segments of 8 sites.
const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> kAll{
        {"controller",
         "a naive write of one segment, a compare-write of four, a parallel read, a refusal, an erase, a permutation "
         "write, a scan that stops early, a read",
         {.queue_depth = 4},
         {write(WriteAlg::kNaive, 1, 0b0010, {0xA5}), write(WriteAlg::kDcw, 1, 0b1111, {0x0C, 0x3C, 0x80, 0x01}),
          read(1, 0b1111), read(99, 0b0001), erase(1, 0b0101),
          write(WriteAlg::kPw, 1, 0b0010, {0xC1}),  // 4 skyrmions stored, 3 wanted: one is left over
          scan(1, 0b1111, 0x20, 0x60),              // 00, C1, 00, 01: all decided after three sites
          read(1, 0b1111)}},
        {"scheduler",
         "requests for two rows that wait behind a scan; coalesced into one pass a row, then a read that had to wait "
         "for a write, and a barrier",
         {.queue_depth = 16, .scheduler = model::Scheduler::kCoalesce},
         {scan(0, 0b1111, 0x80, 0xC0),  // the bank is at work while the others arrive
          write(WriteAlg::kDcw, 1, 0b0001, {0x0F}), read(2, 0b0001), write(WriteAlg::kNaive, 1, 0b0010, {0x99}),
          read(2, 0b0010), erase(1, 0b0100), read(1, 0b1000), read(2, 0b0011),
          read(1, 0b0001),  // of a word that the first write changes: it may not join
          barrier(), read(1, 0b1111)}},
    };
    return kAll;
}

int usage(std::FILE* out) {
    fmt::print(out, "usage: sky_wave NAME FILE.fst\n\nScenarios:\n");
    for (const Scenario& s : scenarios()) fmt::print(out, "  {:<14} {}\n", s.name, s.description);
    for (const RegfileScenario& s : regfile_scenarios()) fmt::print(out, "  {:<14} {}\n", s.name, s.description);
    fmt::print(out, "\nExample: sky_wave controller out/controller.fst\n");
    return out == stdout ? 0 : 2;
}

int record(const Scenario& scenario, const std::filesystem::path& path) {
    // The traced geometry; the true costs, so that the slots have their true proportions.
    const auto rtl = bridge::RtlController::make(bridge::RtlController::shapes().at(2).geometry,
                                                 test::skyrmion_timing(), scenario.policy);
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
    for (const auto& scenario : sky::tb::regfile_scenarios())
        if (args[0] == scenario.name) return sky::tb::record_regfile(scenario, args[1]);
    fmt::print(stderr, "sky_wave: error: no scenario is named '{}'\n", args[0]);
    return sky::tb::usage(stderr);
}
