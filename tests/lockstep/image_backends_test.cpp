// Question: does a run that goes on from an image, on any backend, give the answers, cycles and counters of one that
// was never interrupted?
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "host/memory/session.hpp"
#include "sysc/bridge/rtl_controller.hpp"
#include "tb/request_stream.hpp"
#include "tests/support/device.hpp"
#include "tests/support/files.hpp"
#include "tests/support/seed.hpp"

namespace sky::memory {
namespace {

constexpr std::array kBackends{Backend::kFast, Backend::kTlm, Backend::kRtl};

struct Answer {
    RspStatus status;
    std::vector<uint64_t> words;
    uint64_t latency_cycles;

    bool operator==(const Answer&) const = default;
};

struct Outcome {
    std::vector<Answer> answers;
    Counters counted;
    std::string image;
};

/// The requests, and the image of what they leave.
Outcome run(MemorySession& session, const std::vector<tb::Request>& requests) {
    const test::TemporaryFolder folder;
    const Counters before = session.counters();
    for (const tb::Request& request : requests) session.submit(request.command, request.data);
    const Status saved = session.save_image(folder.path("i"));
    EXPECT_TRUE(saved.ok()) << saved.message();
    Outcome outcome{
        .answers = {}, .counted = session.counters() - before, .image = test::read_file(folder.path("i"))};
    while (const Finished* done = session.take())
        outcome.answers.push_back({done->status, done->words, done->done_cycle - done->submit_cycle});
    return outcome;
}

void expect_same(const Outcome& got, const Outcome& expected) {
    EXPECT_EQ(got.answers, expected.answers);
    for (size_t i = 0; i < model::kCounters; ++i)
        EXPECT_EQ(got.counted.at(i), expected.counted.at(i)) << model::info(static_cast<Counter>(i)).name;
    EXPECT_EQ(got.image, expected.image);
}

std::unique_ptr<MemorySession> start(Backend backend, SessionConfig config) {
    config.backend = backend;
    auto session = MemorySession::start(config);
    if (!session.ok()) throw std::runtime_error(session.status().message());
    return std::move(session.value());
}

void expect_goes_on(const SessionConfig& config, size_t requests) {
    tb::RequestStream stream(config.geometry, test::seed());
    std::array<std::vector<tb::Request>, 2> parts;
    for (auto& part : parts)
        while (part.size() < requests) part.push_back(stream.next());

    const auto whole = start(Backend::kFast, config);
    const Outcome first = run(*whole, parts[0]);
    const Outcome second = run(*whole, parts[1]);
    EXPECT_NE(first.image, second.image);
    const test::TemporaryFolder folder;
    const std::string image = folder.file("i", first.image);
    for (const Backend backend : kBackends) {
        SCOPED_TRACE(to_string(backend));
        expect_same(run(*start(backend, config), parts[0]), first);
        const auto loaded = start(backend, config);
        const Status status = loaded->load_image(image);
        ASSERT_TRUE(status.ok()) << status.message();
        expect_same(run(*loaded, parts[1]), second);
    }
}

TEST(LockstepImage, LetsARunGoOnAsIfItHadNotBeenInterrupted) {
    for (const auto& shape : bridge::RtlController::shapes()) {
        for (const ReturnPolicy return_policy : {ReturnPolicy::kHome, ReturnPolicy::kStay}) {
            // With several banks, whose turn it is to answer is not kept: it shows when they all have answers.
            for (const uint32_t outstanding : {1U, 6U}) {
                if (shape.banks > 1 && outstanding > 1) continue;
                SCOPED_TRACE(testing::Message()
                             << shape.geometry.sites_per_segment << " x " << shape.geometry.segments
                             << (shape.geometry.flag_site ? " flags" : "") << (shape.banks > 1 ? " banks" : "")
                             << (return_policy == ReturnPolicy::kStay ? " stay " : " home ") << outstanding);
                expect_goes_on({.backend = Backend::kFast,
                                .geometry = shape.geometry,
                                .timing = test::skyrmion_timing(),
                                .policy = {.queue_depth = shape.queue_depth,
                                           .banks = shape.banks,
                                           .scheduler = Scheduler::kNearest,
                                           .return_policy = return_policy},
                                .outstanding = outstanding},
                               100);
                if (testing::Test::HasFailure()) return;
            }
        }
    }
}

}  // namespace
}  // namespace sky::memory
