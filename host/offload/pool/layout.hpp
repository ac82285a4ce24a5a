#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "host/memory/status.hpp"
#include "host/offload/pool/schedule.hpp"

namespace sky::offload {

/// So many slots for tensors of so many bytes.
struct SlotCount {
    uint64_t bytes = 0;
    uint64_t slots = 0;
};

/// Slots of one size, one behind the other.
struct PoolClass {
    uint64_t slot_bytes = 0;  ///< whole pages
    uint64_t slots = 0;
    uint64_t first_byte = 0;  ///< in the reservation
};

/// Where the tensors of a pool may lie in one reservation: the classes first, then the slab of the resident ones.
struct PoolLayout {
    static constexpr uint32_t kResident = UINT32_MAX;

    struct Place {
        uint32_t pool_class = 0;       ///< in which it takes a slot, or kResident
        uint64_t resident_offset = 0;  ///< in the reservation
    };

    std::vector<PoolClass> classes{};  ///< the smallest first
    std::vector<Place> places{};       ///< of each tensor
    uint64_t requested_bytes = 0;      ///< before anything is rounded
    uint64_t reserved_bytes = 0;
};

/// A class for each size named in `slots`, exact up to a page. Tensors of less than `resident_below` bytes lie in the
/// slab; any other one without a class of its size is an error that names it.
[[nodiscard]] Result<PoolLayout> adaptive_layout(std::span<const PoolTensor> tensors,
                                                 std::span<const SlotCount> slots, uint64_t resident_below);

/// The baseline: `slots` slots, each as large as the largest tensor.
[[nodiscard]] Result<PoolLayout> uniform_layout(std::span<const PoolTensor> tensors, uint64_t slots,
                                                uint64_t resident_below);

/// What a schedule takes of a layout that is large enough.
struct ScheduleNeeds {
    std::vector<uint64_t> slots;  ///< of each class, the most at once
    uint64_t peak_bytes = 0;      ///< of the tensors that are held at once, the most; resident ones are not counted
};

/// Takes every step in order, on nothing. Refuses a schedule in which a tensor is acquired twice, released without
/// being held, or never released, and one that would wait for ever: the message names the class and how many slots it
/// lacks. One that passes never waits for ever, however its steps are shared out (see BufferPool).
[[nodiscard]] Result<ScheduleNeeds> check_schedule(const PoolLayout& layout, const PoolSchedule& schedule);

}  // namespace sky::offload
