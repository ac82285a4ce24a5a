#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <memory>
#include <systemc>
#include <tlm>
#include <utility>

#include "sysc/model/address_map.hpp"
#include "sysc/model/byte_access.hpp"
#include "sysc/model/pin_driver.hpp"
#include "sysc/tlm/skrm_extension.hpp"

namespace sky::tlm {

/// SystemC TLM-2.0 face of a controller: the cycle model or, from sysc/bridge, the Verilated RTL (`Target`, see
/// model::PinDriver; also word() and set_word() for the debug transport).
///
/// Loosely timed: b_transport runs the request to its end at once and adds the model time until then to `delay`.
/// A request that arrives while the controller is busy waits for it, in order of the calls: an initiator that has
/// run far ahead of the simulation time delays those that call later. DMI is refused: every
/// access moves skyrmions and has its own cost, so no pointer can stand for the memory.
///
/// A generic payload is a byte access, little endian, with stores written by `alg`; a SkrmExtension makes it a
/// native request. Errors: TLM_ADDRESS_ERROR_RESPONSE past the end, TLM_BYTE_ENABLE_ERROR_RESPONSE for byte
/// enables, TLM_BURST_ERROR_RESPONSE for a streaming width shorter than the data, TLM_COMMAND_ERROR_RESPONSE for
/// anything but read and write. A native request that the controller refuses completes with its status in the
/// extension and TLM_GENERIC_ERROR_RESPONSE.
template <typename Target>
class SkrmTarget : public sc_core::sc_module {
   public:
    tlm_utils::simple_target_socket<SkrmTarget> socket{"socket"};

    SkrmTarget(const sc_core::sc_module_name& name, std::unique_ptr<Target> target, const model::Geometry& geometry,
               uint32_t cycle_ps, model::WriteAlg alg)
        : sc_module(name),
          target_(std::move(target)),
          driver_(*target_),
          geometry_(geometry),
          cycle_(static_cast<double>(cycle_ps), sc_core::SC_PS),
          alg_(alg) {
        // A time the kernel cannot hold is rounded to its resolution: a thousand cycles show it.
        const sc_core::sc_time thousand(1000.0 * cycle_ps, sc_core::SC_PS);
        if (cycle_.value() == 0 || thousand.value() != 1000 * cycle_.value())
            SC_REPORT_FATAL("skrm", "the controller's cycle is not a whole number of the kernel's time resolution");
        socket.register_b_transport(this, &SkrmTarget::b_transport);
        socket.register_transport_dbg(this, &SkrmTarget::transport_dbg);
    }

    [[nodiscard]] Target& target() { return *target_; }
    /// Cycles the controller has run.
    [[nodiscard]] uint64_t cycle() const { return driver_.cycle(); }
    /// Tracks in which a byte write had to read first.
    [[nodiscard]] uint64_t read_modify_writes() const { return read_modify_writes_; }

   private:
    void b_transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
        catch_up(sc_core::sc_time_stamp() + delay);
        SkrmExtension* native = nullptr;
        payload.get_extension(native);
        if (native != nullptr) {
            run_native(payload, *native);
        } else {
            run_bytes(payload);
        }
        delay = cycle_ * static_cast<double>(driver_.cycle()) - sc_core::sc_time_stamp();
    }

    /// The controller idles until `now`, rounded up to its clock; it may already be busy beyond.
    void catch_up(const sc_core::sc_time& now) {
        const uint64_t ticks = now.value();
        const uint64_t cycle_ticks = cycle_.value();
        const uint64_t cycle = (ticks + cycle_ticks - 1) / cycle_ticks;
        if (cycle > driver_.cycle()) driver_.advance(cycle - driver_.cycle());
    }

    const model::Finished& execute(const model::Command& command, std::span<const uint64_t> data) {
        driver_.submit(command, data);
        return *driver_.advance();
    }

    void run_native(::tlm::tlm_generic_payload& payload, SkrmExtension& native) {
        if (native.data.size() != native.command.data_beats(geometry_)) {
            payload.set_response_status(::tlm::TLM_COMMAND_ERROR_RESPONSE);
            return;
        }
        const model::Finished& done = execute(native.command, native.data);
        native.status = done.status;
        native.words.assign(done.words.begin(), done.words.end());
        payload.set_response_status(done.status == model::RspStatus::kOk ? ::tlm::TLM_OK_RESPONSE
                                                                         : ::tlm::TLM_GENERIC_ERROR_RESPONSE);
    }

    void run_bytes(::tlm::tlm_generic_payload& payload) {
        payload.set_response_status(check(payload));
        if (!payload.is_response_ok()) return;
        const model::Execute run = [this](const model::Command& command,
                                          std::span<const uint64_t> data) -> const model::Finished& {
            return execute(command, data);
        };
        auto* bytes = reinterpret_cast<std::byte*>(payload.get_data_ptr());
        const uint64_t address = payload.get_address();
        const model::RspStatus status =
            payload.is_read() ? model::load_bytes(geometry_, run, address, {bytes, payload.get_data_length()})
                              : model::store_bytes(geometry_, run, alg_, address, {bytes, payload.get_data_length()},
                                                   read_modify_writes_);
        if (status != model::RspStatus::kOk) payload.set_response_status(::tlm::TLM_GENERIC_ERROR_RESPONSE);
    }

    [[nodiscard]] ::tlm::tlm_response_status check(const ::tlm::tlm_generic_payload& payload) const {
        if (!payload.is_read() && !payload.is_write()) return ::tlm::TLM_COMMAND_ERROR_RESPONSE;
        if (payload.get_byte_enable_ptr() != nullptr) return ::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
        if (payload.get_streaming_width() < payload.get_data_length()) return ::tlm::TLM_BURST_ERROR_RESPONSE;
        if (!model::WordAddressMap::fits(geometry_) ||
            !model::in_range(geometry_, payload.get_address(), payload.get_data_length()))
            return ::tlm::TLM_ADDRESS_ERROR_RESPONSE;
        return ::tlm::TLM_OK_RESPONSE;
    }

    /// Costs nothing and takes no time. Returns the bytes that were copied: fewer than asked for at the end of the
    /// memory. Byte enables and streaming width have no meaning here.
    unsigned int transport_dbg(::tlm::tlm_generic_payload& payload) {
        if (!model::WordAddressMap::fits(geometry_) || (!payload.is_read() && !payload.is_write())) return 0;
        const model::WordAddressMap map(geometry_);
        const uint64_t capacity = map.capacity_bytes();
        if (payload.get_address() >= capacity) return 0;
        const auto length = static_cast<unsigned int>(
            std::min<uint64_t>(payload.get_data_length(), capacity - payload.get_address()));
        uint8_t* bytes = payload.get_data_ptr();
        for (uint64_t i = 0; i < length; ++i) {
            const model::BytePlace at = map.place(payload.get_address() + i);
            const uint64_t word = target_->word(at.row, at.segment);
            if (payload.is_read()) {
                bytes[i] = static_cast<uint8_t>(word >> (8 * at.byte));
            } else {
                const uint64_t cleared = word & ~(uint64_t{0xff} << (8 * at.byte));
                target_->set_word(at.row, at.segment, cleared | uint64_t{bytes[i]} << (8 * at.byte));
            }
        }
        payload.set_response_status(::tlm::TLM_OK_RESPONSE);
        return length;
    }

    std::unique_ptr<Target> target_;
    model::PinDriver<Target> driver_;
    model::Geometry geometry_;
    sc_core::sc_time cycle_;
    model::WriteAlg alg_;
    uint64_t read_modify_writes_ = 0;
};

}  // namespace sky::tlm
