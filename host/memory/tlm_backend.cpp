#include <tlm_utils/simple_initiator_socket.h>

#include <algorithm>
#include <stdexcept>
#include <systemc>
#include <vector>

#include "host/memory/backends.hpp"
#include "host/memory/model_statistics.hpp"
#include "host/memory/stored_rows.hpp"
#include "sysc/model/controller.hpp"
#include "sysc/tlm/at_initiator.hpp"
#include "sysc/tlm/kernel.hpp"
#include "sysc/tlm/payload_pool.hpp"
#include "sysc/tlm/skrm_target.hpp"

namespace sky::memory {

namespace {

using Target = tlm::SkrmTarget<model::Controller>;

std::unique_ptr<Target> make_target(const SessionConfig& config) {
    auto controller = std::make_unique<model::Controller>(config.geometry, config.timing, config.policy,
                                                          model::PassEngine::kEvents);
    return std::make_unique<Target>("skrm", std::move(controller), config.geometry, config.timing.cycle_ps,
                                    WriteAlg::kDcw);
}

/// Sends one native request at a time from a SystemC thread, which runs ahead of the simulation time by at most
/// a quantum.
class LtInitiator : public sc_core::sc_module {
   public:
    tlm_utils::simple_initiator_socket<LtInitiator> socket{"socket"};

    explicit LtInitiator(const sc_core::sc_module_name& name) : sc_module(name) {
        SC_HAS_PROCESS(LtInitiator);
        SC_THREAD(run);
        payload_.set_extension(&native_);
        payload_.set_command(::tlm::TLM_IGNORE_COMMAND);
    }
    ~LtInitiator() override { payload_.clear_extension(&native_); }

    [[nodiscard]] tlm::SkrmExtension& native() { return native_; }
    void go() { go_.notify(sc_core::SC_ZERO_TIME); }

   private:
    void run() {
        const sc_core::sc_time quantum(10, sc_core::SC_US);
        sc_core::sc_time ahead;
        for (;;) {
            wait(go_);
            payload_.set_response_status(::tlm::TLM_INCOMPLETE_RESPONSE);
            socket->b_transport(payload_, ahead);
            if (ahead < quantum) continue;
            wait(ahead);
            ahead = sc_core::SC_ZERO_TIME;
        }
    }

    sc_core::sc_event go_{"go"};
    ::tlm::tlm_generic_payload payload_;
    tlm::SkrmExtension native_;
};

/// One request under way: loosely timed, the fastest.
class LtSession final : public MemorySession {
   public:
    explicit LtSession(const SessionConfig& config) : MemorySession(config) {
        const tlm::Kernel::Scope scope(kernel_);
        initiator_ = std::make_unique<LtInitiator>("initiator");
        target_ = make_target(config);
        initiator_->socket.bind(target_->socket);
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
    ~LtSession() override {
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
        finished_.words.swap(initiator_->native().words);
        finished_.done_cycle = target_->cycle();
        return &finished_;
    }

    [[nodiscard]] size_t under_way() const override { return busy_ ? 1 : 0; }
    void each_stored_row(const std::function<void(const StoredRow&)>& visit) override {
        memory::each_stored_row(target_->target(), geometry(), visit);
    }
    void set_stored_row(const StoredRow& row) override { memory::set_stored_row(target_->target(), geometry(), row); }
    void add_statistics(stats::Group& root) const override { add_model_statistics(target_->target(), root); }

   private:
    tlm::Kernel kernel_;
    std::unique_ptr<LtInitiator> initiator_;
    std::unique_ptr<Target> target_;
    Finished finished_;
    uint64_t next_id_ = 0;
    bool busy_ = false;
};

/// Several requests under way: approximately timed. The simulation pauses whenever one has finished.
class AtSession final : public MemorySession {
   public:
    explicit AtSession(const SessionConfig& config) : MemorySession(config) {
        const tlm::Kernel::Scope scope(kernel_);
        initiator_ = std::make_unique<tlm::AtInitiator>(
            "initiator", [this](const ::tlm::tlm_generic_payload& payload) { take(payload); });
        target_ = make_target(config);
        initiator_->socket.bind(target_->socket);
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
    ~AtSession() override {
        const tlm::Kernel::Scope scope(kernel_);
        initiator_.reset();
        target_.reset();
    }

    [[nodiscard]] const Counters& counters() override { return target_->target().counters(); }

   protected:
    uint64_t enqueue(const Command& command, std::span<const uint64_t> data) override {
        const tlm::Kernel::Scope scope(kernel_);
        ::tlm::tlm_generic_payload& payload = payloads_.get();
        payload.set_command(::tlm::TLM_IGNORE_COMMAND);
        if (payload.get_extension<tlm::SkrmExtension>() == nullptr) payload.set_extension(new tlm::SkrmExtension);
        auto& native = *payload.get_extension<tlm::SkrmExtension>();
        native.command = command;
        native.data.assign(data.begin(), data.end());
        under_way_.push_back({.payload = &payload, .id = next_id_, .submit_cycle = target_->cycle()});
        initiator_->send(payload);
        return next_id_++;
    }

    const Finished* run() override {
        if (under_way_.empty()) return nullptr;
        const tlm::Kernel::Scope scope(kernel_);
        responded_ = false;
        sc_core::sc_start();  // until take() pauses it
        if (!responded_) throw std::runtime_error("the simulation ended although a request is under way");
        return &finished_;
    }

    [[nodiscard]] size_t under_way() const override { return under_way_.size(); }
    void each_stored_row(const std::function<void(const StoredRow&)>& visit) override {
        memory::each_stored_row(target_->target(), geometry(), visit);
    }
    void set_stored_row(const StoredRow& row) override { memory::set_stored_row(target_->target(), geometry(), row); }

   private:
    struct UnderWay {
        const ::tlm::tlm_generic_payload* payload = nullptr;
        uint64_t id = 0;
        uint64_t submit_cycle = 0;
    };

    void take(const ::tlm::tlm_generic_payload& payload) {
        const auto found = std::find_if(under_way_.begin(), under_way_.end(),
                                        [&](const UnderWay& request) { return request.payload == &payload; });
        auto& native = *payload.get_extension<tlm::SkrmExtension>();
        finished_.id = found->id;
        finished_.submit_cycle = found->submit_cycle;
        finished_.status = native.status;
        finished_.words.swap(native.words);
        finished_.done_cycle = target_->cycle();
        under_way_.erase(found);
        responded_ = true;
        sc_core::sc_pause();
    }

    tlm::Kernel kernel_;
    tlm::PayloadPool payloads_;
    std::unique_ptr<tlm::AtInitiator> initiator_;
    std::unique_ptr<Target> target_;
    std::vector<UnderWay> under_way_;
    Finished finished_;
    bool responded_ = false;
    uint64_t next_id_ = 0;
};

}  // namespace

Result<std::unique_ptr<MemorySession>> start_tlm(const SessionConfig& config) {
    if (config.outstanding == 1) return std::unique_ptr<MemorySession>(std::make_unique<LtSession>(config));
    return std::unique_ptr<MemorySession>(std::make_unique<AtSession>(config));
}

}  // namespace sky::memory
