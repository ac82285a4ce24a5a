// Question: do the closed formulas (kEvents) equal the pulses on a site-accurate track (kPulses) in every response,
// cycle and counter, and does every read return the last write, whatever the requests and the backpressure?
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sysc/model/controller.hpp"
#include "sysc/model/pass.hpp"
#include "sysc/model/pin_driver.hpp"
#include "tb/request_stream.hpp"
#include "tests/support/device.hpp"
#include "tests/support/seed.hpp"

namespace sky::model {
namespace {

using tb::Request;

std::vector<Geometry> geometries() {
    return {test::geometry(64, 32, 16), test::geometry(7, 5, 3), test::geometry(2, 64, 2)};
}

std::string name(const Geometry& geometry) {
    return "D = " + std::to_string(geometry.sites_per_segment) + ", S = " + std::to_string(geometry.segments);
}

/// The name of the first counter that differs, empty when none does.
std::string difference(const Counters& a, const Counters& b) {
    for (size_t i = 0; i < kCounters; ++i)
        if (a.at(i) != b.at(i))
            return std::string(info(static_cast<Counter>(i)).name) + ": " + std::to_string(a.at(i)) + " and " +
                   std::to_string(b.at(i));
    return {};
}

/// What a memory holds, as a map of words; absent words are 0.
class Reference {
   public:
    explicit Reference(const Geometry& geometry) : geometry_(geometry) {}

    /// The words a request answers; applies it.
    std::vector<uint64_t> apply(const Request& request, RspStatus status) {
        std::vector<uint64_t> answer;
        if (status != RspStatus::kOk) return answer;
        size_t beat = 0;
        for (uint32_t segment = 0; segment < geometry_.segments; ++segment) {
            if ((request.command.seg_mask >> segment & 1) == 0) continue;
            uint64_t& word = words_[{request.command.row, segment}];
            if (request.command.op == Op::kRead) answer.push_back(word);
            if (request.command.op == Op::kErase) word = 0;
            if (request.command.op == Op::kWrite) word = request.data[beat++] & geometry_.word_mask();
        }
        return answer;
    }

