// sky_platform [REQUESTS]: a virtual platform of two initiators and a racetrack memory, to start your own from.
//
//     walker  (sequential, mostly reads)  ----+
//                                             +---- skrm: 1 MiB, word-based, 64 sites x 32 segments, home policy
//     jumper  (random, half writes)       ----+
//
// Both keep several 64-byte lines under way through nb_transport and check what they read. Prints the statistics
// of both and of the memory; exit code 1 when something was read that was not written.
#include <cstdlib>
#include <iostream>
#include <memory>
#include <systemc>

#include "sysc/model/controller.hpp"
#include "sysc/model/statistics.hpp"
#include "sysc/tlm/skrm_target.hpp"
#include "sysc/tlm/traffic_generator.hpp"

namespace sky {
namespace {

constexpr uint64_t kDefaultRequests = 20'000;

/// Number of requests of each initiator; 0 when the text is none.
uint64_t parse_requests(const char* text) {
    char* end = nullptr;
    const uint64_t requests = std::strtoull(text, &end, 10);
    return *end == '\0' && *text >= '0' && *text <= '9' ? requests : 0;
}

int run(uint64_t requests) {
    const model::Geometry geometry{
        .sites_per_segment = 64, .segments = 32, .overhead_sites = 64, .tracks = 4096, .tracks_per_row = 1};
    // The controller's clock is the greatest common divisor of the times, 100 ps.
    const model::Timing timing = model::exact_timing(model::skyrmion_costs());
    auto controller =
        std::make_unique<model::Controller>(geometry, timing, model::Policy{}, model::PassEngine::kEvents);

    const uint64_t half = model::capacity_bytes(geometry) / 2;
    tlm::TrafficGenerator walker("walker", {.first_address = 0,
                                            .region_bytes = half,
                                            .requests = requests,
                                            .outstanding = 4,
                                            .write_percent = 20,
                                            .sequential = true,
                                            .seed = 1});
    tlm::TrafficGenerator jumper("jumper", {.first_address = half,
                                            .region_bytes = half,
                                            .requests = requests,
                                            .outstanding = 8,
                                            .write_percent = 50,
                                            .seed = 2});
    tlm::SkrmTarget<model::Controller> skrm("skrm", std::move(controller), geometry, timing.cycle_ps,
                                            model::WriteAlg::kDcw);
    walker.socket().bind(skrm.socket);
    jumper.socket().bind(skrm.socket);

    sc_core::sc_start();

    stats::Group platform("platform", "two initiators and a racetrack memory");
    platform.derived("time", sc_core::sc_time_stamp().to_seconds() * 1e6, "us", "simulated time", "sc_time_stamp()");
    platform.add(walker.statistics());
    platform.add(jumper.statistics());
    platform.add(model::statistics(skrm.target().counters(), timing, 8.0));
    std::cout << platform.text();

    const bool sound = walker.finished() && jumper.finished() && walker.mismatches() + jumper.mismatches() == 0 &&
                       walker.errors() + jumper.errors() == 0;
    std::cout << (sound ? "every line was read as it was written\n" : "the memory did not keep its lines\n");
    return sound ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace sky

int sc_main(int argc, char* argv[]) {
    const uint64_t requests = argc > 1 ? sky::parse_requests(argv[1]) : sky::kDefaultRequests;
    if (argc > 2 || requests == 0) {
        std::cerr << "usage: sky_platform [REQUESTS], a number above 0; for example sky_platform 20000\n";
        return 2;
    }
    return sky::run(requests);
}

int main(int argc, char* argv[]) { return sc_core::sc_elab_and_sim(argc, argv); }
