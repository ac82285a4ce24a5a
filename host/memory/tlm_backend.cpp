#include <tlm_utils/simple_initiator_socket.h>

#include <algorithm>
#include <stdexcept>
#include <systemc>
#include <utility>
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

/// A session on a kernel of its own, with one initiator bound to one memory.
template <typename Initiator>
class TlmSession : public MemorySession {
   public:
    template <typename... Arguments>
    explicit TlmSession(const SessionConfig& config, Arguments&&... arguments) : MemorySession(config) {
        const tlm::Kernel::Scope scope(kernel_);
        initiator_ = std::make_unique<Initiator>("initiator", std::forward<Arguments>(arguments)...);
        target_ = make_target(config);
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
    /// A payload of the pool that is this native request.
    [[nodiscard]] ::tlm::tlm_generic_payload& native_request(const Command& command, std::span<const uint64_t> data) {
        ::tlm::tlm_generic_payload& payload = payloads_.get();
        if (payload.get_extension<tlm::SkrmExtension>() == nullptr) payload.set_extension(new tlm::SkrmExtension);
        payload.set_command(::tlm::TLM_IGNORE_COMMAND);
        auto& native = *payload.get_extension<tlm::SkrmExtension>();
        native.command = command;
        native.data.assign(data.begin(), data.end());
        return payload;
    }
    /// What a native request has answered, up to now.
    void take_answer(const ::tlm::tlm_generic_payload& payload, Finished& finished) const {
        auto& native = *payload.get_extension<tlm::SkrmExtension>();
        finished.status = native.status;
        finished.words.swap(native.words);
        finished.done_cycle = target_->cycle();
    }

    void each_stored_row(const std::function<void(const StoredRow&)>& visit) override {
        memory::each_stored_row(target_->target(), geometry(), visit);
    }
    void set_stored_row(const StoredRow& row) override { memory::set_stored_row(target_->target(), geometry(), row); }
    void add_statistics(stats::Group& root) const override { add_model_statistics(target_->target(), root); }

    [[nodiscard]] tlm::Kernel& kernel() { return kernel_; }
    [[nodiscard]] Initiator& initiator() { return *initiator_; }
    [[nodiscard]] uint64_t cycle() const { return target_->cycle(); }

   private:
    tlm::Kernel kernel_;
    tlm::PayloadPool payloads_;  // outlives who holds one
    std::unique_ptr<Initiator> initiator_;
    std::unique_ptr<Target> target_;
};

/// Sends one payload at a time from a SystemC thread, which runs ahead of the simulation time by at most a quantum.
class LtInitiator : public sc_core::sc_module {
   public:
    tlm_utils::simple_initiator_socket<LtInitiator> socket{"socket"};

    explicit LtInitiator(const sc_core::sc_module_name& name) : sc_module(name) {
        SC_HAS_PROCESS(LtInitiator);
        SC_THREAD(run);
    }

    /// Runs the simulation until the payload is done and the thread waits for another one.
    void transport(::tlm::tlm_generic_payload& payload) {
        payload_ = &payload;
        go_.notify(sc_core::SC_ZERO_TIME);
        sc_core::sc_start();
    }

   private:
    void run() {
        const sc_core::sc_time quantum(10, sc_core::SC_US);
        sc_core::sc_time ahead;
        for (;;) {
            wait(go_);
            payload_->set_response_status(::tlm::TLM_INCOMPLETE_RESPONSE);
            socket->b_transport(*payload_, ahead);
            if (ahead < quantum) continue;
            wait(ahead);
            ahead = sc_core::SC_ZERO_TIME;
        }
    }

    sc_core::sc_event go_{"go"};
    ::tlm::tlm_generic_payload* payload_ = nullptr;
};

/// One request under way: loosely timed, the fastest.
class LtSession final : public TlmSession<LtInitiator> {
   public:
    using TlmSession::TlmSession;

   protected:
    uint64_t enqueue(const Command& command, std::span<const uint64_t> data) override {
        request_ = &native_request(command, data);
        finished_.submit_cycle = cycle();
        return finished_.id = next_id_++;
    }

    const Finished* run() override {
        if (request_ == nullptr) return nullptr;
        const tlm::Kernel::Scope scope(kernel());
        initiator().transport(*request_);
        take_answer(*request_, finished_);
        std::exchange(request_, nullptr)->release();
        return &finished_;
    }

    [[nodiscard]] size_t under_way() const override { return request_ != nullptr ? 1 : 0; }

   private:
    ::tlm::tlm_generic_payload* request_ = nullptr;
    Finished finished_;
    uint64_t next_id_ = 0;
};

/// Several requests under way: approximately timed. The simulation pauses whenever one has finished.
class AtSession final : public TlmSession<tlm::AtInitiator> {
   public:
    explicit AtSession(const SessionConfig& config)
        : TlmSession(config, [this](const ::tlm::tlm_generic_payload& payload) { take(payload); }) {}

   protected:
    uint64_t enqueue(const Command& command, std::span<const uint64_t> data) override {
        const tlm::Kernel::Scope scope(kernel());
        ::tlm::tlm_generic_payload& payload = native_request(command, data);
        under_way_.push_back({.payload = &payload, .id = next_id_, .submit_cycle = cycle()});
        initiator().send(payload);
        return next_id_++;
    }

    const Finished* run() override {
        if (under_way_.empty()) return nullptr;
        const tlm::Kernel::Scope scope(kernel());
        responded_ = false;
        sc_core::sc_start();  // until take() pauses it
        if (!responded_) throw std::runtime_error("the simulation ended although a request is under way");
        return &finished_;
    }

    [[nodiscard]] size_t under_way() const override { return under_way_.size(); }

   private:
    struct UnderWay {
        const ::tlm::tlm_generic_payload* payload = nullptr;
        uint64_t id = 0;
        uint64_t submit_cycle = 0;
    };

    void take(const ::tlm::tlm_generic_payload& payload) {
        const auto found = std::find_if(under_way_.begin(), under_way_.end(),
                                        [&](const UnderWay& request) { return request.payload == &payload; });
        finished_.id = found->id;
        finished_.submit_cycle = found->submit_cycle;
        take_answer(payload, finished_);
        under_way_.erase(found);
        responded_ = true;
        sc_core::sc_pause();
    }

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
