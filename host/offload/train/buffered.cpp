#include "host/offload/train/buffered.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "host/offload/check/overflow_check.hpp"
#include "host/offload/train/gradient_sums.hpp"
#include "host/offload/train/pinned_block.hpp"
#include "host/offload/train/weight_pool.hpp"

namespace sky::offload {

namespace {

constexpr uint64_t kOptimizerBuffers = 5;  // p, m, v, gradient and new weights of a tensor

/// Where every gradient begins in the flat buffer: at a page, so that it can be written from there.
std::vector<uint64_t> gradient_places(const Decoder& decoder, uint64_t& bytes) {
    std::vector<uint64_t> places;
    bytes = 0;
    for (const Parameter& p : decoder.parameters) {
        places.push_back(bytes);
        bytes += padded(p.elements() * sizeof(float));
    }
    return places;
}

/// For a vector that has no slot: it is read when it is used.
uint64_t vector_bytes(const Decoder& decoder, const TrainOptions& options) {
    uint64_t bytes = 0;
    for (const Parameter& p : decoder.parameters)
        if (!p.matrix && !is_resident(p, options)) bytes = std::max(bytes, padded(p.elements() * sizeof(float)));
    return bytes;
}

class Buffered : public Residence {
   public:
    explicit Buffered(const StagedParts& parts)
        : parts_(parts), decoder_(parts.decoder), store_(parts.store), sums_(*parts.decoder) {}
    ~Buffered() override { (void)spills_.wait(); }

    Status reserve();

    Status begin(const Source& source) override;
    Status begin_unit(uint32_t unit) override { return pool_->begin_unit(unit); }
    Status end_unit(uint32_t unit) override {
        pool_->end_unit(unit);
        return {};
    }
    Result<WeightPiece> next_piece(const Use& use) override;
    Status end_use(const Use& use) override {
        if (use.keep) return {};
        for (const uint32_t tensor : {use.first, use.second})
            if (tensor != kNoParameter && pool_->has(tensor)) pool_->release(tensor);
        return {};
    }

    Status begin_gradient(const GradientUse& use) override {
        // Of a tensor that is still being written from the step before: its write is waited for at the end of that.
        gradient_ = use;
        return {};
    }
    Result<GradientRoom> next_room() override {
        return GradientRoom{.first_block = 0,
                            .blocks = decoder_->parameters[gradient_.tensor].blocks(),
                            .data = gradient(gradient_.tensor).data()};
    }
    Status end_gradient() override {
        if (gradient_.final) spill(gradient_.tensor);
        return {};
    }
    Status add_rows(uint32_t tensor, std::span<const uint64_t> rows, const AddRow& add) override {
        const uint64_t width = decoder_->parameters[tensor].columns;
        parts_.workers->run(rows.size(), [&](uint64_t entry, uint32_t) {
            add(entry, gradient(tensor).subspan(rows[entry] * width, width));
        });
        spill(tensor);
        return {};
    }
    void abandon() override { (void)spills_.wait(); }

    Result<GradientSummary> finish_gradients() override;
    Status optimize(const AdamWStep& step) override {
        if (Status s = optimizer_->step(step); !s.ok()) return s;
        return load_residents();
    }
    Status weights(const Take& take) override;
    [[nodiscard]] Dtype weight_dtype() const override { return Dtype::kFp32; }

   private:
    [[nodiscard]] std::span<float> gradient(uint32_t tensor) const {
        return {gradients_.floats() + gradient_places_[tensor] / sizeof(float),
                decoder_->parameters[tensor].elements()};
    }
    void spill(uint32_t tensor) {
        const std::span<float> values = gradient(tensor);
        spills_.add(store_->start_write(stored_.gradients[tensor], 0,
                                        {std::as_bytes(values).data(), padded(values.size_bytes())}));
    }
    /// Of the optimizer's memory, which is free between its steps.
    [[nodiscard]] std::span<std::byte> bounce(uint32_t tensor, uint64_t part) const {
        const uint64_t bytes = padded(decoder_->parameters[tensor].elements() * sizeof(float));
        return optimizer_blocks_[part].span().first(bytes);
    }
    Status load_residents();

