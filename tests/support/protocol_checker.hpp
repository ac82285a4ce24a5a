#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

namespace sky::test {

/// Sits between an initiator's and a target's socket, passes every call on unchanged, and writes down what breaks
/// the rules of the TLM-2.0 base protocol for nb_transport:
///
///  1. Phases of a payload come in order, BEGIN_REQ and END_RESP forward, END_REQ and BEGIN_RESP backward;
///     BEGIN_RESP may stand for END_REQ too, and TLM_COMPLETED for all that is to come.
///  2. No BEGIN_REQ before the END_REQ of the one before; no BEGIN_RESP before the END_RESP of the one before.
///  3. Times never go back: of one payload's phases, of a return behind its call, of the begins behind those ends.
///  4. The payload stays as it was sent, but for what the target has to answer.
///  5. It starts with TLM_INCOMPLETE_RESPONSE, no DMI hint and a memory manager, and is answered with a status.
///  6. Every payload comes to its end.
class ProtocolChecker : public sc_core::sc_module {
   public:
    tlm_utils::simple_target_socket<ProtocolChecker> from_initiator{"from_initiator"};
    tlm_utils::simple_initiator_socket<ProtocolChecker> to_target{"to_target"};

    explicit ProtocolChecker(const sc_core::sc_module_name& name) : sc_module(name) {
        from_initiator.register_b_transport(this, &ProtocolChecker::b_transport);
        from_initiator.register_nb_transport_fw(this, &ProtocolChecker::nb_transport_fw);
        from_initiator.register_transport_dbg(this, &ProtocolChecker::transport_dbg);
        from_initiator.register_get_direct_mem_ptr(this, &ProtocolChecker::get_direct_mem_ptr);
        to_target.register_nb_transport_bw(this, &ProtocolChecker::nb_transport_bw);
    }

    [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
    /// Payloads that came to their end.
    [[nodiscard]] uint64_t completed() const { return completed_; }
    /// Most payloads under way at once.
    [[nodiscard]] size_t most_under_way() const { return most_under_way_; }
    /// To be called when nothing is under way any more.
    void finish() {
        for (const auto& [payload, state] : under_way_)
            violate("a payload did not come to its end", payload->get_address());
    }

   private:
    enum class Stage : uint8_t { kRequest, kAccepted, kResponse };
    struct State {
        Stage stage = Stage::kRequest;
        sc_core::sc_time last;
        ::tlm::tlm_command command = ::tlm::TLM_IGNORE_COMMAND;
        uint64_t address = 0;
        unsigned char* data = nullptr;
        unsigned length = 0;
        unsigned streaming_width = 0;
        unsigned char* enables = nullptr;
        unsigned enables_length = 0;
        std::vector<unsigned char> written;  // what a write carries
        std::vector<unsigned char> masked;   // its byte enables
    };

    void violate(const std::string& what, uint64_t address) {
        std::ostringstream text;
        text << sc_core::sc_time_stamp() << ", address " << address << ": " << what;
        violations_.push_back(text.str());
    }

    void b_transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
        to_target->b_transport(payload, delay);
    }
    unsigned transport_dbg(::tlm::tlm_generic_payload& payload) { return to_target->transport_dbg(payload); }
    bool get_direct_mem_ptr(::tlm::tlm_generic_payload& payload, ::tlm::tlm_dmi& dmi) {
        return to_target->get_direct_mem_ptr(payload, dmi);
    }

    ::tlm::tlm_sync_enum nb_transport_fw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
        const bool forward = phase == ::tlm::BEGIN_REQ || phase == ::tlm::END_RESP;
        if (!forward) violate("a phase went forward that belongs to the target", payload.get_address());
        const ::tlm::tlm_phase called = phase;
        const sc_core::sc_time at = sc_core::sc_time_stamp() + delay;
        step(payload, phase, at);
        const ::tlm::tlm_sync_enum sync = to_target->nb_transport_fw(payload, phase, delay);
        check_return(payload, called, sync, phase, at, sc_core::sc_time_stamp() + delay);
        return sync;
    }

