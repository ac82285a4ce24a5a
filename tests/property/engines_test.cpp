// Question: do the closed formulas (kEvents) equal the pulses on a site-accurate track (kPulses) in every response,
// cycle and counter, and does every read return the last write, whatever the requests and the backpressure?
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <tuple>
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

/// Every shape of array with every way to work it that changes a pass or its order.
std::vector<Array> arrays() {
    Timing timing = test::skyrmion_timing();
    Timing other = timing;
    other.detect_cycles = 0;
    other.relax_cycles = 3;
    other.remove_charge = RemoveCharge::kPerSkyrmion;
    Timing moved = timing;
    moved.shift_charge = ShiftCharge::kPerSkyrmion;
    Timing pulses = other;
    pulses.shift_charge = ShiftCharge::kPerPulse;
    pulses.remove_cycles = 12;
    Geometry flagged = test::geometry(7, 5, 4);
    flagged.flag_site = true;
    flagged.overhead_sites = 8;
    Geometry flagged64 = test::geometry(64, 3, 2);
    flagged64.flag_site = true;
    flagged64.overhead_sites = 65;
    Geometry bits = test::geometry(9, 5, 128);
    bits.tracks_per_row = 64;
    Geometry wide = test::geometry(4, 3, 256);
    wide.tracks_per_row = 128;
    const auto stay = ReturnPolicy::kStay;
    // Guarded arrays, without and with slips: one in 500 track-steps.
    Geometry guarded = test::geometry(8, 4, 4);
    guarded.position_guard = true;
    guarded.overhead_sites = 12;
    Geometry guarded_bits = test::geometry(6, 3, 256);
    guarded_bits.tracks_per_row = 64;
    guarded_bits.position_guard = true;
    guarded_bits.overhead_sites = 9;
    const SlipFaults slips{.threshold = ~uint64_t{0} / 500, .seed = test::seed()};
    const SlipFaults rare{.threshold = ~uint64_t{0} / 20'000, .seed = test::seed()};
    return {
        {test::geometry(64, 32, 16), timing, {.queue_depth = 4}},
        {test::geometry(7, 5, 3), other, {.queue_depth = 4, .overlap = true}},
        {test::geometry(2, 64, 2), timing, {.queue_depth = 4, .return_policy = stay, .max_ports_driven = 3}},
        {test::geometry(7, 5, 4),
         other,
         {.queue_depth = 9, .banks = 4, .scheduler = Scheduler::kCoalesce, .return_policy = stay, .overlap = true}},
        {test::geometry(7, 5, 4), moved, {.banks = 2, .scheduler = Scheduler::kCoalesce, .age_cap = 3}},
        {test::geometry(7, 5, 4),
         pulses,
         {.scheduler = Scheduler::kElevator, .max_ports_driven = 2, .overlap = true}},
        {flagged, timing, {.scheduler = Scheduler::kElevator}},
        {flagged,
         other,
         {.scheduler = Scheduler::kCoalesce, .return_policy = stay, .max_ports_driven = 2, .overlap = true}},
        {flagged64, timing, {.return_policy = stay, .auto_permutes = false}},
        {bits, timing, {.scheduler = Scheduler::kNearest, .age_cap = 4}},
        {bits,
         other,
         {.banks = 2,
          .scheduler = Scheduler::kElevator,
          .return_policy = stay,
          .max_ports_driven = 2,
          .overlap = true}},
        {bits, pulses, {.scheduler = Scheduler::kCoalesce, .return_policy = stay, .max_ports_driven = 3}},
        {wide, timing, {.banks = 2, .scheduler = Scheduler::kCoalesce, .overlap = true}},
        {wide, moved, {.scheduler = Scheduler::kNearest, .return_policy = stay}},
        {guarded, timing, {.queue_depth = 4}},
        {guarded, other, {.scheduler = Scheduler::kCoalesce, .return_policy = stay}},
        {guarded_bits, timing, {.scheduler = Scheduler::kNearest, .return_policy = stay}},
        {guarded, timing, {.queue_depth = 4, .faults = slips}},
        {guarded_bits, other, {.banks = 2, .scheduler = Scheduler::kCoalesce, .faults = rare}},
    };
}

std::string name(const Array& array) {
    const Geometry& g = array.geometry;
    return "D = " + std::to_string(g.sites_per_segment) + ", S = " + std::to_string(g.segments) + ", " +
           to_string(g.mapping()) + (g.flag_site ? ", flags, " : ", ") + to_string(array.policy.scheduler) + ", " +
           to_string(array.policy.return_policy) + ", " + std::to_string(array.policy.banks) + " banks";
}

/// The name of the first counter that differs, empty when none does.
std::string difference(const Counters& a, const Counters& b) {
    for (size_t i = 0; i < kCounters; ++i)
        if (a.at(i) != b.at(i))
            return std::string(info(static_cast<Counter>(i)).name) + ": " + std::to_string(a.at(i)) + " and " +
                   std::to_string(b.at(i));
    return {};
}

/// What a memory holds, as a map of words; absent words are 0. Requests that touch a common word never pass each
/// other, so each answers what was written before it was handed in.
class Reference {
   public:
    explicit Reference(const Geometry& geometry) : geometry_(geometry) {}

    /// The words a request answers; applies it.
    std::vector<uint64_t> apply(const Request& request, RspStatus status) {
        std::vector<uint64_t> answer;
        if (status != RspStatus::kOk || request.command.op == Op::kBarrier) return answer;
        if (request.command.op == Op::kScan) return scan(request);
        size_t next = 0;
        for (uint32_t segment = 0; segment < geometry_.segments; ++segment) {
            if ((request.command.seg_mask >> segment & 1) == 0) continue;
            for (uint32_t beat = 0; beat < geometry_.beats_per_segment(); ++beat) {
                uint64_t& word = words_[{request.command.row, request.command.site, segment, beat}];
                if (request.command.op == Op::kRead) answer.push_back(word);
                if (request.command.op == Op::kErase) word = 0;
                if (request.command.op == Op::kWrite) word = request.data[next++] & geometry_.word_mask();
            }
        }
        return answer;
    }

   private:
    std::vector<uint64_t> scan(const Request& request) {
        std::vector<uint64_t> masks(4);
        for (uint32_t segment = 0; segment < geometry_.segments; ++segment) {
            if ((request.command.seg_mask >> segment & 1) == 0) continue;
            const uint64_t word = words_[{request.command.row, 0, segment, 0}];
            for (size_t key = 0; key < 2; ++key) {
                const uint64_t wanted = request.data[key] & geometry_.word_mask();
                masks[2 * key] |= uint64_t{word < wanted} << segment;
                masks[2 * key + 1] |= uint64_t{word == wanted} << segment;
            }
        }
        return masks;
    }

    Geometry geometry_;
    std::map<std::tuple<uint32_t, uint32_t, uint32_t, uint32_t>, uint64_t> words_;
};

/// Every cycle of every bank has one cause.
void expect_every_cycle_caused(const Controller& controller) {
    for (uint32_t bank = 0; bank < controller.policy().banks; ++bank) {
        const Counters& counted = controller.bank_counters(bank);
        ASSERT_EQ(counted[Counter::kCycles], counted.op_cycles() + counted.bubble_cycles());
    }
}

void expect_agreement(const Array& array, int requests) {
    SCOPED_TRACE(name(array));
    const Geometry& geometry = array.geometry;
    Controller pulses(geometry, array.timing, array.policy, PassEngine::kPulses);
    Controller events(geometry, array.timing, array.policy, PassEngine::kEvents);
    PinDriver<Controller> pulse_driver(pulses);
    PinDriver<Controller> event_driver(events);
    tb::RequestStream stream(geometry, test::seed());
    Reference reference(geometry);
    std::map<uint64_t, std::pair<Request, std::vector<uint64_t>>> under_way;
    for (int submitted = 0; submitted < requests || !under_way.empty();) {
        for (uint64_t burst = stream.below(8); submitted < requests && burst > 0 && under_way.size() < 24; --burst) {
            const Request request = stream.next();
            const uint64_t id = pulse_driver.submit(request.command, request.data);
            ASSERT_EQ(event_driver.submit(request.command, request.data), id);
            under_way.emplace(id,
                              std::pair(request, reference.apply(request, check_command(array, request.command))));
            ++submitted;
        }
        const Finished* pulse = pulse_driver.advance();
        const Finished* event = event_driver.advance();
        ASSERT_EQ(pulse == nullptr, event == nullptr);
        if (pulse == nullptr) continue;
        ASSERT_EQ(pulse->id, event->id);
        const auto [request, answer] = under_way.at(pulse->id);
        under_way.erase(pulse->id);
        SCOPED_TRACE("request " + std::to_string(pulse->id) + ", " + to_string(request.command.op));
        ASSERT_EQ(pulse->status, event->status);
        ASSERT_EQ(pulse->words, event->words);
        ASSERT_EQ(pulse->submit_cycle, event->submit_cycle);
        ASSERT_EQ(pulse->done_cycle, event->done_cycle);
        if (events.settled()) {
            ASSERT_EQ(difference(pulses.counters(), events.counters()), "");
        }
        // A row that has slipped too far says so and is lost; nothing else is refused, and nothing is silently wrong.
        if (array.policy.faults.threshold != 0 && pulse->status == RspStatus::kPositionLost) continue;
        ASSERT_EQ(pulse->status, check_command(array, request.command));
        ASSERT_EQ(pulse->words, answer) << "a read returns the last write";
        expect_every_cycle_caused(pulses);
    }
    EXPECT_GT(events.counters()[Counter::kRefused], static_cast<uint64_t>(requests) / 20);
}

TEST(PropertyEngines, AgreeOverRandomRequestsWithSeveralOutstanding) {
    for (const Array& array : arrays()) expect_agreement(array, 3'000);
}

TEST(SlowEngines, AgreeOverAMillionRandomRequests) {
    for (const Array& array : arrays()) expect_agreement(array, 80'000);
}

/// The same request on both drivers. `finished`: of the one with shortcuts.
void expect_same(const Finished* finished, const Finished* ticked, const Array& array, const Request& request) {
    ASSERT_NE(finished, nullptr);
    ASSERT_NE(ticked, nullptr);
    ASSERT_EQ(finished->id, ticked->id);
    ASSERT_EQ(finished->status, check_command(array, request.command));
    ASSERT_EQ(finished->status, ticked->status);
    ASSERT_EQ(finished->words, ticked->words);
    ASSERT_EQ(finished->submit_cycle, ticked->submit_cycle);
    ASSERT_EQ(finished->done_cycle, ticked->done_cycle);
}

TEST(PropertyEngines, AgreeOnARequestServedInOneStepAndTickByTick) {
    for (const Array& array : arrays()) {
        SCOPED_TRACE(name(array));
        Controller pulses(array.geometry, array.timing, array.policy, PassEngine::kPulses);
        Controller quick(array.geometry, array.timing, array.policy, PassEngine::kEvents);
        PinDriver<Controller> pulse_driver(pulses);
        PinDriver<Controller> quick_driver(quick);
        tb::RequestStream stream(array.geometry, test::seed() + 5);
        uint64_t shortcuts = 0;
        for (int i = 0; i < 1'500; ++i) {
            // Alone, handed in and waited for or in one call; or a few at once, so that each kind follows the other.
            const uint64_t burst = stream.below(4) == 0 ? 2 + stream.below(3) : 1;
            if (burst > 1 || stream.below(2) == 0) {
                std::vector<Request> requests;
                uint64_t first = 0;
                for (uint64_t k = 0; k < burst; ++k) {
                    requests.push_back(stream.next());
                    quick_driver.submit(requests.back().command, requests.back().data);
                    const uint64_t id = pulse_driver.submit(requests.back().command, requests.back().data);
                    if (k == 0) first = id;
                }
                for (uint64_t k = 0; k < burst; ++k) {
                    const Finished* ticked = pulse_driver.advance();
                    ASSERT_NE(ticked, nullptr);
                    const Request& request = requests[ticked->id - first];
                    expect_same(quick_driver.advance(), ticked, array, request);
                }
            } else {
                const Request request = stream.next();
                pulse_driver.submit(request.command, request.data);
                expect_same(quick_driver.execute_alone(request.command, request.data), pulse_driver.advance(), array,
                            request);
                ++shortcuts;
            }
            if (HasFatalFailure()) return;
            ASSERT_EQ(quick_driver.cycle(), pulse_driver.cycle());
            for (uint32_t bank = 0; bank < array.policy.banks; ++bank)
                ASSERT_EQ(difference(pulses.bank_counters(bank), quick.bank_counters(bank)), "");
        }
        EXPECT_GT(shortcuts, 300U);
    }
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
    for (const Array& array : arrays()) {
        SCOPED_TRACE(name(array));
        Controller pulses(array.geometry, array.timing, array.policy, PassEngine::kPulses);
        Controller events(array.geometry, array.timing, array.policy, PassEngine::kEvents);
        RandomPins pins(array.geometry, test::seed() + 1, 1000);
        uint64_t cycle = 0;
        for (; !pins.exhausted() || !events.idle(); ++cycle) {
            const PinsIn in = pins.next();
            const PinsOut out = events.outputs();
            ASSERT_EQ(pulses.outputs(), out) << "cycle " << cycle;
            if (events.settled()) {
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
        EXPECT_GT(events.counters()[Counter::kCyclesBlocked], 0U) << "data came late";
    }
}

TEST(PropertyEngines, PutEveryCycleIntoExactlyOneCause) {
    // Also in mid-pass, where only the pulse engine's counters are settled.
    for (const Array& array : arrays()) {
        SCOPED_TRACE(name(array));
        Controller controller(array.geometry, array.timing, array.policy, PassEngine::kPulses);
        RandomPins pins(array.geometry, test::seed() + 2, 200);
        while (!pins.exhausted() || !controller.idle()) {
            const PinsIn in = pins.next();
            const PinsOut out = controller.outputs();
            controller.tick(in);
            pins.took(in, out);
            expect_every_cycle_caused(controller);
            if (HasFatalFailure()) return;
        }
    }
}

TEST(PropertyEngines, LeapAsFarAsTheySay) {
    // quiet_cycles() ticks without input must leave the outputs alone and equal one leap.
    for (const Array& array : arrays()) {
        SCOPED_TRACE(name(array));
        const Geometry& geometry = array.geometry;
        Controller ticking(geometry, array.timing, array.policy, PassEngine::kEvents);
        Controller leaping(geometry, array.timing, array.policy, PassEngine::kEvents);
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
}

}  // namespace
}  // namespace sky::model
