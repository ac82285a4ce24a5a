#include "host/offload/pool/model_pool.hpp"

#include <fmt/format.h>

#include "host/offload/plan/slots.hpp"

namespace sky::offload {

namespace {

using Tensors = std::vector<uint32_t>;

/// Adds the tensors of one block, those that are streamed or resident.
Tensors add(PoolSchedule& schedule, const std::string& prefix, const std::vector<TensorShape>& shapes,
            uint64_t weight_bytes, uint64_t resident_below) {
    Tensors tensors;
    for (const TensorShape& shape : shapes) {
        const uint64_t bytes = shape.elements() * weight_bytes;
        if (!shape.streamed && bytes >= resident_below) continue;
        for (uint64_t copy = 0; copy < shape.copies; ++copy)
            tensors.push_back(schedule.add(
                shape.copies == 1 ? prefix + shape.name : fmt::format("{}{}.{}", prefix, shape.name, copy), bytes));
    }
    return tensors;
}

void use(PoolSchedule& schedule, const Tensors& tensors) {
    for (const uint32_t tensor : tensors) schedule.acquire(tensor);
    for (const uint32_t tensor : tensors) schedule.release(tensor);
}

}  // namespace

ModelPool model_pool(const Model& model, uint64_t weight_bytes, uint64_t resident_below) {
    ModelPool pool;
    PoolSchedule& schedule = pool.schedule;
    const Tensors embeddings = add(schedule, "", model.embeddings, weight_bytes, resident_below);
    std::vector<Tensors> blocks;
    for (size_t layer = 0; layer < model.layers.size(); ++layer)
        blocks.push_back(add(schedule, fmt::format("layers.{}.", layer), model.blocks[model.layers[layer]],
                             weight_bytes, resident_below));
    Tensors head = add(schedule, "", model.head, weight_bytes, resident_below);
    if (model.tied_head) head.push_back(embeddings.front());

    use(schedule, embeddings);
    for (const Tensors& block : blocks) use(schedule, block);
    use(schedule, head);
    use(schedule, head);
    for (size_t layer = blocks.size(); layer-- > 0;) use(schedule, blocks[layer]);
    use(schedule, embeddings);

    const Slots slots = slots_of(model, weight_bytes, resident_below);
    for (const SlotClass& c : slots.classes) pool.slots.push_back({.bytes = c.bytes, .slots = c.slots});
    pool.slot_count = slots.count();
    return pool;
}

}  // namespace sky::offload
