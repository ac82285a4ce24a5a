#include <tlm_utils/simple_initiator_socket.h>

#include <stdexcept>
#include <systemc>

#include "host/memory/backends.hpp"
#include "host/memory/model_statistics.hpp"
#include "sysc/model/controller.hpp"
#include "sysc/tlm/kernel.hpp"
#include "sysc/tlm/skrm_target.hpp"

namespace sky::memory {

namespace {

using Target = tlm::SkrmTarget<model::Controller>;

/// Sends one native request at a time from a SystemC thread.
class Initiator : public sc_core::sc_module {
   public:
    tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};

    explicit Initiator(const sc_core::sc_module_name& name) : sc_module(name) {
        SC_HAS_PROCESS(Initiator);
        SC_THREAD(run);
        payload_.set_extension(&native_);
        payload_.set_command(::tlm::TLM_IGNORE_COMMAND);
    }
    ~Initiator() override { payload_.clear_extension(&native_); }

    [[nodiscard]] tlm::SkrmExtension& native() { return native_; }
    void go() { go_.notify(sc_core::SC_ZERO_TIME); }

   private:
    void run() {
        for (;;) {
            wait(go_);
            sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
            payload_.set_response_status(::tlm::TLM_INCOMPLETE_RESPONSE);
            socket->b_transport(payload_, delay);
            wait(delay);
        }
    }

    sc_core::sc_event go_{"go"};
    ::tlm::tlm_generic_payload payload_;
    tlm::SkrmExtension native_;
};

class TlmSession final : public MemorySession {
   public:
    explicit TlmSession(const SessionConfig& config) : MemorySession(config) {
        const tlm::Kernel::Scope scope(kernel_);
        initiator_ = std::make_unique<Initiator>("initiator");
        target_ =
            std::make_unique<Target>("skrm",
                                     std::make_unique<model::Controller>(config.geometry, config.timing,
                                                                         config.policy, model::PassEngine::kEvents),
                                     config.geometry, config.timing.cycle_ps, WriteAlg::kDcw);
        initiator_->socket.bind(target_->socket);
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
    ~TlmSession() override {
        const tlm::Kernel::Scope scope(kernel_);
        initiator_.reset();
        target_.reset();
    }

    [[nodiscard]] const Counters& counters() override { return target_->target().counters(); }

   protected:
    uint64_t enqueue(const Command& command, std::span<const uint64_t> data) override {
        initiator_->native().command = command;
        initiator_->native().data.assign(data.begin(), data.end());
        finished_.submit_cycle = target_->cycle();
        busy_ = true;
        return finished_.id = next_id_++;
    }

    const Finished* run() override {
        if (!busy_) return nullptr;
        const tlm::Kernel::Scope scope(kernel_);
        initiator_->go();
        sc_core::sc_start();  // until the initiator waits for more
        busy_ = false;
        finished_.status = initiator_->native().status;
        finished_.words = initiator_->native().words;
        finished_.done_cycle = target_->cycle();
        return &finished_;
    }

    [[nodiscard]] size_t under_way() const override { return busy_ ? 1 : 0; }
    void add_statistics(stats::Group& root) const override { add_model_statistics(target_->target(), root); }

   private:
    tlm::Kernel kernel_;
    std::unique_ptr<Initiator> initiator_;
    std::unique_ptr<Target> target_;
    Finished finished_;
    uint64_t next_id_ = 0;
    bool busy_ = false;
};

}  // namespace

Result<std::unique_ptr<MemorySession>> start_tlm(const SessionConfig& config) {
    if (config.outstanding != 1)
        return Status::error(
            "backend tlm has a blocking transport and keeps one request under way, but outstanding is " +
            std::to_string(config.outstanding) + ": set controller.outstanding = 1 or use fast or rtl");
    return std::unique_ptr<MemorySession>(std::make_unique<TlmSession>(config));
}

}  // namespace sky::memory
