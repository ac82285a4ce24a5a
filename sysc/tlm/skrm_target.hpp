#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <systemc>
#include <tlm>
#include <utility>
#include <vector>

#include "sysc/model/address_map.hpp"
#include "sysc/model/command.hpp"
#include "sysc/tlm/access_engine.hpp"
#include "sysc/tlm/backdoor.hpp"
#include "sysc/tlm/skrm_extension.hpp"

namespace sky::tlm {

/// SystemC TLM-2.0 face of a controller: the cycle model or, from sysc/bridge, the Verilated RTL (`Target`, see
/// model::PinDriver; also word() and set_word() for the debug transport). Any number of initiators may be bound.
///
/// Approximately timed (nb_transport): the four phases of the base protocol. BEGIN_REQ enters the controller at
/// the next clock edge; END_REQ comes at once, or when a place is free, for at most kMaxOutstanding accesses are
/// under way until their END_RESP; BEGIN_RESP comes in the cycle in which the controller has finished, in that
/// order, one at a time per socket. SystemC time is the controller's time.
///
/// Loosely timed (b_transport): runs the access to its end at once and adds the model time until then to `delay`.
/// A request that arrives while the controller is ahead of the simulation time enters it where the controller is:
/// an initiator that has run far ahead delays those that call later. Times are exact when one initiator at a time
/// calls and waits.
///
/// A generic payload is a byte access, little endian, with stores written by `alg`; byte enables are honoured. A
/// SkrmExtension makes it a native request. Errors: TLM_ADDRESS_ERROR_RESPONSE past the end,
/// TLM_BURST_ERROR_RESPONSE for a streaming width shorter than the data, TLM_BYTE_ENABLE_ERROR_RESPONSE for byte
/// enables of no length, TLM_COMMAND_ERROR_RESPONSE for anything but read and write. A native request that the
/// controller refuses completes with its status in the extension and TLM_GENERIC_ERROR_RESPONSE.
///
/// DMI is refused and never hinted at: every access moves skyrmions and has its own cost, so no pointer can stand
/// for the memory. The first request for it is answered with an SC_INFO report that says so.
template <typename Target>
class SkrmTarget : public sc_core::sc_module {
   public:
    static constexpr size_t kMaxOutstanding = AccessEngine<Target>::Driver::kMaxOutstanding;

    tlm_utils::multi_passthrough_target_socket<SkrmTarget> socket{"socket"};

    SkrmTarget(const sc_core::sc_module_name& name, std::unique_ptr<Target> target, const model::Geometry& geometry,
               uint32_t cycle_ps, model::WriteAlg alg)
        : sc_module(name),
          target_(std::move(target)),
          engine_(*target_, geometry),
          geometry_(geometry),
          cycle_ticks_(sc_core::sc_time(static_cast<double>(cycle_ps), sc_core::SC_PS).value()),
          alg_(alg) {
        // A time the kernel cannot hold is rounded to its resolution: a thousand cycles show it.
        const sc_core::sc_time thousand(1000.0 * cycle_ps, sc_core::SC_PS);
        if (cycle_ticks_ == 0 || thousand.value() != 1000 * cycle_ticks_)
            SC_REPORT_FATAL("skrm", "the controller's cycle is not a whole number of the kernel's time resolution");
        engine_.on_done([this](Access& access) {
            if (access.socket != Access::kBlocking) link(access.socket).finished.push_back(&access);
        });
        socket.register_b_transport(this, &SkrmTarget::b_transport);
        socket.register_nb_transport_fw(this, &SkrmTarget::nb_transport_fw);
        socket.register_transport_dbg(this, &SkrmTarget::transport_dbg);
        socket.register_get_direct_mem_ptr(this, &SkrmTarget::get_direct_mem_ptr);
        SC_HAS_PROCESS(SkrmTarget);
        SC_METHOD(proceed);
        sensitive << proceed_;
        dont_initialize();
    }

