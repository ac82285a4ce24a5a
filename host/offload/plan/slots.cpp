#include "host/offload/plan/slots.hpp"

#include <algorithm>
#include <map>

#include "host/offload/rounding.hpp"

namespace sky::offload {

namespace {

using Classes = std::map<uint64_t, SlotClass>;

class Builder {
   public:
    Builder(const Model& model, uint64_t weight_bytes, uint64_t resident_below, Experts experts)
        : weight_bytes_(weight_bytes),
          resident_below_(resident_below),
          routed_(experts == Experts::kRouted ? model.experts_per_token : 0) {}

    /// A slot for each of these tensors that has one.
    void need(const std::vector<TensorShape>& tensors, Classes& classes) const {
        for (const TensorShape& t : tensors) {
            const uint64_t bytes = t.elements() * weight_bytes_;
            if (!t.streamed || bytes < resident_below_) continue;
            SlotClass& entry = classes[bytes];
            entry.bytes = bytes;
            entry.slots += t.expert && routed_ != 0 ? std::min(routed_, t.copies) : t.copies;
            entry.names += (entry.names.empty() ? "" : ", ") + t.name;
        }
    }

    void keep(const std::vector<TensorShape>& tensors, Slots& slots) const {
        for (const TensorShape& t : tensors) {
            const uint64_t bytes = t.elements() * weight_bytes_;
            if (bytes >= resident_below_) continue;
            slots.resident_bytes += t.copies * bytes;
            slots.resident_slab_bytes += t.copies * round_up(bytes, kCacheLineBytes);
        }
    }

   private:
    uint64_t weight_bytes_;
    uint64_t resident_below_;
    uint64_t routed_;
};

}  // namespace

uint64_t Slots::count() const {
    uint64_t sum = 0;
    for (const SlotClass& c : classes) sum += c.slots;
    return sum;
}

uint64_t Slots::bytes() const {
    uint64_t sum = 0;
    for (const SlotClass& c : classes) sum += c.slots * c.bytes;
    return sum;
}

Slots slots_of(const Model& model, uint64_t weight_bytes, uint64_t resident_below, Experts experts) {
    const Builder builder(model, weight_bytes, resident_below, experts);
    Slots slots;
    // Where kinds of blocks differ, each class has room for the one that needs most of it.
    Classes in_flight;
    for (const std::vector<TensorShape>& block : model.blocks) {
        Classes wanted;
        builder.need(block, wanted);
        for (const auto& [bytes, entry] : wanted)
            if (entry.slots > in_flight[bytes].slots) in_flight[bytes] = entry;
    }
    builder.need(model.embeddings, in_flight);
    builder.need(model.head, in_flight);
    for (const auto& [bytes, entry] : in_flight) slots.classes.push_back(entry);

    builder.keep(model.embeddings, slots);
    for (const uint32_t kind : model.layers) builder.keep(model.blocks[kind], slots);
    builder.keep(model.head, slots);
    slots.resident_slab_bytes = round_up(slots.resident_slab_bytes, kPageBytes);
    return slots;
}

}  // namespace sky::offload
