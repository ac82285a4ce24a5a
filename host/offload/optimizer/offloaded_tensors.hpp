#pragma once

#include <chrono>
#include <future>
#include <span>
#include <string>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/io/tensor_store.hpp"
#include "host/offload/optimizer/offloaded_optimizer.hpp"

// What both optimizers do with a store.
namespace sky::offload {

/// Where a store has "NAMEending", of so many bytes.
[[nodiscard]] Result<size_t> find_tensor(const TensorStore& store, const std::string& name, uint64_t bytes);

[[nodiscard]] Status check_buffer(std::span<const std::byte> buffer, uint64_t bytes);

[[nodiscard]] inline AdamWStep step_of(const OptimizerTensor& tensor, AdamWStep step) {
    if (!tensor.decays) step.weight_decay = 0;
    return step;
}

/// Transfers under way, of which the first error counts. Waits for all of them at the end of its life.
class Transfers {
   public:
    Transfers() = default;
    ~Transfers() { (void)wait(); }
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;
    Transfers(Transfers&&) = default;
    Transfers& operator=(Transfers&&) = delete;

    void add(std::future<Status> transfer) { under_way_.push_back(std::move(transfer)); }
    [[nodiscard]] Status wait() {
        Status first;
        for (std::future<Status>& transfer : under_way_) {
            Status status = transfer.get();
            if (first.ok()) first = std::move(status);
        }
        under_way_.clear();
        return first;
    }

   private:
    std::vector<std::future<Status>> under_way_;
};

/// Adds the time of its life to a sum.
class Timed {
   public:
    explicit Timed(double& seconds) : seconds_(&seconds) {}
    ~Timed() { *seconds_ += std::chrono::duration<double>(Clock::now() - start_).count(); }
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

   private:
    using Clock = std::chrono::steady_clock;
    double* seconds_;
    Clock::time_point start_ = Clock::now();
};

}  // namespace sky::offload
