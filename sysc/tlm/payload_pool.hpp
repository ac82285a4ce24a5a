#pragma once

#include <memory>
#include <tlm>
#include <vector>

namespace sky::tlm {

/// The memory manager that nb_transport asks for: payloads go back to the pool with their last release() and keep
/// their extensions. Outlives every simulation object that holds a payload.
class PayloadPool final : public ::tlm::tlm_mm_interface {
   public:
    /// A payload with one reference, its attributes as the last user left them.
    [[nodiscard]] ::tlm::tlm_generic_payload& get() {
        if (free_.empty()) {
            all_.push_back(std::make_unique<::tlm::tlm_generic_payload>(this));
            free_.push_back(all_.back().get());
        }
        ::tlm::tlm_generic_payload& payload = *free_.back();
        free_.pop_back();
        payload.acquire();
        return payload;
    }
    /// Payloads that were not given back.
    [[nodiscard]] size_t in_use() const { return all_.size() - free_.size(); }

    void free(::tlm::tlm_generic_payload* payload) override {
        payload->reset();
        free_.push_back(payload);
    }

   private:
    std::vector<std::unique_ptr<::tlm::tlm_generic_payload>> all_;
    std::vector<::tlm::tlm_generic_payload*> free_;
};

}  // namespace sky::tlm