    [[nodiscard]] Target& target() { return *target_; }
    /// Cycles the controller has run.
    [[nodiscard]] uint64_t cycle() const { return engine_.cycle(); }
    /// Byte writes that had to read first.
    [[nodiscard]] uint64_t read_modify_writes() const { return engine_.read_modify_writes(); }

   private:
    /// One bound initiator. The exclusion rules allow it one request without END_REQ and one response without
    /// END_RESP.
    struct Link {
        ::tlm::tlm_generic_payload* request = nullptr;
        sc_core::sc_time request_at;
        std::deque<Access*> finished;  // BEGIN_RESP to come
        Access* response = nullptr;    // BEGIN_RESP sent
        bool response_ends = false;    // END_RESP is known to come
        sc_core::sc_time response_end_at;
    };

    void start_of_simulation() override { links_.resize(socket.size()); }

    [[nodiscard]] Link& link(int index) { return links_[static_cast<size_t>(index)]; }
    [[nodiscard]] sc_core::sc_time time_of(uint64_t cycle) const {
        return sc_core::sc_time::from_value(cycle * cycle_ticks_);
    }
    /// The first clock edge that is not before `time`.
    [[nodiscard]] uint64_t edge_after(const sc_core::sc_time& time) const {
        return (time.value() + cycle_ticks_ - 1) / cycle_ticks_;
    }

    // Loosely timed.

    void b_transport(int /*socket*/, ::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
        SkrmExtension* native = nullptr;
        payload.get_extension(native);
        payload.set_response_status(check(payload, native));
        if (payload.get_response_status() != ::tlm::TLM_OK_RESPONSE) return;
        engine_.run_to(edge_after(sc_core::sc_time_stamp() + delay));
        if (native != nullptr && engine_.idle()) {
            run_alone(payload, *native);
            delay = time_of(engine_.cycle()) - sc_core::sc_time_stamp();
            return;
        }
        Access& access = engine_.start(payload, native, alg_, Access::kBlocking);
        engine_.run_until_done(access);
        delay = time_of(access.done_cycle) - sc_core::sc_time_stamp();
        engine_.release(access);
        schedule();
    }

    void run_alone(::tlm::tlm_generic_payload& payload, SkrmExtension& native) {
        const model::Finished& done = engine_.run_alone(native.command, native.data);
        native.status = done.status;
        native.words.assign(done.words.begin(), done.words.end());
        if (done.status != model::RspStatus::kOk) payload.set_response_status(::tlm::TLM_GENERIC_ERROR_RESPONSE);
    }

    [[nodiscard]] ::tlm::tlm_response_status check(const ::tlm::tlm_generic_payload& payload,
                                                   const SkrmExtension* native) const {
        if (native != nullptr)
            return native->data.size() == native->command.data_beats(geometry_) ? ::tlm::TLM_OK_RESPONSE
                                                                                : ::tlm::TLM_COMMAND_ERROR_RESPONSE;
        if (!payload.is_read() && !payload.is_write()) return ::tlm::TLM_COMMAND_ERROR_RESPONSE;
        if (payload.get_byte_enable_ptr() != nullptr && payload.get_byte_enable_length() == 0)
            return ::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
        if (payload.get_streaming_width() < payload.get_data_length()) return ::tlm::TLM_BURST_ERROR_RESPONSE;
        if (!model::AddressMap::fits(geometry_) ||
            !model::in_range(geometry_, payload.get_address(), payload.get_data_length()))
            return ::tlm::TLM_ADDRESS_ERROR_RESPONSE;
        return ::tlm::TLM_OK_RESPONSE;
    }

    // Approximately timed.

