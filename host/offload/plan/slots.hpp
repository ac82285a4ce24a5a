#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/offload/plan/model.hpp"

namespace sky::offload {

/// Slots of one size.
struct SlotClass {
    uint64_t bytes = 0;  ///< of the tensors that use it
    uint64_t slots = 0;
    std::string names;  ///< of those tensors: "self_attn.q_proj, self_attn.o_proj"
};

enum class Experts : uint8_t { kAll, kRouted };

/// Where the weights of a model are while it is computed one block at a time.
struct Slots {
    std::vector<SlotClass> classes;    ///< the smallest first
    uint64_t resident_bytes = 0;       ///< of the tensors that stay in host memory
    uint64_t resident_slab_bytes = 0;  ///< of the slab that holds them, in which each begins a cache line

    [[nodiscard]] uint64_t count() const;
    /// Of all slots, each as large as its tensor.
    [[nodiscard]] uint64_t bytes() const;
    [[nodiscard]] uint64_t largest_bytes() const { return classes.empty() ? 0 : classes.back().bytes; }
};

/// A slot for every matrix of one block, for every embedding and for an untied head. Tensors of less than
/// `resident_below` bytes are resident instead; at 0 none is, and vectors and routers, which have no slot, are held
/// where the block is computed. Experts::kRouted: slots only for as many experts as a token visits.
[[nodiscard]] Slots slots_of(const Model& model, uint64_t weight_bytes, uint64_t resident_below,
                             Experts experts = Experts::kAll);

}  // namespace sky::offload
