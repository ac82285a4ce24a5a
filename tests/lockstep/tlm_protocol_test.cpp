// Question: does the protocol checker notice each broken rule of the base protocol, and nothing else?
#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <functional>
#include <systemc>

#include "sysc/tlm/kernel.hpp"
#include "sysc/tlm/payload_pool.hpp"
#include "tests/support/protocol_checker.hpp"

namespace sky::test {
namespace {

using ::tlm::BEGIN_REQ;
using ::tlm::BEGIN_RESP;
using ::tlm::END_REQ;
using ::tlm::END_RESP;
using ::tlm::TLM_ACCEPTED;
using ::tlm::TLM_COMPLETED;
using ::tlm::TLM_UPDATED;

/// What the other side is going to return.
struct Return {
    ::tlm::tlm_sync_enum sync = TLM_ACCEPTED;
    ::tlm::tlm_phase phase = ::tlm::UNINITIALIZED_PHASE;
    sc_core::sc_time delay;
};

/// Both ends of a checker, in the hands of a test: it makes the calls and says what they return.
class Ends : public sc_core::sc_module {
   public:
    tlm_utils::simple_initiator_socket<Ends> initiator{"initiator"};
    tlm_utils::simple_target_socket<Ends> target{"target"};
    ProtocolChecker checker{"checker"};
    tlm::PayloadPool pool;

    Ends(const sc_core::sc_module_name& name, std::function<void(Ends&)> body)
        : sc_module(name), body_(std::move(body)) {
        initiator.register_nb_transport_bw(this, &Ends::answer);
        target.register_nb_transport_fw(this, &Ends::answer);
        initiator.bind(checker.from_initiator);
        checker.to_target.bind(target);
        SC_HAS_PROCESS(Ends);
        SC_THREAD(run);
    }

    ::tlm::tlm_generic_payload& payload(::tlm::tlm_command command = ::tlm::TLM_READ_COMMAND) {
        ::tlm::tlm_generic_payload& made = pool.get();
        made.set_command(command);
        made.set_data_ptr(bytes.data());
        made.set_data_length(8);
        made.set_streaming_width(8);
        made.set_response_status(::tlm::TLM_INCOMPLETE_RESPONSE);
        return made;
    }
    void forward(::tlm::tlm_generic_payload& p, ::tlm::tlm_phase phase, const Return& returned = {},
                 int delay_ns = 0) {
        returned_ = returned;
        sc_core::sc_time delay(delay_ns, sc_core::SC_NS);
        initiator->nb_transport_fw(p, phase, delay);
    }
    void backward(::tlm::tlm_generic_payload& p, ::tlm::tlm_phase phase, const Return& returned = {},
                  int delay_ns = 0) {
        returned_ = returned;
        if (phase == BEGIN_RESP && answers) p.set_response_status(::tlm::TLM_OK_RESPONSE);
        sc_core::sc_time delay(delay_ns, sc_core::SC_NS);
        target->nb_transport_bw(p, phase, delay);
    }

    std::array<unsigned char, 8> bytes{};
    bool answers = true;