    ::tlm::tlm_sync_enum nb_transport_fw(int socket_index, ::tlm::tlm_generic_payload& payload,
                                         ::tlm::tlm_phase& phase, sc_core::sc_time& delay) {
        Link& from = link(socket_index);
        const sc_core::sc_time at = sc_core::sc_time_stamp() + delay;
        if (phase == ::tlm::BEGIN_REQ) {
            if (from.request != nullptr) SC_REPORT_ERROR("skrm", "BEGIN_REQ before the END_REQ of the one before");
            if (payload.has_mm()) payload.acquire();
            from.request = &payload;
            from.request_at = at;
            if (delay == sc_core::SC_ZERO_TIME && has_place()) {
                accept(socket_index);
                schedule();
                phase = ::tlm::END_REQ;
                return ::tlm::TLM_UPDATED;
            }
            if (delay != sc_core::SC_ZERO_TIME) proceed_at(at);
            return ::tlm::TLM_ACCEPTED;
        }
        if (phase == ::tlm::END_RESP) {
            if (from.response == nullptr || from.response->payload != &payload) {
                SC_REPORT_ERROR("skrm", "END_RESP without a BEGIN_RESP");
                return ::tlm::TLM_COMPLETED;
            }
            if (delay == sc_core::SC_ZERO_TIME) {
                end_response(from);
                schedule();
            } else {
                from.response_ends = true;
                from.response_end_at = at;
                proceed_at(at);
            }
            return ::tlm::TLM_COMPLETED;
        }
        // The base protocol: phases one does not know are ignored.
        return ::tlm::TLM_ACCEPTED;
    }

    [[nodiscard]] bool has_place() const { return under_way_ < kMaxOutstanding; }

    /// Takes the request of a link into the controller; END_REQ is the caller's.
    void accept(int index) {
        Link& from = link(index);
        ::tlm::tlm_generic_payload& payload = *std::exchange(from.request, nullptr);
        ++under_way_;
        engine_.run_to(edge_after(sc_core::sc_time_stamp()));
        SkrmExtension* native = nullptr;
        payload.get_extension(native);
        const ::tlm::tlm_response_status status = check(payload, native);
        if (status == ::tlm::TLM_OK_RESPONSE) {
            engine_.start(payload, native, alg_, index);
        } else {
            payload.set_response_status(status);
            from.finished.push_back(&engine_.refuse(payload, index));
        }
    }

    /// Everything that is due now; then sleeps until something will be.
    void proceed() {
        const sc_core::sc_time& now = sc_core::sc_time_stamp();
        engine_.run_to(now.value() / cycle_ticks_);
        for (size_t i = 0; i < links_.size(); ++i) {
            if (links_[i].response_ends && links_[i].response_end_at <= now) end_response(links_[i]);
            while (respond(static_cast<int>(i), now)) {
            }
        }
        // Round robin, so that no initiator starves another.
        for (size_t n = 0; n < links_.size() && has_place(); ++n) {
            const size_t i = (next_link_ + n) % links_.size();
            if (links_[i].request == nullptr || links_[i].request_at > now) continue;
            next_link_ = (i + 1) % links_.size();
            ::tlm::tlm_generic_payload& payload = *links_[i].request;
            accept(static_cast<int>(i));
            ::tlm::tlm_phase phase = ::tlm::END_REQ;
            sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
            socket[static_cast<int>(i)]->nb_transport_bw(payload, phase, delay);
        }
        schedule();
    }

    /// Sends BEGIN_RESP if one is due and the link is free. Whether the link is free again.
    bool respond(int index, const sc_core::sc_time& now) {
        if (link(index).response != nullptr || link(index).finished.empty()) return false;
        Access& access = *link(index).finished.front();
        if (time_of(access.done_cycle) > now) return false;
        link(index).finished.pop_front();
        link(index).response = &access;
        link(index).response_ends = false;
        ::tlm::tlm_phase phase = ::tlm::BEGIN_RESP;
        sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
        const ::tlm::tlm_sync_enum sync = socket[index]->nb_transport_bw(*access.payload, phase, delay);
        // An END_RESP may have come meanwhile.
        Link& to = link(index);
        if (sync == ::tlm::TLM_COMPLETED || (sync == ::tlm::TLM_UPDATED && phase == ::tlm::END_RESP)) {
            to.response_ends = true;
            to.response_end_at = now + delay;
        }
        if (!to.response_ends || to.response_end_at > now) return false;
        end_response(to);
        return true;
    }