    ::tlm::tlm_sync_enum nb_transport_bw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase,
                                         sc_core::sc_time& delay) {
        const bool backward = phase == ::tlm::END_REQ || phase == ::tlm::BEGIN_RESP;
        if (!backward) violate("a phase went backward that belongs to the initiator", payload.get_address());
        const ::tlm::tlm_phase called = phase;
        const sc_core::sc_time at = sc_core::sc_time_stamp() + delay;
        step(payload, phase, at);
        const ::tlm::tlm_sync_enum sync = from_initiator->nb_transport_bw(payload, phase, delay);
        check_return(payload, called, sync, phase, at, sc_core::sc_time_stamp() + delay);
        return sync;
    }

    void check_return(::tlm::tlm_generic_payload& payload, const ::tlm::tlm_phase& called, ::tlm::tlm_sync_enum sync,
                      const ::tlm::tlm_phase& phase, const sc_core::sc_time& called_at, const sc_core::sc_time& at) {
        if (sync == ::tlm::TLM_ACCEPTED) return;
        if (at < called_at) violate("the time went back in a return", payload.get_address());
        if (sync == ::tlm::TLM_UPDATED) {
            const bool answers = called == ::tlm::BEGIN_REQ ? phase == ::tlm::END_REQ || phase == ::tlm::BEGIN_RESP
                                                            : called == ::tlm::BEGIN_RESP && phase == ::tlm::END_RESP;
            if (!answers) violate("the returned phase does not follow from the call", payload.get_address());
            step(payload, phase, at);
            return;
        }
        if (called == ::tlm::END_RESP) return;  // it was the end anyway
        const auto found = under_way_.find(&payload);
        if (found == under_way_.end()) return;
        if (called == ::tlm::END_REQ) violate("TLM_COMPLETED before there was a response", payload.get_address());
        if (called == ::tlm::BEGIN_REQ) end_request(at);
        if (called == ::tlm::BEGIN_RESP) end_response(at);
        retire(payload);
    }

    void step(::tlm::tlm_generic_payload& payload, const ::tlm::tlm_phase& phase, const sc_core::sc_time& at) {
        const uint64_t address = payload.get_address();
        if (phase == ::tlm::BEGIN_REQ) {
            begin(payload, at);
            return;
        }
        const auto found = under_way_.find(&payload);
        if (found == under_way_.end()) {
            violate("a phase of a payload that is not under way", address);
            return;
        }
        State& state = found->second;
        if (at < state.last) violate("the time went back", address);
        state.last = std::max(state.last, at);
        check_unchanged(payload, state);
        if (phase == ::tlm::END_REQ) {
            if (state.stage != Stage::kRequest) violate("END_REQ out of order", address);
            state.stage = Stage::kAccepted;
            end_request(at);
        } else if (phase == ::tlm::BEGIN_RESP) {
            if (state.stage == Stage::kResponse) violate("BEGIN_RESP out of order", address);
            if (state.stage == Stage::kRequest) end_request(at);
            state.stage = Stage::kResponse;
            if (response_open_ || at < response_ended_)
                violate("BEGIN_RESP before the END_RESP of the one before", address);
            if (payload.get_response_status() == ::tlm::TLM_INCOMPLETE_RESPONSE)
                violate("a response without a status", address);
            response_open_ = true;
        } else if (phase == ::tlm::END_RESP) {
            if (state.stage != Stage::kResponse) violate("END_RESP out of order", address);
            end_response(at);
            retire(payload);
        } else {
            violate("a phase that the base protocol does not have", address);
        }
    }

    void begin(::tlm::tlm_generic_payload& payload, const sc_core::sc_time& at) {
        const uint64_t address = payload.get_address();
        if (under_way_.count(&payload) != 0) violate("BEGIN_REQ of a payload under way", address);
        if (request_open_ || at < request_ended_) violate("BEGIN_REQ before the END_REQ of the one before", address);
        if (payload.get_response_status() != ::tlm::TLM_INCOMPLETE_RESPONSE)
            violate("BEGIN_REQ with a response status", address);
        if (payload.is_dmi_allowed()) violate("BEGIN_REQ with a DMI hint", address);
        if (!payload.has_mm()) violate("BEGIN_REQ without a memory manager", address);
        request_open_ = true;
        State state;
        state.last = at;
        state.command = payload.get_command();
        state.address = address;
        state.data = payload.get_data_ptr();
        state.length = payload.get_data_length();
        state.streaming_width = payload.get_streaming_width();
        state.enables = payload.get_byte_enable_ptr();
        state.enables_length = payload.get_byte_enable_length();
        if (payload.is_write()) state.written.assign(state.data, state.data + state.length);
        if (state.enables != nullptr) state.masked.assign(state.enables, state.enables + state.enables_length);
        under_way_[&payload] = std::move(state);
        most_under_way_ = std::max(most_under_way_, under_way_.size());
    }

    void check_unchanged(const ::tlm::tlm_generic_payload& payload, const State& state) {
        const bool same = payload.get_command() == state.command && payload.get_address() == state.address &&
                          payload.get_data_ptr() == state.data && payload.get_data_length() == state.length &&
                          payload.get_streaming_width() == state.streaming_width &&
                          payload.get_byte_enable_ptr() == state.enables &&
                          payload.get_byte_enable_length() == state.enables_length;
        if (!same || !std::equal(state.written.begin(), state.written.end(), state.data) ||
            !std::equal(state.masked.begin(), state.masked.end(), state.enables))
            violate("the payload changed under way", state.address);
    }

    void end_request(const sc_core::sc_time& at) {
        request_open_ = false;
        request_ended_ = at;
    }
    void end_response(const sc_core::sc_time& at) {
        response_open_ = false;
        response_ended_ = at;
    }
    void retire(::tlm::tlm_generic_payload& payload) {
        under_way_.erase(&payload);
        ++completed_;
    }

    std::map<::tlm::tlm_generic_payload*, State> under_way_;
    bool request_open_ = false;
    bool response_open_ = false;
    sc_core::sc_time request_ended_;
    sc_core::sc_time response_ended_;
    uint64_t completed_ = 0;
    size_t most_under_way_ = 0;
    std::vector<std::string> violations_;
};

}  // namespace sky::test