   private:
    ::tlm::tlm_sync_enum answer(::tlm::tlm_generic_payload& /*payload*/, ::tlm::tlm_phase& phase,
                                sc_core::sc_time& delay) {
        if (returned_.sync == TLM_UPDATED) phase = returned_.phase;
        if (returned_.sync != TLM_ACCEPTED) delay = returned_.delay;
        return returned_.sync;
    }
    void run() {
        body_(*this);
        checker.finish();
    }
    std::function<void(Ends&)> body_;
    Return returned_;
};

/// The rules broken by what the body does, without where and when.
std::vector<std::string> broken(std::function<void(Ends&)> body) {
    tlm::Kernel kernel;
    const tlm::Kernel::Scope scope(kernel);
    Ends ends("ends", std::move(body));
    sc_core::sc_start();
    std::vector<std::string> rules;
    for (const std::string& violation : ends.checker.violations())
        rules.push_back(violation.substr(violation.find(": ") + 2));
    return rules;
}

using Rules = std::vector<std::string>;

TEST(LockstepTlmProtocol, IsContentWithEveryLegalCourse) {
    EXPECT_EQ(broken([](Ends& e) {
                  auto& a = e.payload();  // four calls
                  auto& b = e.payload();  // all by return
                  auto& c = e.payload();  // BEGIN_RESP stands for END_REQ
                  auto& d = e.payload();  // completed at once
                  e.forward(a, BEGIN_REQ);
                  e.backward(a, END_REQ);
                  e.forward(b, BEGIN_REQ, {TLM_UPDATED, END_REQ, {}});
                  e.backward(b, BEGIN_RESP, {TLM_UPDATED, END_RESP, {}});
                  e.backward(a, BEGIN_RESP);
                  e.forward(a, END_RESP, {TLM_COMPLETED, {}, {}});
                  e.forward(c, BEGIN_REQ);
                  e.backward(c, BEGIN_RESP, {TLM_COMPLETED, {}, {}});
                  e.forward(d, BEGIN_REQ, {TLM_COMPLETED, {}, {}});
                  EXPECT_EQ(e.checker.completed(), 4U);
                  EXPECT_EQ(e.checker.most_under_way(), 2U);
              }),
              Rules{});
}

TEST(LockstepTlmProtocol, NoticesPhasesOutOfOrder) {
    EXPECT_EQ(broken([](Ends& e) {
                  auto& a = e.payload();
                  e.forward(a, BEGIN_REQ, {TLM_UPDATED, END_REQ, {}});
                  e.backward(a, END_REQ);
                  e.forward(a, END_RESP);
              }),
              (Rules{"END_REQ out of order", "END_RESP out of order"}));
    EXPECT_EQ(broken([](Ends& e) {
                  auto& a = e.payload();
                  e.forward(a, BEGIN_REQ);
                  e.backward(a, BEGIN_RESP);
                  e.backward(a, BEGIN_RESP);
                  e.forward(a, END_RESP);
                  e.backward(a, BEGIN_RESP);
              }),
              (Rules{"BEGIN_RESP out of order", "BEGIN_RESP before the END_RESP of the one before",
                     "a phase of a payload that is not under way"}));
    EXPECT_EQ(broken([](Ends& e) {
                  auto& a = e.payload();
                  e.forward(a, BEGIN_REQ);
                  e.forward(a, END_REQ);
                  e.backward(a, BEGIN_RESP);
                  e.backward(a, END_RESP);
              }),
              (Rules{"a phase went forward that belongs to the target",
                     "a phase went backward that belongs to the initiator"}));
    EXPECT_EQ(broken([](Ends& e) {
                  auto& a = e.payload();
                  e.forward(a, BEGIN_REQ, {TLM_UPDATED, END_RESP, {}});
              }),
              (Rules{"the returned phase does not follow from the call", "END_RESP out of order"}));
    EXPECT_EQ(broken([](Ends& e) {
                  auto& a = e.payload();
                  e.forward(a, BEGIN_REQ);
                  e.backward(a, END_REQ, {TLM_COMPLETED, {}, {}});
              }),
              Rules{"TLM_COMPLETED before there was a response"});
}

TEST(LockstepTlmProtocol, NoticesTwoRequestsOrResponsesAtOnce) {
    EXPECT_EQ(broken([](Ends& e) {
                  auto& a = e.payload();
                  auto& b = e.payload();
                  e.forward(a, BEGIN_REQ);
                  e.forward(b, BEGIN_REQ);
                  e.backward(a, BEGIN_RESP);
                  e.backward(b, BEGIN_RESP);
                  e.forward(a, END_RESP);
                  e.forward(b, END_RESP);
              }),
              (Rules{"BEGIN_REQ before the END_REQ of the one before",
                     "BEGIN_RESP before the END_RESP of the one before"}));
    EXPECT_EQ(
        broken([](Ends& e) {
            auto& a = e.payload();
            auto& b = e.payload();
            const sc_core::sc_time late(5, sc_core::SC_NS);
            e.forward(a, BEGIN_REQ, {TLM_UPDATED, END_REQ, late});
            e.forward(b, BEGIN_REQ, {TLM_UPDATED, END_REQ, late});
            e.backward(a, BEGIN_RESP, {TLM_COMPLETED, {}, late + late}, 5);
            e.backward(b, BEGIN_RESP, {TLM_COMPLETED, {}, late + late}, 9);
        }),
        (Rules{"BEGIN_REQ before the END_REQ of the one before", "BEGIN_RESP before the END_RESP of the one before"}))
        << "the times they are due at count";
}

TEST(LockstepTlmProtocol, NoticesTimeThatGoesBack) {
    EXPECT_EQ(broken([](Ends& e) {
                  auto& a = e.payload();
                  e.forward(a, BEGIN_REQ, {}, 10);
                  e.backward(a, BEGIN_RESP, {TLM_COMPLETED, {}, {}}, 5);
              }),
              (Rules{"the time went back", "the time went back in a return"}));
}

TEST(LockstepTlmProtocol, NoticesAChangedPayload) {
    const auto changed = [](::tlm::tlm_command command,
                            const std::function<void(Ends&, ::tlm::tlm_generic_payload&)>& f) {
        return broken([&](Ends& e) {
            auto& a = e.payload(command);
            e.forward(a, BEGIN_REQ, {TLM_UPDATED, END_REQ, {}});
            f(e, a);
            e.backward(a, BEGIN_RESP, {TLM_COMPLETED, {}, {}});
        });
    };
    const Rules rule{"the payload changed under way"};
    using Payload = ::tlm::tlm_generic_payload;
    EXPECT_EQ(changed(::tlm::TLM_READ_COMMAND, [](Ends&, Payload& p) { p.set_write(); }), rule);
    EXPECT_EQ(changed(::tlm::TLM_READ_COMMAND, [](Ends&, Payload& p) { p.set_address(64); }), rule);
    EXPECT_EQ(changed(::tlm::TLM_READ_COMMAND, [](Ends&, Payload& p) { p.set_data_length(4); }), rule);
    EXPECT_EQ(changed(::tlm::TLM_READ_COMMAND, [](Ends&, Payload& p) { p.set_streaming_width(4); }), rule);
    EXPECT_EQ(changed(::tlm::TLM_READ_COMMAND, [](Ends& e, Payload& p) { p.set_byte_enable_ptr(e.bytes.data()); }),
              rule);
    EXPECT_EQ(changed(::tlm::TLM_WRITE_COMMAND, [](Ends& e, Payload&) { e.bytes[7] = 1; }), rule);
    EXPECT_EQ(changed(::tlm::TLM_READ_COMMAND, [](Ends& e, Payload&) { e.bytes[7] = 1; }), Rules{})
        << "the data of a read are the target's";
}

TEST(LockstepTlmProtocol, NoticesAPayloadThatIsNotReady) {
    EXPECT_EQ(broken([](Ends& e) {
                  ::tlm::tlm_generic_payload bare;
                  bare.set_response_status(::tlm::TLM_OK_RESPONSE);
                  bare.set_dmi_allowed(true);
                  e.forward(bare, BEGIN_REQ, {TLM_COMPLETED, {}, {}});
              }),
              (Rules{"BEGIN_REQ with a response status", "BEGIN_REQ with a DMI hint",
                     "BEGIN_REQ without a memory manager"}));
}

TEST(LockstepTlmProtocol, NoticesAMissingAnswer) {
    EXPECT_EQ(broken([](Ends& e) {
                  auto& a = e.payload();
                  e.answers = false;
                  e.forward(a, BEGIN_REQ);
                  e.backward(a, BEGIN_RESP);
              }),
              (Rules{"a response without a status", "a payload did not come to its end"}));
}

}  // namespace
}  // namespace sky::test
