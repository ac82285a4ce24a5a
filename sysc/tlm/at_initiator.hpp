#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <systemc>
#include <tlm>
#include <utility>

namespace sky::tlm {

/// How an initiator ends a response: the three ways the base protocol has.
enum class ResponseEnd : uint8_t {
    kCompleted,  ///< TLM_COMPLETED returned to BEGIN_RESP
    kUpdated,    ///< END_RESP returned to BEGIN_RESP, with the delay
    kCalled,     ///< END_RESP in a call of its own, the delay later
};

struct AtInitiatorConfig {
    ResponseEnd response_end = ResponseEnd::kCompleted;
    sc_core::sc_time response_delay{};  ///< from BEGIN_RESP to END_RESP
    sc_core::sc_time request_delay{};   ///< annotated to each BEGIN_REQ
};

/// The initiator's half of the four phases: sends payloads in order, each as soon as END_REQ allows it, and hands
/// them back when their response begins. Never calls forward from within a backward call.
class AtInitiator : public sc_core::sc_module {
   public:
    tlm_utils::simple_initiator_socket<AtInitiator> socket{"socket"};

    /// Called at the time of the response; the payload is released afterwards.
    using OnResponse = std::function<void(::tlm::tlm_generic_payload&)>;

    AtInitiator(const sc_core::sc_module_name& name, OnResponse on_response, const AtInitiatorConfig& config = {})
        : sc_module(name), on_response_(std::move(on_response)), config_(config) {
        socket.register_nb_transport_bw(this, &AtInitiator::nb_transport_bw);
        SC_HAS_PROCESS(AtInitiator);
        SC_METHOD(send_requests);
        sensitive << request_;
        dont_initialize();
        SC_METHOD(send_end);
        sensitive << end_;
        dont_initialize();
    }

    /// Takes over the caller's reference. The request begins in the next delta cycle in which it may.
    void send(::tlm::tlm_generic_payload& payload) {
        payload.set_response_status(::tlm::TLM_INCOMPLETE_RESPONSE);
        waiting_.push_back(&payload);
        request_.notify(sc_core::SC_ZERO_TIME);
    }

   private:
    void send_requests() {
        while (requesting_ == nullptr && !waiting_.empty()) {
            ::tlm::tlm_generic_payload& payload = *waiting_.front();
            waiting_.pop_front();
            requesting_ = &payload;
            ::tlm::tlm_phase phase = ::tlm::BEGIN_REQ;
            sc_core::sc_time delay = config_.request_delay;
            const ::tlm::tlm_sync_enum sync = socket->nb_transport_fw(payload, phase, delay);
            if (sync == ::tlm::TLM_ACCEPTED) continue;
            requesting_ = nullptr;
            if (sync == ::tlm::TLM_UPDATED && phase == ::tlm::END_REQ) continue;
            // The target answered at once.
            on_response_(payload);
            if (sync == ::tlm::TLM_COMPLETED)
                payload.release();
            else
                end_later(payload, delay + config_.response_delay);
        }
    }

    ::tlm::tlm_sync_enum nb_transport_bw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
        // BEGIN_RESP stands for an END_REQ that did not come.
        if (&payload == requesting_ && (phase == ::tlm::END_REQ || phase == ::tlm::BEGIN_RESP)) {
            requesting_ = nullptr;
            request_.notify(delay == sc_core::SC_ZERO_TIME ? sc_core::SC_ZERO_TIME : delay);
        }
        if (phase != ::tlm::BEGIN_RESP) return ::tlm::TLM_ACCEPTED;
        on_response_(payload);
        if (config_.response_end == ResponseEnd::kCalled) {
            end_later(payload, delay + config_.response_delay);
            return ::tlm::TLM_ACCEPTED;
        }
        delay += config_.response_delay;
        payload.release();  // the target holds a reference of its own
        if (config_.response_end == ResponseEnd::kCompleted) return ::tlm::TLM_COMPLETED;
        phase = ::tlm::END_RESP;
        return ::tlm::TLM_UPDATED;
    }

    void end_later(::tlm::tlm_generic_payload& payload, const sc_core::sc_time& delay) {
        ending_ = &payload;
        end_.notify(delay);
    }

    void send_end() {
        ::tlm::tlm_generic_payload& payload = *std::exchange(ending_, nullptr);
        ::tlm::tlm_phase phase = ::tlm::END_RESP;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        socket->nb_transport_fw(payload, phase, delay);
        payload.release();
    }

    OnResponse on_response_;
    AtInitiatorConfig config_;
    std::deque<::tlm::tlm_generic_payload*> waiting_;
    ::tlm::tlm_generic_payload* requesting_ = nullptr;  // BEGIN_REQ sent, END_REQ not seen
    ::tlm::tlm_generic_payload* ending_ = nullptr;      // BEGIN_RESP seen, END_RESP not sent
    sc_core::sc_event request_{"request_event"};
    sc_core::sc_event end_{"end_event"};
};

}  // namespace sky::tlm