    StagedParts parts_;
    const Decoder* decoder_;
    TensorStore* store_;
    StoredTensors stored_;
    GradientSums sums_;
    PinnedBlock pool_block_;
    std::array<PinnedBlock, kOptimizerBuffers> optimizer_blocks_;
    PinnedBlock gradients_;
    PinnedBlock vector_block_;
    std::vector<uint64_t> gradient_places_;
    std::unique_ptr<OffloadedOptimizer> optimizer_;
    std::unique_ptr<WeightPool> pool_;
    std::unique_ptr<OverflowCheck> check_;
    GradientUse gradient_{};
    Transfers spills_;  // of gradients
};

Status Buffered::reserve() {
    const TrainOptions& options = *parts_.options;
    Result<WeightPoolPlan> plan = plan_weight_pool(*decoder_, options);
    if (!plan.ok()) return plan.status();
    const std::vector<OptimizerTensor> tensors = optimizer_tensors(*decoder_);
    uint64_t gradient_bytes = 0;
    gradient_places_ = gradient_places(*decoder_, gradient_bytes);
    const auto take = [&](PinnedBlock& block, const char* purpose, uint64_t bytes) -> Status {
        Result<PinnedBlock> taken = PinnedBlock::take(*parts_.pinned, purpose, bytes);
        if (!taken.ok()) return taken.status();
        block = std::move(taken.value());
        return {};
    };
    if (Status s = take(pool_block_, "weights on their way", plan.value().layout.reserved_bytes); !s.ok()) return s;
    std::vector<std::span<std::byte>> buffers;
    for (PinnedBlock& block : optimizer_blocks_) {
        if (Status s = take(block, "an optimizer buffer", serial_buffer_bytes(tensors) / kOptimizerBuffers); !s.ok())
            return s;
        buffers.push_back(block.span());
    }
    if (Status s = take(gradients_, "gradients", gradient_bytes); !s.ok()) return s;
    if (Status s = take(vector_block_, "a vector", vector_bytes(*decoder_, options)); !s.ok()) return s;
    Result<StoredTensors> stored = find_stored(*decoder_, *store_);
    if (!stored.ok()) return stored.status();
    stored_ = std::move(stored.value());
    Result<std::unique_ptr<WeightPool>> pool =
        WeightPool::make(std::move(plan.value()), *store_, stored_, pool_block_.span());
    if (!pool.ok()) return pool.status();
    pool_ = std::move(pool.value());
    const AdamWOptions adamw{.threads = static_cast<int>(options.threads)};
    Result<std::unique_ptr<OffloadedOptimizer>> optimizer =
        make_serial_optimizer(*store_, tensors, {.adamw = adamw, .buffer = {}, .apart = std::move(buffers)});
    if (!optimizer.ok()) return optimizer.status();
    optimizer_ = std::move(optimizer.value());
    // No check runs in fp32 unless it is asked for.
    if (options.mechanisms.overflow)
        check_ = make_overflow_check(*options.mechanisms.overflow, {.threads = static_cast<int>(options.threads)});
    return {};
}

Status Buffered::begin(const Source& source) {
    for (uint32_t t = 0; t < decoder_->parameters.size(); ++t) {
        const Parameter& p = decoder_->parameters[t];
        const std::span<std::byte> weights = bounce(t, 0);
        const std::span<std::byte> zeros = bounce(t, 1);
        if (Status s = source(t, 0, {reinterpret_cast<float*>(weights.data()), p.elements()}); !s.ok()) return s;
        std::memset(zeros.data(), 0, zeros.size());
        Transfers writes;
        for (const char* const name : {".p", ".weight", ".m", ".v"}) {
            const Result<size_t> place = find_tensor(*store_, p.name + name, p.elements() * sizeof(float));
            if (!place.ok()) return place.status();
            const bool zero = std::strcmp(name, ".m") == 0 || std::strcmp(name, ".v") == 0;
            writes.add(store_->start_write(place.value(), 0, zero ? zeros : weights));
        }
        if (Status s = writes.wait(); !s.ok()) return s;
    }
    return load_residents();
}

/// The optimizer writes new weights to the store; those that stay in memory come from there.
Status Buffered::load_residents() {
    for (uint32_t t = 0; t < decoder_->parameters.size(); ++t) {
        if (!pool_->is_resident(t)) continue;
        if (Status s = store_->read(stored_.weights[t], bounce(t, 0)); !s.ok()) return s;
        const std::span<std::byte> to = pool_->resident(t);
        std::memcpy(to.data(), bounce(t, 0).data(), to.size());
    }
    return {};
}

Result<WeightPiece> Buffered::next_piece(const Use& use) {
    WeightPiece piece{.first_block = 0, .blocks = decoder_->parameters[use.first].blocks()};
    if (!pool_->has(use.first)) {
        const uint64_t bytes = padded(decoder_->parameters[use.first].elements() * sizeof(float));
        const std::span<std::byte> to = vector_block_.span().subspan(0, bytes);
        if (Status s = store_->read(stored_.weights[use.first], to); !s.ok()) return s;
        piece.data[0] = to.data();
        return piece;
    }
    for (size_t i = 0; i < piece.data.size(); ++i) {
        const uint32_t tensor = i == 0 ? use.first : use.second;
        if (tensor == kNoParameter) continue;
        const Result<const std::byte*> data = pool_->weights(tensor);
        if (!data.ok()) return data.status();
        piece.data[i] = data.value();
    }
    return piece;
}

Result<GradientSummary> Buffered::finish_gradients() {
    for (uint32_t t = 0; t < decoder_->parameters.size(); ++t) sums_.take(t, 0, gradient(t), *parts_.workers);
    GradientSummary summary = sums_.total();
    if (check_ && check_->overflows(Dtype::kFp32, gradients_.data(), gradients_.span().size() / sizeof(float)))
        summary.finite = false;
    if (Status s = spills_.wait(); !s.ok()) return s;
    return summary;
}

Status Buffered::weights(const Take& take) {
    for (uint32_t t = 0; t < decoder_->parameters.size(); ++t) {
        if (Status s = store_->read(stored_.weights[t], bounce(t, 0)); !s.ok()) return s;
        const std::span<const float> values{reinterpret_cast<const float*>(bounce(t, 0).data()),
                                            decoder_->parameters[t].elements()};
        if (Status s = take(t, 0, values); !s.ok()) return s;
    }
    return {};
}

}  // namespace

Result<StagedPlan> plan_buffered(const Decoder& decoder, const TrainOptions& options) {
    const std::vector<OptimizerTensor> tensors = optimizer_tensors(decoder);
    Result<WeightPoolPlan> pool = plan_weight_pool(decoder, options);
    if (!pool.ok()) return pool.status();
    uint64_t gradient_bytes = 0;
    (void)gradient_places(decoder, gradient_bytes);
    StagedPlan plan{.tensors = serial_specs(tensors),
                    .pinned_blocks = {{PinnedPart::kWeights, pool.value().layout.reserved_bytes},
                                      {PinnedPart::kWeights, vector_bytes(decoder, options)},
                                      {PinnedPart::kGradients, gradient_bytes}},
                    .device_bytes = 0,
                    .temporary_bytes = 0};
    plan.pinned_blocks.insert(plan.pinned_blocks.end(), kOptimizerBuffers,
                              PlannedBlock{PinnedPart::kOptimizer, serial_buffer_bytes(tensors) / kOptimizerBuffers});
    if (options.mechanisms.overflow == CheckMethod::kChain)
        plan.temporary_bytes = decoder.elements() * (sizeof(float) + sizeof(bool));
    return plan;
}

Result<std::unique_ptr<Residence>> make_buffered_residence(const StagedParts& parts) {
    auto residence = std::make_unique<Buffered>(parts);
    if (Status s = residence->reserve(); !s.ok()) return s;
    return std::unique_ptr<Residence>(std::move(residence));
}

}  // namespace sky::offload
