// Question: does a workload see the same answers, cycles and counters whichever backend it runs on?
#include <gtest/gtest.h>

#include "host/memory/session.hpp"
#include "sysc/bridge/rtl_controller.hpp"
#include "tb/request_stream.hpp"
#include "tests/support/device.hpp"
#include "tests/support/device_table.hpp"
#include "tests/support/seed.hpp"

namespace sky::memory {
namespace {

std::unique_ptr<MemorySession> start(Backend backend, const Geometry& geometry, uint32_t outstanding = 1) {
    auto session = MemorySession::start(
        {.backend = backend, .geometry = geometry, .timing = test::skyrmion_timing(), .outstanding = outstanding});
    EXPECT_TRUE(session.ok()) << session.status().message();
    return std::move(session.value());
}

void expect_same(const Finished& a, const Finished& b) {
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.status, b.status);
    EXPECT_EQ(a.words, b.words);
    EXPECT_EQ(a.submit_cycle, b.submit_cycle);
    EXPECT_EQ(a.done_cycle, b.done_cycle);
}

void expect_same_counters(MemorySession& a, MemorySession& b) {
    for (size_t i = 0; i < model::kCounters; ++i)
        EXPECT_EQ(a.counters().at(i), b.counters().at(i))
            << model::info(static_cast<Counter>(i)).name << " on " << to_string(b.config().backend);
}

TEST(LockstepBackends, FinishEveryRequestAlikeOneAtATime) {
    const Geometry geometry = bridge::RtlController::shapes().at(1).geometry;
    auto fast = start(Backend::kFast, geometry);
    auto tlm = start(Backend::kTlm, geometry);
    auto rtl = start(Backend::kRtl, geometry);
    tb::RequestStream stream(geometry, test::seed());
    for (int i = 0; i < 2'000; ++i) {
        const tb::Request s = stream.next();
        const Finished done = fast->execute(s.command, s.data);
        expect_same(done, tlm->execute(s.command, s.data));
        expect_same(done, rtl->execute(s.command, s.data));
        if (HasFailure()) break;
    }
    expect_same_counters(*fast, *tlm);
    expect_same_counters(*fast, *rtl);
}

TEST(LockstepBackends, FinishEveryRequestAlikeWithManyUnderWay) {
    const Geometry geometry = bridge::RtlController::shapes().at(2).geometry;
    auto fast = start(Backend::kFast, geometry, 40);
    auto tlm = start(Backend::kTlm, geometry, 40);
    auto rtl = start(Backend::kRtl, geometry, 40);
    tb::RequestStream stream(geometry, test::seed());
    for (int i = 0; i < 2'000; ++i) {
        const tb::Request s = stream.next();
        fast->submit(s.command, s.data);
        tlm->submit(s.command, s.data);
        rtl->submit(s.command, s.data);
    }
    fast->drain();
    tlm->drain();
    rtl->drain();
    uint64_t finished = 0;
    for (auto a = fast->poll(); a; a = fast->poll(), ++finished) {
        for (MemorySession* other : {tlm.get(), rtl.get()}) {
            const auto b = other->poll();
            ASSERT_TRUE(b);
            expect_same(*a, *b);
        }
        if (HasFailure()) break;
    }
    EXPECT_EQ(finished, 2'000U);
    expect_same_counters(*fast, *tlm);
    expect_same_counters(*fast, *rtl);
}

TEST(LockstepBackends, RtlRefusesAShapeThatWasNotBuilt) {
    const auto session = MemorySession::start(
        {.backend = Backend::kRtl, .geometry = test::geometry(32, 8, 4), .timing = test::skyrmion_timing()});
    ASSERT_FALSE(session.ok());
    EXPECT_NE(session.status().message().find("64 x 32 (overhead 64)"), std::string::npos);
}

TEST(LockstepBackends, RtlCutsTheTracksToItsArray) {
    auto session = start(Backend::kRtl, test::geometry(64, 32, 4'194'304));
    EXPECT_EQ(session->geometry().tracks, 1024U);
}

}  // namespace
}  // namespace sky::memory
