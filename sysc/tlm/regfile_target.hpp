#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <systemc>
#include <tlm>
#include <utility>

#include "sysc/model/regfile/register_file.hpp"

namespace sky::tlm {

/// One step of a pipeline in a payload: a request as the register file takes it, what comes next, and the answer.
struct RegfileExtension : ::tlm::tlm_extension<RegfileExtension> {
    model::rf::Request request;
    model::rf::Hints hints;  ///< steady during the request, and after it until the next one
    model::rf::Answer answer;

    [[nodiscard]] ::tlm::tlm_extension_base* clone() const override { return new RegfileExtension(*this); }
    void copy_from(const ::tlm::tlm_extension_base& other) override {
        *this = static_cast<const RegfileExtension&>(other);
    }
};

/// SystemC TLM-2.0 face of a register file: the cycle model (model::rf::RegisterFile) or, from sysc/bridge, the
/// Verilated RTL (RtlRegisterFile). Loosely timed: b_transport adds the time until the cycle after the answer to the
/// delay. A request begins at the first clock edge that is not before its time and not before the end of the one
/// before it; cycles in between are idle ones, in which heads may move.
///
/// A payload with a RegfileExtension is a whole request. One without reads or writes a register, width / 8 bytes at
/// address width / 8 times its number. Errors: TLM_ADDRESS_ERROR_RESPONSE past x31, TLM_BURST_ERROR_RESPONSE for
/// anything but whole registers, TLM_BYTE_ENABLE_ERROR_RESPONSE, TLM_COMMAND_ERROR_RESPONSE for anything but read and
/// write. Debug transport looks at and sets registers in no time, of files that can. DMI is refused: every access
/// moves tracks.
template <typename File>
class RegfileTarget : public sc_core::sc_module {
   public:
    tlm_utils::simple_target_socket<RegfileTarget> socket{"socket"};

    RegfileTarget(const sc_core::sc_module_name& name, std::unique_ptr<File> file, uint32_t width, uint32_t cycle_ps)
        : sc_module(name),
          file_(std::move(file)),
          bytes_(width / 8),
          cycle_ticks_(sc_core::sc_time(static_cast<double>(cycle_ps), sc_core::SC_PS).value()) {
        if (cycle_ticks_ == 0) SC_REPORT_FATAL("regfile", "the cycle is below the kernel's time resolution");
        socket.register_b_transport(this, &RegfileTarget::b_transport);
        socket.register_transport_dbg(this, &RegfileTarget::transport_dbg);
    }

    [[nodiscard]] File& file() { return *file_; }
    /// Cycles that the register file has run.
    [[nodiscard]] uint64_t cycle() const { return cycle_; }

   private:
    void b_transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
        RegfileExtension* native = nullptr;
        payload.get_extension(native);
        payload.set_response_status(native != nullptr ? ::tlm::TLM_OK_RESPONSE : check(payload));
        if (payload.get_response_status() != ::tlm::TLM_OK_RESPONSE) return;
        const sc_core::sc_time& now = sc_core::sc_time_stamp();
        run_to(((now + delay).value() + cycle_ticks_ - 1) / cycle_ticks_);
        if (native != nullptr) {
            native->answer = run(native->request, native->hints);
        } else {
            access(payload);
        }
        delay = sc_core::sc_time::from_value(cycle_ * cycle_ticks_) - now;
    }

    unsigned transport_dbg(::tlm::tlm_generic_payload& payload) {
        if constexpr (requires(File & file) { file.poke(0, file.peek(0)); }) {
            if (check(payload) != ::tlm::TLM_OK_RESPONSE) return 0;
            uint64_t value = file_->peek(reg_of(payload));
            if (payload.is_write()) {
                std::memcpy(&value, payload.get_data_ptr(), bytes_);
                file_->poke(reg_of(payload), value);
            } else {
                std::memcpy(payload.get_data_ptr(), &value, bytes_);
            }
            return bytes_;
        } else {
            return 0;
        }
    }

    [[nodiscard]] ::tlm::tlm_response_status check(const ::tlm::tlm_generic_payload& payload) const {
        if (!payload.is_read() && !payload.is_write()) return ::tlm::TLM_COMMAND_ERROR_RESPONSE;
        if (payload.get_byte_enable_ptr() != nullptr) return ::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
        if (payload.get_data_length() != bytes_ || payload.get_streaming_width() < bytes_ ||
            payload.get_address() % bytes_ != 0)
            return ::tlm::TLM_BURST_ERROR_RESPONSE;
        if (payload.get_address() / bytes_ >= model::rf::kRegisters) return ::tlm::TLM_ADDRESS_ERROR_RESPONSE;
        return ::tlm::TLM_OK_RESPONSE;
    }
    [[nodiscard]] uint8_t reg_of(const ::tlm::tlm_generic_payload& payload) const {
        return static_cast<uint8_t>(payload.get_address() / bytes_);
    }

    void access(::tlm::tlm_generic_payload& payload) {
        model::rf::Request request;
        if (payload.is_write()) {
            request.write = true;
            request.rd = reg_of(payload);
            std::memcpy(&request.data, payload.get_data_ptr(), bytes_);
        } else {
            request.read1 = true;
            request.rs1 = reg_of(payload);
        }
        const model::rf::Answer answer = run(request, {});
        if (payload.is_read()) std::memcpy(payload.get_data_ptr(), &answer.data1, bytes_);
    }

    void run_to(uint64_t cycle) {
        if (cycle <= cycle_) return;
        file_->idle(cycle - cycle_, hints_);
        cycle_ = cycle;
    }
    model::rf::Answer run(const model::rf::Request& request, const model::rf::Hints& hints) {
        hints_ = hints;
        const model::rf::Answer answer = file_->access(request, hints);
        cycle_ += answer.cycles;
        return answer;
    }

    std::unique_ptr<File> file_;
    uint32_t bytes_;
    uint64_t cycle_ticks_;
    uint64_t cycle_ = 0;
    model::rf::Hints hints_;
};

}  // namespace sky::tlm
