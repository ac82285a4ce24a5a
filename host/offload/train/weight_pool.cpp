#include "host/offload/train/weight_pool.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/offload/pool/model_pool.hpp"

namespace sky::offload {

Result<WeightPoolPlan> plan_weight_pool(const Decoder& decoder, const TrainOptions& options) {
    WeightPoolPlan plan;
    plan.pooled.assign(decoder.parameters.size(), kNoParameter);
    for (uint32_t t = 0; t < decoder.parameters.size(); ++t) {
        const Parameter& p = decoder.parameters[t];
        if (p.matrix || is_resident(p, options))
            plan.pooled[t] = plan.schedule.add(p.name, p.elements() * sizeof(float));
    }
    for (const Unit& unit : pass_of(decoder)) {
        std::vector<uint32_t>& uses = plan.unit_uses.emplace_back();
        for (const Use& use : unit.uses)
            for (const uint32_t tensor : {use.first, use.second}) {
                const bool pooled = tensor != kNoParameter && plan.pooled[tensor] != kNoParameter;
                if (pooled && std::find(uses.begin(), uses.end(), tensor) == uses.end()) uses.push_back(tensor);
            }
        for (const uint32_t tensor : uses) plan.schedule.acquire(plan.pooled[tensor]);
        for (const uint32_t tensor : uses) plan.schedule.release(plan.pooled[tensor]);
    }
    // As many slots as the planner counts.
    const ModelPool counted = model_pool(decoder_model(decoder.shape), sizeof(float), options.resident_bytes);
    Result<PoolLayout> layout =
        pool_of(options.mode, options.mechanisms) == PoolKind::kUniform
            ? uniform_layout(plan.schedule.tensors, counted.slot_count, options.resident_bytes)
            : adaptive_layout(plan.schedule.tensors, counted.slots, options.resident_bytes);
    if (!layout.ok()) return layout.status();
    plan.layout = std::move(layout.value());
    return plan;
}

Result<std::unique_ptr<WeightPool>> WeightPool::make(WeightPoolPlan plan, TensorStore& store,
                                                     const StoredTensors& stored, std::span<std::byte> memory) {
    std::unique_ptr<WeightPool> pool(new WeightPool(std::move(plan), store, stored));
    pool->tensor_of_.resize(pool->plan_.schedule.tensors.size());
    for (uint32_t t = 0; t < pool->plan_.pooled.size(); ++t)
        if (pool->has(t)) pool->tensor_of_[pool->plan_.pooled[t]] = t;
    Result<std::unique_ptr<BufferPool>> made = BufferPool::create(pool->plan_.layout, pool->plan_.schedule, memory);
    if (!made.ok()) return made.status();
    pool->pool_ = std::move(made.value());
    return pool;
}

WeightPool::~WeightPool() {
    // Nothing may be under way to memory that goes.
    for (Coming& coming : ahead_)
        if (coming.read.valid()) coming.read.wait();
    for (std::optional<Coming>& held : held_)
        if (held && held->read.valid()) held->read.wait();
}

bool WeightPool::is_resident(uint32_t tensor) const {
    return has(tensor) && plan_.layout.places[plan_.pooled[tensor]].pool_class == PoolLayout::kResident;
}

std::span<std::byte> WeightPool::resident(uint32_t tensor) const {
    const std::span<const std::byte> memory = pool_->memory();
    // The pool's memory is ours to write where it is a tensor's own.
    auto* const begin = const_cast<std::byte*>(memory.data());
    const uint32_t number = plan_.pooled[tensor];
    return {begin + plan_.layout.places[number].resident_offset, plan_.schedule.tensors[number].bytes};
}

void WeightPool::start(PoolBuffer buffer) {
    Coming coming;
    coming.tensor = tensor_of_[buffer.tensor()];
    coming.buffer = std::move(buffer);
    if (!is_resident(coming.tensor)) {
        const std::span<std::byte> bytes = coming.buffer.bytes();
        // A slot has whole pages.
        coming.read = store_->start_read(stored_.weights[coming.tensor], 0, {bytes.data(), padded(bytes.size())});
    }
    ahead_.push_back(std::move(coming));
    ++next_use_;
}

void WeightPool::fetch_ahead() {
    while (next_use_ < last_use_) {
        std::optional<PoolBuffer> buffer = pool_->try_acquire(next_use_);
        if (!buffer) return;
        start(std::move(*buffer));
    }
}

Status WeightPool::begin_unit(uint32_t unit) {
    // Between passes weights change.
    if (unit == 0) last_use_ += pool_->uses();
    for (const uint32_t tensor : plan_.unit_uses[unit]) {
        fetch_ahead();
        if (ahead_.empty()) {
            Result<PoolBuffer> buffer = pool_->acquire(next_use_);
            if (!buffer.ok()) return buffer.status();
            start(std::move(buffer.value()));
        }
        if (ahead_.front().tensor != tensor)
            return Status::error(fmt::format("unit {} needs tensor {}, and the pool has {} next", unit, tensor,
                                             ahead_.front().tensor));
        held_[tensor] = std::move(ahead_.front());
        ahead_.pop_front();
    }
    fetch_ahead();
    return {};
}

Result<const std::byte*> WeightPool::weights(uint32_t tensor) {
    std::optional<Coming>& held = held_[tensor];
    if (!held) return Status::error(fmt::format("tensor {} is used outside its unit", tensor));
    if (held->read.valid())
        if (Status s = held->read.get(); !s.ok()) return s;
    return static_cast<const std::byte*>(held->buffer.bytes().data());
}

void WeightPool::release(uint32_t tensor) {
    if (!held_[tensor]) return;
    if (held_[tensor]->read.valid()) held_[tensor]->read.wait();
    held_[tensor].reset();
    fetch_ahead();
}

void WeightPool::end_unit(uint32_t unit) {
    for (const uint32_t tensor : plan_.unit_uses[unit]) release(tensor);
}

}  // namespace sky::offload
