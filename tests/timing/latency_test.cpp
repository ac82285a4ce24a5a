// Question: does a request that is alone take exactly the cycles the formulas say, for every operation and write
// algorithm, in both mappings, with every return policy and every option that changes a pass?
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sysc/model/controller.hpp"
#include "sysc/model/pin_driver.hpp"
#include "tb/request_stream.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"
#include "tests/timing/formulas.hpp"

namespace sky::model {
namespace {

Timing untimed_detects() {
    Timing timing = test::skyrmion_timing();
    timing.detect_cycles = 0;
    timing.relax_cycles = 3;
    timing.remove_cycles = 12;
    return timing;
}

std::vector<Geometry> geometries() {
    Geometry flagged = test::geometry(7, 5, 4);
    flagged.flag_site = true;
    flagged.overhead_sites = 8;
    Geometry bits = test::geometry(9, 5, 128);
    bits.tracks_per_row = 64;
    Geometry wide = test::geometry(32, 3, 1024);
    wide.tracks_per_row = 512;
    return {test::geometry(64, 32, 16), test::geometry(8, 40, 4), flagged, bits, wide};
}

std::vector<Policy> policies() {
    std::vector<Policy> all;
    for (const ReturnPolicy returns : {ReturnPolicy::kHome, ReturnPolicy::kStay})
        for (const Scheduler scheduler : {Scheduler::kFcfs, Scheduler::kCoalesce})
            for (const bool overlap : {false, true})
                for (const uint32_t ports : {2U, 64U})
                    all.push_back({.banks = overlap ? 2U : 1U,
                                   .scheduler = scheduler,
                                   .return_policy = returns,
                                   .max_ports_driven = ports,
                                   .overlap = overlap});
    return all;
}

std::string name(const Array& array) {
    const Geometry& g = array.geometry;
    const Policy& p = array.policy;
    return "D = " + std::to_string(g.sites_per_segment) + ", S = " + std::to_string(g.segments) + ", " +
           to_string(g.mapping()) + (g.flag_site ? ", flags, " : ", ") + to_string(p.scheduler) + ", " +
           to_string(p.return_policy) + (p.overlap ? ", overlap, " : ", ") + std::to_string(p.max_ports_driven) +
           " ports driven";
}

void expect_formulas(const Array& array, PassEngine engine, int requests) {
    SCOPED_TRACE(name(array));
    Controller controller(array.geometry, array.timing, array.policy, engine);
    PinDriver<Controller> driver(controller);
    test::Formulas formulas(array);
    tb::RequestStream stream(array.geometry, test::seed());
    for (int i = 0; i < requests; ++i) {
        const tb::Request request = stream.next();
        const RspStatus status = check_command(array, request.command);
        driver.submit(request.command, request.data);
        const Finished* done = driver.advance();
        ASSERT_NE(done, nullptr);
        ASSERT_EQ(done->done_cycle - done->submit_cycle,
                  formulas.unloaded_cycles(request.command, request.data, status))
            << "request " << i << ", " << to_string(request.command.op) << " "
            << to_string(request.command.write_alg);
    }
}

TEST(TimingLatency, OfARequestThatIsAloneIsItsFormula) {
    for (const Geometry& geometry : geometries())
        for (const Policy& policy : policies())
            for (const Timing& timing : {test::skyrmion_timing(), untimed_detects()})
                expect_formulas({geometry, timing, policy}, PassEngine::kEvents, 300);
}

TEST(TimingLatency, IsTheFormulaPulseByPulseToo) {
    for (const Geometry& geometry : geometries())
        for (const Policy& policy : policies())
            expect_formulas({geometry, untimed_detects(), policy}, PassEngine::kPulses, 30);
}

}  // namespace
}  // namespace sky::model