   private:
    Geometry geometry_;
    std::map<std::pair<uint32_t, uint32_t>, uint64_t> words_;
};

void expect_agreement(const Geometry& geometry, int requests) {
    SCOPED_TRACE(name(geometry));
    Controller pulses(geometry, test::skyrmion_timing(), {.queue_depth = 4}, PassEngine::kPulses);
    Controller events(geometry, test::skyrmion_timing(), {.queue_depth = 4}, PassEngine::kEvents);
    PinDriver<Controller> pulse_driver(pulses);
    PinDriver<Controller> event_driver(events);
    tb::RequestStream stream(geometry, test::seed());
    Reference reference(geometry);
    std::map<uint64_t, Request> under_way;
    for (int submitted = 0; submitted < requests || !under_way.empty();) {
        for (uint64_t burst = stream.below(8); submitted < requests && burst > 0 && under_way.size() < 24; --burst) {
            const Request request = stream.next();
            const uint64_t id = pulse_driver.submit(request.command, request.data);
            ASSERT_EQ(event_driver.submit(request.command, request.data), id);
            under_way.emplace(id, request);
            ++submitted;
        }
        const Finished* pulse = pulse_driver.advance();
        const Finished* event = event_driver.advance();
        ASSERT_EQ(pulse == nullptr, event == nullptr);
        if (pulse == nullptr) continue;
        ASSERT_EQ(pulse->id, event->id);
        const Request request = under_way.at(pulse->id);
        under_way.erase(pulse->id);
        SCOPED_TRACE("request " + std::to_string(pulse->id) + ", " + to_string(request.command.op));
        ASSERT_EQ(pulse->status, event->status);
        ASSERT_EQ(pulse->words, event->words);
        ASSERT_EQ(pulse->submit_cycle, event->submit_cycle);
        ASSERT_EQ(pulse->done_cycle, event->done_cycle);
        ASSERT_EQ(difference(pulses.counters(), events.counters()), "");
        ASSERT_EQ(pulse->status, check_command(geometry, request.command));
        ASSERT_EQ(pulse->words, reference.apply(request, pulse->status)) << "a read returns the last write";
        const Counters& counted = events.counters();
        ASSERT_EQ(counted[Counter::kCycles], counted.op_cycles() + counted.bubble_cycles());
    }
    EXPECT_GT(events.counters()[Counter::kRefused], static_cast<uint64_t>(requests) / 20);
}

TEST(PropertyEngines, AgreeOverRandomRequestsWithSeveralOutstanding) {
    for (const Geometry& geometry : geometries()) expect_agreement(geometry, 20'000);
}

TEST(SlowEngines, AgreeOverAMillionRandomRequests) {
    for (const Geometry& geometry : geometries()) expect_agreement(geometry, 350'000);
}

/// Drives two controllers with the same pins: random gaps before commands, data and response handshakes, each
/// payload stable until it is taken.
class RandomPins {
   public:
    RandomPins(const Geometry& geometry, uint64_t seed, int requests) : stream_(geometry, seed) {
        for (int i = 0; i < requests; ++i) requests_.push_back(stream_.next());
    }

    [[nodiscard]] bool exhausted() const { return command_ == requests_.size() && beat_request_ == requests_.size(); }

    PinsIn next() {
        PinsIn in;
        while (beat_request_ < requests_.size() && beat_ == requests_[beat_request_].data.size()) {
            ++beat_request_;
            beat_ = 0;
        }
        if (phase_-- == 0) {  // now and then another mood: eager, slow to answer, slow to send
            phase_ = stream_.below(20'000);
            constexpr std::array<uint64_t, 4> kPatience{1, 3, 30, 1000};
            for (uint64_t* patience : {&send_, &data_, &take_}) *patience = kPatience.at(stream_.below(4));
        }
        holds_command_ = command_ < requests_.size() && (holds_command_ || stream_.below(send_) == 0);
        holds_beat_ = beat_request_ < requests_.size() && (holds_beat_ || stream_.below(data_) == 0);
        in.cmd_valid = holds_command_;
        in.wdata_valid = holds_beat_;
        in.rsp_ready = stream_.below(take_) == 0;
        if (holds_command_) in.cmd = requests_[command_].command;
        if (holds_beat_) in.wdata = requests_[beat_request_].data[beat_];
        return in;
    }

    void took(const PinsIn& in, const PinsOut& out) {
        if (in.cmd_valid && out.cmd_ready) {
            ++command_;
            holds_command_ = false;
        }
        if (in.wdata_valid && out.wdata_ready) {
            ++beat_;
            holds_beat_ = false;
        }
    }

   private:
    tb::RequestStream stream_;
    std::vector<Request> requests_;
    size_t command_ = 0;
    size_t beat_request_ = 0;
    size_t beat_ = 0;
    bool holds_command_ = false;
    bool holds_beat_ = false;
    uint64_t phase_ = 0;
    uint64_t send_ = 1;
    uint64_t data_ = 1;
    uint64_t take_ = 1;
};

TEST(PropertyEngines, AgreeInEveryCycleUnderBackpressure) {
    for (const Geometry& geometry : geometries()) {
        SCOPED_TRACE(name(geometry));
        Controller pulses(geometry, test::skyrmion_timing(), {.queue_depth = 3}, PassEngine::kPulses);
        Controller events(geometry, test::skyrmion_timing(), {.queue_depth = 3}, PassEngine::kEvents);
        RandomPins pins(geometry, test::seed() + 1, 4000);
        uint64_t cycle = 0;
        for (; !pins.exhausted() || !events.idle(); ++cycle) {
            const PinsIn in = pins.next();
            const PinsOut out = events.outputs();
            ASSERT_EQ(pulses.outputs(), out) << "cycle " << cycle;
            if (out.rsp_valid) {
                ASSERT_EQ(difference(pulses.counters(), events.counters()), "") << "cycle " << cycle;
            }
            pulses.tick(in);
            events.tick(in);
            pins.took(in, out);
            ASSERT_LT(cycle, 100'000'000U) << "the controllers hang";
        }
        EXPECT_TRUE(pulses.idle());
        EXPECT_EQ(difference(pulses.counters(), events.counters()), "");
        EXPECT_GT(events.counters()[Counter::kCyclesRespondWait], 0U) << "there was backpressure";
        EXPECT_GT(events.counters()[Counter::kCyclesDataWait], 0U) << "data came late";
    }
}

TEST(PropertyEngines, PutEveryCycleIntoExactlyOneCause) {
    // Also in mid-pass, where only the pulse engine's counters are settled.
    const Geometry geometry = test::geometry(7, 5, 3);
    Controller controller(geometry, test::skyrmion_timing(), {.queue_depth = 3}, PassEngine::kPulses);
    RandomPins pins(geometry, test::seed() + 2, 500);
    while (!pins.exhausted() || !controller.idle()) {
        const PinsIn in = pins.next();
        const PinsOut out = controller.outputs();
        controller.tick(in);
        pins.took(in, out);
        const Counters& counted = controller.counters();
        ASSERT_EQ(counted[Counter::kCycles], counted.op_cycles() + counted.bubble_cycles());
    }
}

TEST(PropertyEngines, LeapAsFarAsTheySay) {
    // quiet_cycles() ticks without input must leave the outputs alone and equal one leap.
    const Geometry geometry = test::geometry(16, 4, 3);
    Controller ticking(geometry, test::skyrmion_timing(), {.queue_depth = 3}, PassEngine::kEvents);
    Controller leaping(geometry, test::skyrmion_timing(), {.queue_depth = 3}, PassEngine::kEvents);
    tb::RequestStream stream(geometry, test::seed() + 3);
    RandomPins pins(geometry, test::seed() + 4, 500);
    while (!pins.exhausted() || !ticking.idle()) {
        const uint64_t quiet = leaping.quiet_cycles();
        if (quiet != 0 && quiet != Controller::kForever) {
            const uint64_t part = 1 + stream.below(quiet);
            const PinsOut before = ticking.outputs();
            for (uint64_t i = 0; i < part; ++i) {
                ASSERT_EQ(ticking.outputs(), before);
                ticking.tick({});
            }
            leaping.leap(part);
        }
        const PinsIn in = pins.next();
        const PinsOut out = ticking.outputs();
        ASSERT_EQ(leaping.outputs(), out);
        ASSERT_EQ(difference(ticking.counters(), leaping.counters()), "");
        ticking.tick(in);
        leaping.tick(in);
        pins.took(in, out);
    }
}

}  // namespace
}  // namespace sky::model
