// Question: do the four phases of nb_transport give the bytes, cycles and counters that the controller gives at its
// pins and that b_transport gives, by the rules of the base protocol, however many accesses are under way?
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <systemc>
#include <vector>

#include "sysc/bridge/rtl_target.hpp"
#include "sysc/model/controller.hpp"
#include "sysc/model/random.hpp"
#include "sysc/tlm/at_initiator.hpp"
#include "sysc/tlm/kernel.hpp"
#include "sysc/tlm/payload_pool.hpp"
#include "sysc/tlm/skrm_target.hpp"
#include "tb/request_stream.hpp"
#include "tests/support/device.hpp"
#include "tests/support/protocol_checker.hpp"
#include "tests/support/seed.hpp"

namespace sky::tlm {
namespace {

using model::Controller;
using Payload = ::tlm::tlm_generic_payload;

constexpr uint32_t kCyclePs = 100;

model::Geometry geometry() { return bridge::RtlController::shapes().at(1).geometry; }

std::unique_ptr<Controller> make_model(const model::Geometry& shape) {
    return std::make_unique<Controller>(shape, test::skyrmion_timing(), model::Policy{.queue_depth = 8},
                                        model::PassEngine::kEvents);
}
std::unique_ptr<bridge::RtlController> make_rtl(const model::Geometry& shape) {
    return bridge::RtlController::make(shape, test::skyrmion_timing(), {.queue_depth = 8});
}

/// One access of a stream, with what came of it.
struct Item {
    bool native = false;
    tb::Request request;  ///< native
    ::tlm::tlm_command command = ::tlm::TLM_READ_COMMAND;
    uint64_t address = 0;
    std::vector<uint8_t> bytes;
    std::vector<uint8_t> enables;

    ::tlm::tlm_response_status status = ::tlm::TLM_INCOMPLETE_RESPONSE;
    model::RspStatus native_status = model::RspStatus::kOk;
    std::vector<uint64_t> words;
    uint64_t done_cycle = 0;

    void fill(Payload& payload) {
        SkrmExtension* extension = nullptr;
        payload.get_extension(extension);
        if (extension != nullptr) payload.release_extension<SkrmExtension>();
        if (native) {
            auto* sent = new SkrmExtension;
            sent->command = request.command;
            sent->data = request.data;
            payload.set_extension(sent);
        }
        payload.set_command(native ? ::tlm::TLM_IGNORE_COMMAND : command);
        payload.set_address(address);
        payload.set_data_ptr(bytes.data());
        payload.set_data_length(static_cast<unsigned>(bytes.size()));
        payload.set_streaming_width(static_cast<unsigned>(bytes.size()));
        payload.set_byte_enable_ptr(enables.empty() ? nullptr : enables.data());
        payload.set_byte_enable_length(static_cast<unsigned>(enables.size()));
        payload.set_response_status(::tlm::TLM_INCOMPLETE_RESPONSE);
    }
    void keep_answer(const Payload& payload) {
        status = payload.get_response_status();
        done_cycle = sc_core::sc_time_stamp().value() / sc_core::sc_time(kCyclePs, sc_core::SC_PS).value();
        if (!native) return;
        native_status = payload.get_extension<SkrmExtension>()->status;
        words = payload.get_extension<SkrmExtension>()->words;
    }
};

/// Keeps `outstanding` items of a stream under way, through a protocol checker.
class AtFeeder : public sc_core::sc_module {
   public:
    AtInitiator initiator;
    test::ProtocolChecker checker{"checker"};

    AtFeeder(const sc_core::sc_module_name& name, std::vector<Item>& items, size_t outstanding,
             const AtInitiatorConfig& config = {})
        : sc_module(name),
          initiator(
              "initiator", [this](Payload& payload) { take(payload); }, config),
          items_(&items),
          outstanding_(outstanding) {
        initiator.socket.bind(checker.from_initiator);
    }
    void start_of_simulation() override { send(); }

    /// Indices of the items in the order in which they were answered.
    [[nodiscard]] const std::vector<size_t>& order() const { return order_; }
    void expect_all_done() {
        checker.finish();
        EXPECT_EQ(checker.violations(), std::vector<std::string>{});
        EXPECT_EQ(checker.completed(), items_->size());
        EXPECT_EQ(order_.size(), items_->size());
        EXPECT_EQ(pool_.in_use(), 0U);
    }