    void end_response(Link& of) {
        Access& access = *std::exchange(of.response, nullptr);
        of.response_ends = false;
        if (access.payload->has_mm()) access.payload->release();
        engine_.release(access);
        --under_way_;
    }

    /// Sleeps until the next thing that is due, by the clock of whoever it is due to.
    void schedule() {
        if (const std::optional<uint64_t> cycle = engine_.next_look()) proceed_at(time_of(*cycle));
        for (const Link& l : links_) {
            if (l.response_ends) proceed_at(l.response_end_at);
            if (l.response == nullptr && !l.finished.empty()) proceed_at(time_of(l.finished.front()->done_cycle));
            if (l.request != nullptr && (has_place() || l.request_at > sc_core::sc_time_stamp()))
                proceed_at(l.request_at);
        }
    }

    /// An event keeps the earliest of its notifications.
    void proceed_at(const sc_core::sc_time& time) {
        const sc_core::sc_time& now = sc_core::sc_time_stamp();
        proceed_.notify(time > now ? time - now : sc_core::SC_ZERO_TIME);
    }

    /// Costs nothing and takes no time. Returns the bytes that were copied: fewer than asked for at the end of the
    /// memory, none while the target has no backdoor to this mapping. Byte enables and streaming width have no
    /// meaning here; what is under way is not waited for.
    unsigned int transport_dbg(int /*socket*/, ::tlm::tlm_generic_payload& payload) {
        if (!Backdoor<Target>::fits(geometry_) || (!payload.is_read() && !payload.is_write())) return 0;
        const model::AddressMap map(geometry_);
        const uint64_t capacity = map.capacity_bytes();
        if (payload.get_address() >= capacity) return 0;
        const auto length = static_cast<unsigned int>(
            std::min<uint64_t>(payload.get_data_length(), capacity - payload.get_address()));
        uint8_t* bytes = payload.get_data_ptr();
        for (uint64_t i = 0; i < length; ++i) {
            const model::BytePlace at = map.place(payload.get_address() + i);
            const uint64_t word = Backdoor<Target>::word(*target_, at);
            if (payload.is_read()) {
                bytes[i] = static_cast<uint8_t>(word >> (8 * at.byte));
            } else {
                const uint64_t cleared = word & ~(uint64_t{0xff} << (8 * at.byte));
                Backdoor<Target>::set_word(*target_, at, cleared | uint64_t{bytes[i]} << (8 * at.byte));
            }
        }
        payload.set_response_status(::tlm::TLM_OK_RESPONSE);
        return length;
    }

    /// Refused for all addresses, once and for all.
    bool get_direct_mem_ptr(int /*socket*/, ::tlm::tlm_generic_payload& /*payload*/, ::tlm::tlm_dmi& dmi) {
        if (!std::exchange(said_no_dmi_, true))
            SC_REPORT_INFO("skrm", "no direct memory interface: every access moves skyrmions and has its own cost");
        dmi.init();
        dmi.set_end_address(~uint64_t{0});
        return false;
    }

    std::unique_ptr<Target> target_;
    AccessEngine<Target> engine_;
    model::Geometry geometry_;
    uint64_t cycle_ticks_;
    model::WriteAlg alg_;
    sc_core::sc_event proceed_{"proceed_event"};
    std::vector<Link> links_;
    size_t next_link_ = 0;
    size_t under_way_ = 0;  // from BEGIN_REQ taken to END_RESP
    bool said_no_dmi_ = false;
};

}  // namespace sky::tlm
