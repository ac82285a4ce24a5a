#include <algorithm>
#include <array>
#include <cstring>

#include "host/offload/optimizer/offloaded_tensors.hpp"

namespace sky::offload {

namespace {

constexpr std::array kEndings{".p", ".m", ".v", ".gradient", ".weight"};
constexpr size_t kStates = 3;
constexpr size_t kGradient = 3;
constexpr size_t kWeight = 4;

uint64_t largest_bytes(std::span<const OptimizerTensor> tensors) {
    uint64_t largest = 0;
    for (const OptimizerTensor& tensor : tensors) largest = std::max(largest, tensor.elements * sizeof(float));
    return padded(largest);
}

class SerialOptimizer : public OffloadedOptimizer {
   public:
    using Places = std::array<size_t, kEndings.size()>;  // in the store

    SerialOptimizer(TensorStore& store, std::span<const OptimizerTensor> tensors, std::vector<Places> places,
                    const OffloadedOptions& options)
        : store_(&store),
          tensors_(tensors.begin(), tensors.end()),
          places_(std::move(places)),
          options_(options),
          buffer_bytes_(largest_bytes(tensors)) {}

    Status write_state(size_t tensor, std::span<const float> p, std::span<const float> m,
                       std::span<const float> v) override {
        Transfers writes;
        const std::array<std::span<const float>, kStates> from{p, m, v};
        for (size_t i = 0; i < kStates; ++i) {
            std::memcpy(buffer(tensor, i).data(), from[i].data(), from[i].size_bytes());
            writes.add(store_->start_write(places_[tensor][i], 0, buffer(tensor, i)));
        }
        return writes.wait();
    }

    Status read_state(size_t tensor, StateSpans to) override {
        Transfers reads;
        for (size_t i = 0; i < kStates; ++i) reads.add(store_->start_read(places_[tensor][i], 0, buffer(tensor, i)));
        if (Status status = reads.wait(); !status.ok()) return status;
        const std::array<std::span<float>, kStates> all{to.p, to.m, to.v};
        for (size_t i = 0; i < kStates; ++i)
            std::memcpy(all[i].data(), buffer(tensor, i).data(), all[i].size_bytes());
        return {};
    }

    Status step(const AdamWStep& step) override {
        for (size_t tensor = 0; tensor < tensors_.size(); ++tensor)
            if (Status status = step_tensor(tensor, step); !status.ok()) return status;
        return {};
    }

    [[nodiscard]] OffloadedStatistics statistics() const override { return statistics_; }

   private:
    /// For one of kEndings.
    [[nodiscard]] std::span<std::byte> buffer(size_t tensor, size_t which) const {
        return options_.buffer.subspan(which * buffer_bytes_, padded(tensors_[tensor].elements * sizeof(float)));
    }
    [[nodiscard]] std::span<float> numbers(size_t tensor, size_t which) const {
        return {reinterpret_cast<float*>(buffer(tensor, which).data()), tensors_[tensor].elements};
    }

    Status step_tensor(size_t tensor, const AdamWStep& step) {
        Transfers transfers;
        {
            const Timed timed(statistics_.read_wait_seconds);
            for (size_t i = 0; i <= kGradient; ++i) {
                transfers.add(store_->start_read(places_[tensor][i], 0, buffer(tensor, i)));
                statistics_.read_bytes += buffer(tensor, i).size();
            }
            if (Status status = transfers.wait(); !status.ok()) return status;
        }
        {
            const Timed timed(statistics_.compute_seconds);
            adamw(numbers(tensor, 0), numbers(tensor, 1), numbers(tensor, 2), numbers(tensor, kGradient),
                  step_of(tensors_[tensor], step), options_.adamw);
            std::memcpy(buffer(tensor, kWeight).data(), buffer(tensor, 0).data(), buffer(tensor, 0).size());
        }
        const Timed timed(statistics_.write_wait_seconds);
        for (const size_t i : {size_t{0}, size_t{1}, size_t{2}, kWeight}) {
            transfers.add(store_->start_write(places_[tensor][i], 0, buffer(tensor, i)));
            statistics_.written_bytes += buffer(tensor, i).size();
        }
        return transfers.wait();
    }

    TensorStore* store_;
    std::vector<OptimizerTensor> tensors_;
    std::vector<Places> places_;
    OffloadedOptions options_;
    uint64_t buffer_bytes_;  // of each of five
    OffloadedStatistics statistics_;
};

}  // namespace

std::vector<TensorSpec> serial_specs(std::span<const OptimizerTensor> tensors) {
    std::vector<TensorSpec> specs;
    for (const OptimizerTensor& tensor : tensors)
        for (const char* ending : kEndings)
            specs.push_back({.name = tensor.name + ending, .bytes = tensor.elements * sizeof(float)});
    return specs;
}

uint64_t serial_buffer_bytes(std::span<const OptimizerTensor> tensors) {
    return kEndings.size() * largest_bytes(tensors);
}

Result<std::unique_ptr<OffloadedOptimizer>> make_serial_optimizer(TensorStore& store,
                                                                  std::span<const OptimizerTensor> tensors,
                                                                  const OffloadedOptions& options) {
    if (Status status = check_buffer(options.buffer, serial_buffer_bytes(tensors)); !status.ok()) return status;
    std::vector<SerialOptimizer::Places> places(tensors.size());
    for (size_t tensor = 0; tensor < tensors.size(); ++tensor)
        for (size_t i = 0; i < kEndings.size(); ++i) {
            const Result<size_t> place =
                find_tensor(store, tensors[tensor].name + kEndings[i], tensors[tensor].elements * sizeof(float));
            if (!place.ok()) return place.status();
            places[tensor][i] = place.value();
        }
    return std::unique_ptr<OffloadedOptimizer>(
        std::make_unique<SerialOptimizer>(store, tensors, std::move(places), options));
}

}  // namespace sky::offload