   private:
    void send() {
        for (; under_way_.size() < outstanding_ && next_ < items_->size(); ++next_) {
            Payload& payload = pool_.get();
            (*items_)[next_].fill(payload);
            under_way_[&payload] = next_;
            initiator.send(payload);
        }
    }
    void take(Payload& payload) {
        const size_t index = under_way_.at(&payload);
        under_way_.erase(&payload);
        (*items_)[index].keep_answer(payload);
        order_.push_back(index);
        EXPECT_FALSE(payload.is_dmi_allowed());
        send();
    }

    PayloadPool pool_;
    std::vector<Item>* items_;
    size_t outstanding_;
    size_t next_ = 0;
    std::map<Payload*, size_t> under_way_;
    std::vector<size_t> order_;
};

/// One item after the other through b_transport.
class LtFeeder : public sc_core::sc_module {
   public:
    tlm_utils::simple_initiator_socket<LtFeeder> socket{"socket"};

    LtFeeder(const sc_core::sc_module_name& name, std::vector<Item>& items, const sc_core::sc_time& start = {})
        : sc_module(name), items_(&items), start_(start) {
        SC_HAS_PROCESS(LtFeeder);
        SC_THREAD(run);
    }

   private:
    void run() {
        wait(start_);
        for (Item& item : *items_) {
            Payload payload;
            item.fill(payload);
            sc_core::sc_time delay;
            socket->b_transport(payload, delay);
            wait(delay);
            item.keep_answer(payload);
        }
    }
    std::vector<Item>* items_;
    sc_core::sc_time start_;
};

struct Outcome {
    model::Counters counters;
    uint64_t cycle = 0;
    uint64_t read_modify_writes = 0;
    std::vector<size_t> order;
    size_t most_under_way = 0;
};

template <typename Target>
Outcome run_at(std::unique_ptr<Target> target, std::vector<Item>& items, size_t outstanding,
               const AtInitiatorConfig& config = {}) {
    Kernel kernel;
    const Kernel::Scope scope(kernel);
    AtFeeder feeder("feeder", items, outstanding, config);
    SkrmTarget<Target> skrm("skrm", std::move(target), geometry(), kCyclePs, model::WriteAlg::kDcw);
    feeder.checker.to_target.bind(skrm.socket);
    sc_core::sc_start();
    feeder.expect_all_done();
    return {skrm.target().counters(), skrm.cycle(), skrm.read_modify_writes(), feeder.order(),
            feeder.checker.most_under_way()};
}

template <typename Target>
Outcome run_lt(std::unique_ptr<Target> target, std::vector<Item>& items) {
    Kernel kernel;
    const Kernel::Scope scope(kernel);
    LtFeeder feeder("feeder", items);
    SkrmTarget<Target> skrm("skrm", std::move(target), geometry(), kCyclePs, model::WriteAlg::kDcw);
    feeder.socket.bind(skrm.socket);
    sc_core::sc_start();
    return {skrm.target().counters(), skrm.cycle(), skrm.read_modify_writes(), {}, 1};
}

std::vector<Item> native_stream(size_t count, uint64_t seed, const model::Geometry& shape = geometry()) {
    tb::RequestStream stream(shape, seed);
    std::vector<Item> items(count);
    for (Item& item : items) {
        item.native = true;
        item.request = stream.next();
    }
    return items;
}

/// Reads and writes of any length within a few rows, some with byte enables, some past the end.
std::vector<Item> byte_stream(size_t count, uint64_t seed, const model::Geometry& shape = geometry()) {
    model::Random random(seed);
    const uint64_t capacity = model::capacity_bytes(shape);
    const uint64_t window = 4 * model::AddressMap(shape).reach_bytes();
    std::vector<Item> items(count);
    for (Item& item : items) {
        item.command = random.below(2) == 0 ? ::tlm::TLM_READ_COMMAND : ::tlm::TLM_WRITE_COMMAND;
        item.bytes.resize(1 + random.below(random.below(4) == 0 ? window : 12));
        for (uint8_t& byte : item.bytes) byte = static_cast<uint8_t>(random.next());
        item.address = random.below(window - item.bytes.size() + 1);
        if (random.below(50) == 0) item.address = capacity;
        if (random.below(4) == 0) {
            item.enables.resize(1 + random.below(9));
            for (uint8_t& enable : item.enables) enable = random.below(2) == 0 ? 0 : 0xff;
        }
    }
    return items;
}

void expect_same(const Outcome& a, const Outcome& b) {
    EXPECT_EQ(a.cycle, b.cycle);
    EXPECT_EQ(a.read_modify_writes, b.read_modify_writes);
    for (size_t i = 0; i < model::kCounters; ++i)
        EXPECT_EQ(a.counters.at(i), b.counters.at(i)) << model::info(static_cast<model::Counter>(i)).name;
}

void expect_same(const std::vector<Item>& a, const std::vector<Item>& b) {
    for (size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(a[i].status, b[i].status) << "access " << i;
        ASSERT_EQ(a[i].native_status, b[i].native_status) << "access " << i;
        ASSERT_EQ(a[i].words, b[i].words) << "access " << i;
        ASSERT_EQ(a[i].bytes, b[i].bytes) << "access " << i;
        ASSERT_EQ(a[i].done_cycle, b[i].done_cycle) << "access " << i;
    }
}

TEST(LockstepTlmAt, OneAtATimeEqualsTheLooselyTimedTransport) {
    for (const bool native : {true, false}) {
        const std::vector<Item> stream = native ? native_stream(600, test::seed()) : byte_stream(600, test::seed());
        std::vector<Item> lt = stream;
        std::vector<Item> at = stream;
        std::vector<Item> rtl = stream;
        rtl.resize(100);
        const Outcome loosely = run_lt(make_model(geometry()), lt);
        const Outcome approximately = run_at(make_model(geometry()), at, 1);
        expect_same(loosely, approximately);
        expect_same(lt, at);
        EXPECT_GT(loosely.counters[model::Counter::kReads], 0U);
        EXPECT_EQ(loosely.read_modify_writes != 0, !native);

        run_at(make_rtl(geometry()), rtl, 1);
        at.resize(rtl.size());
        expect_same(at, rtl);
    }
}

/// The same requests at the pins: `outstanding` at once, the next as soon as one has finished.
Outcome run_pins(Controller& controller, std::vector<Item>& items, size_t outstanding) {
    model::PinDriver<Controller> driver(controller);
    std::map<uint64_t, size_t> under_way;
    Outcome outcome;
    for (size_t next = 0; outcome.order.size() < items.size();) {
        for (; driver.outstanding() < outstanding && next < items.size(); ++next)
            under_way[driver.submit(items[next].request.command, items[next].request.data)] = next;
        const model::Finished& finished = *driver.advance();
        Item& item = items[under_way.at(finished.id)];
        item.status =
            finished.status == model::RspStatus::kOk ? ::tlm::TLM_OK_RESPONSE : ::tlm::TLM_GENERIC_ERROR_RESPONSE;
        item.native_status = finished.status;
        item.words = finished.words;
        item.done_cycle = finished.done_cycle;
        outcome.order.push_back(under_way.at(finished.id));
    }
    outcome.counters = controller.counters();
    outcome.cycle = driver.cycle();
    return outcome;
}

TEST(LockstepTlmAt, ManyAtOnceEqualThePinsToTheCycle) {
    for (const size_t outstanding : {1UL, 2UL, 7UL, 40UL, 256UL}) {
        SCOPED_TRACE(outstanding);
        const std::vector<Item> stream = native_stream(1'500, test::seed() + outstanding);
        std::vector<Item> pins = stream;
        const auto controller = make_model(geometry());
        const Outcome at_pins = run_pins(*controller, pins, outstanding);
        for (const ResponseEnd end : {ResponseEnd::kCompleted, ResponseEnd::kUpdated, ResponseEnd::kCalled}) {
            std::vector<Item> at = stream;
            const Outcome outcome = run_at(make_model(geometry()), at, outstanding, {.response_end = end});
            expect_same(at_pins, outcome);
            expect_same(pins, at);
            EXPECT_EQ(outcome.order, at_pins.order);
            EXPECT_EQ(outcome.most_under_way, outstanding);
        }
    }
}

TEST(LockstepTlmAt, TheRtlAnswersInTheSameCycles) {
    const std::vector<Item> stream = native_stream(150, test::seed());
    std::vector<Item> of_model = stream;
    std::vector<Item> of_rtl = stream;
    const Outcome a = run_at(make_model(geometry()), of_model, 20);
    const Outcome b = run_at(make_rtl(geometry()), of_rtl, 20);
    expect_same(of_model, of_rtl);
    expect_same(a, b);
}

/// What a plain array of bytes would answer when the accesses came one after the other.
void expect_bytes_in_order(const std::vector<Item>& sent, const std::vector<Item>& answered,
                           const model::Geometry& shape = geometry()) {
    std::vector<uint8_t> memory(model::capacity_bytes(shape));
    for (size_t i = 0; i < sent.size(); ++i) {
        const Item& item = sent[i];
        if (item.address == memory.size()) {
            ASSERT_EQ(answered[i].status, ::tlm::TLM_ADDRESS_ERROR_RESPONSE) << "access " << i;
            continue;
        }
        ASSERT_EQ(answered[i].status, ::tlm::TLM_OK_RESPONSE) << "access " << i;
        for (size_t b = 0; b < item.bytes.size(); ++b) {
            uint8_t& byte = memory[item.address + b];
            const bool enabled = item.enables.empty() || item.enables[b % item.enables.size()] != 0;
            if (item.command == ::tlm::TLM_WRITE_COMMAND && enabled) byte = item.bytes[b];
            if (item.command == ::tlm::TLM_WRITE_COMMAND) continue;
            ASSERT_EQ(answered[i].bytes[b], enabled ? byte : item.bytes[b]) << "access " << i << ", byte " << b;
        }
    }
}

TEST(LockstepTlmAt, ByteAccessesUnderWayTogetherActAsIfOneAfterTheOther) {
    for (const size_t outstanding : {3UL, 32UL, 256UL}) {
        const std::vector<Item> stream = byte_stream(2'000, test::seed() + outstanding);
        std::vector<Item> answered = stream;
        const Outcome outcome = run_at(make_model(geometry()), answered, outstanding);
        EXPECT_GT(outcome.read_modify_writes, 100U);
        expect_bytes_in_order(stream, answered);
        if (HasFailure()) return;
    }
}

TEST(LockstepTlmAt, ABarrierWaitsForTheAccessesBeforeItAndHoldsThoseBehindIt) {
    std::vector<Item> items(4);
    items[0].command = ::tlm::TLM_WRITE_COMMAND;  // two rows, both read first
    items[0].address = model::AddressMap(geometry()).reach_bytes() - 1;
    items[0].bytes = {1, 2};
    items[1].native = true;
    items[1].request.command = {.op = model::Op::kBarrier};
    items[2].native = true;
    items[2].request.command = {.op = model::Op::kRead, .row = 1, .seg_mask = 1};
    items[3].native = true;
    items[3].request.command = {.op = model::Op::kRead, .row = 4, .seg_mask = 1};
    const Outcome outcome = run_at(make_model(geometry()), items, 4);
    EXPECT_EQ(outcome.order, (std::vector<size_t>{0, 1, 2, 3}));
    EXPECT_EQ(items[2].words, std::vector<uint64_t>{2});
}

TEST(LockstepTlmAt, WithholdsEndReqWhileFull) {
    std::vector<Item> items = native_stream(400, test::seed());
    const Outcome outcome = run_at(make_model(geometry()), items, 400);
    EXPECT_EQ(outcome.most_under_way, SkrmTarget<Controller>::kMaxOutstanding + 1) << "and the one that waits";
}

TEST(LockstepTlmAt, AnInitiatorThatTakesItsTimeLosesNothing) {
    const sc_core::sc_time slow(33'333, sc_core::SC_PS);
    const sc_core::sc_time off_the_edge(777, sc_core::SC_PS);
    const std::vector<Item> stream = byte_stream(300, test::seed());
    for (const ResponseEnd end : {ResponseEnd::kCompleted, ResponseEnd::kUpdated, ResponseEnd::kCalled}) {
        for (const size_t outstanding : {1UL, 20UL}) {
            std::vector<Item> answered = stream;
            run_at(make_model(geometry()), answered, outstanding,
                   {.response_end = end, .response_delay = slow, .request_delay = off_the_edge});
            expect_bytes_in_order(stream, answered);
            if (HasFailure()) return;
        }
    }
}

TEST(LockstepTlmAt, ARequestIsTakenAtTheNextClockEdge) {
    std::vector<Item> items(1);
    items[0].bytes.resize(1);
    const Outcome outcome =
        run_at(make_model(geometry()), items, 1, {.request_delay = sc_core::sc_time(1'234, sc_core::SC_PS)});
    EXPECT_EQ(outcome.counters[model::Counter::kCyclesIdle], 14U) << "13 until it arrives, one to enter the queue";
}

TEST(LockstepTlmAt, AnswersWrongAccessesWithTheirTlmError) {
    std::vector<Item> items(4);
    items[0].bytes.resize(8);
    items[0].address = model::capacity_bytes(geometry()) - 7;
    items[1].bytes.resize(8);
    items[1].command = ::tlm::TLM_IGNORE_COMMAND;
    items[2].native = true;
    items[2].request.command = {.op = model::Op::kWrite, .seg_mask = 3};  // without its data
    items[3].native = true;
    items[3].request.command = {.op = model::Op::kRead, .row = ~uint32_t{0}, .seg_mask = 1};
    run_at(make_model(geometry()), items, 4);
    EXPECT_EQ(items[0].status, ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(items[1].status, ::tlm::TLM_COMMAND_ERROR_RESPONSE);
    EXPECT_EQ(items[2].status, ::tlm::TLM_COMMAND_ERROR_RESPONSE);
    EXPECT_EQ(items[3].status, ::tlm::TLM_GENERIC_ERROR_RESPONSE);
    EXPECT_EQ(items[3].native_status, model::RspStatus::kBadRow);
    EXPECT_EQ(items[1].done_cycle, 0U) << "what never reaches the controller costs nothing";
}

TEST(LockstepTlmAt, AnAnswerComesInItsTimeThoughTheControllerRanAheadOfIt) {
    std::vector<Item> alone(1);
    alone[0].bytes.resize(2);
    run_at(make_model(geometry()), alone, 1);

    Kernel kernel;
    const Kernel::Scope scope(kernel);
    SkrmTarget<Controller> skrm("skrm", make_model(geometry()), geometry(), kCyclePs, model::WriteAlg::kDcw);
    std::vector<Item> first(1);
    first[0].bytes.resize(2);
    AtFeeder feeder("feeder", first, 1);
    feeder.checker.to_target.bind(skrm.socket);
    std::vector<Item> second = byte_stream(1, test::seed());
    LtFeeder lt("lt", second, sc_core::sc_time(5 * kCyclePs, sc_core::SC_PS));
    lt.socket.bind(skrm.socket);
    sc_core::sc_start();
    feeder.expect_all_done();
    EXPECT_EQ(first[0].done_cycle, alone[0].done_cycle);
    EXPECT_GT(second[0].done_cycle, alone[0].done_cycle) << "it was behind";
}

TEST(LockstepTlmAt, SeveralInitiatorsShareOneTarget) {
    Kernel kernel;
    const Kernel::Scope scope(kernel);
    const model::Geometry shape = test::geometry(16, 5, 16);
    // Each in rows of its own, the loosely timed one too.
    std::vector<std::vector<Item>> streams;
    for (uint32_t i = 0; i < 3; ++i) {
        streams.push_back(native_stream(300, test::seed() + i, shape));
        for (Item& item : streams.back())
            if (item.request.command.row < shape.tracks)
                item.request.command.row = item.request.command.row % 4 + 4 * (i + 1);
    }
    SkrmTarget<Controller> skrm("skrm", make_model(shape), shape, kCyclePs, model::WriteAlg::kDcw);
    std::vector<std::vector<Item>> answered = streams;
    std::vector<std::unique_ptr<AtFeeder>> feeders;
    for (size_t i = 0; i < streams.size(); ++i) {
        feeders.push_back(std::make_unique<AtFeeder>(sc_core::sc_gen_unique_name("feeder"), answered[i], 120));
        feeders.back()->checker.to_target.bind(skrm.socket);
    }
    const std::vector<Item> sent = byte_stream(20, test::seed(), shape);
    std::vector<Item> late = sent;
    LtFeeder lt("lt", late);
    lt.socket.bind(skrm.socket);
    sc_core::sc_start();
    for (size_t i = 0; i < streams.size(); ++i) {
        feeders[i]->expect_all_done();
        // Alone, the same stream has the same answers, at other times.
        std::vector<Item> alone = streams[i];
        const auto controller = make_model(shape);
        run_pins(*controller, alone, 1);
        for (size_t n = 0; n < alone.size(); ++n) {
            ASSERT_EQ(answered[i][n].status, alone[n].status);
            ASSERT_EQ(answered[i][n].words, alone[n].words);
        }
    }
    expect_bytes_in_order(sent, late, shape);
}

}  // namespace
}  // namespace sky::tlm
