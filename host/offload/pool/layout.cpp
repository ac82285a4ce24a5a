#include "host/offload/pool/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "host/offload/rounding.hpp"

namespace sky::offload {

namespace {

/// No reservation is larger; sums of a few such numbers still fit 64 bits.
constexpr uint64_t kMostBytes = uint64_t{1} << 56;

Status too_large(const std::string& what) {
    return Status::error(fmt::format("{}\nexpected at least one, and a pool of at most {}", what, kMostBytes));
}

/// Takes `count` times `bytes` of what is left of a reservation.
bool take(uint64_t& total, uint64_t bytes, uint64_t count) {
    uint64_t all = 0;
    if (__builtin_mul_overflow(bytes, count, &all) || all > kMostBytes - total) return false;
    total += all;
    return true;
}

/// Lays out `counts`, and every tensor into the class that `class_of` names.
template <typename ClassOf>
Result<PoolLayout> lay_out(std::span<const PoolTensor> tensors, const std::map<uint64_t, uint64_t>& counts,
                           uint64_t requested_bytes, uint64_t resident_below, const ClassOf& class_of) {
    PoolLayout layout;
    layout.requested_bytes = requested_bytes;
    for (const auto& [slot_bytes, slots] : counts) {
        layout.classes.push_back({.slot_bytes = slot_bytes, .slots = slots, .first_byte = layout.reserved_bytes});
        if (!take(layout.reserved_bytes, slot_bytes, slots))
            return too_large(fmt::format("{} slots of {} bytes are too many", slots, slot_bytes));
    }
    for (const PoolTensor& tensor : tensors) {
        if (tensor.bytes == 0 || tensor.bytes > kMostBytes)
            return too_large(fmt::format("tensor {} has {} bytes", tensor.name, tensor.bytes));
        PoolLayout::Place place;
        if (tensor.bytes < resident_below) {
            place = {.pool_class = PoolLayout::kResident, .resident_offset = layout.reserved_bytes};
            layout.requested_bytes += tensor.bytes;
            if (!take(layout.reserved_bytes, round_up(tensor.bytes, kCacheLineBytes), 1))
                return too_large(fmt::format("tensor {} of {} bytes is resident", tensor.name, tensor.bytes));
        } else {
            const Result<uint32_t> found = class_of(tensor, layout.classes);
            if (!found.ok()) return found.status();
            place.pool_class = found.value();
        }
        layout.places.push_back(place);
    }
    layout.reserved_bytes = round_up(layout.reserved_bytes, kPageBytes);
    return layout;
}

/// One message for all classes that lack slots.
Status lacking(const PoolLayout& layout, const PoolSchedule& schedule, const std::vector<uint64_t>& needed,
               const std::vector<size_t>& step) {
    std::string lacks;
    std::string remedy;
    for (size_t c = 0; c < layout.classes.size(); ++c) {
        const PoolClass& pool_class = layout.classes[c];
        if (needed[c] <= pool_class.slots) continue;
        lacks += fmt::format("{}the class of {} bytes has {} of the {} slots that step {}, {}, needs: it lacks {}",
                             lacks.empty() ? "" : "; ", pool_class.slot_bytes, pool_class.slots, needed[c], step[c],
                             schedule.tensors[schedule.steps[step[c]].tensor].name, needed[c] - pool_class.slots);
        remedy += fmt::format("{}{} of {} bytes", remedy.empty() ? "" : ", ", needed[c], pool_class.slot_bytes);
    }
    if (lacks.empty()) return {};
    return Status::error(fmt::format(
        "the schedule would wait for ever: {}\ngive it as many slots as it needs ({}), or release earlier", lacks,
        remedy));
}

}  // namespace

Result<PoolLayout> adaptive_layout(std::span<const PoolTensor> tensors, std::span<const SlotCount> slots,
                                   uint64_t resident_below) {
    std::map<uint64_t, uint64_t> counts;
    uint64_t requested = 0;
    for (const SlotCount& count : slots) {
        if (count.bytes == 0 || count.slots == 0)
            return Status::error(fmt::format("{} slots of {} bytes are asked for\nexpected at least one of each",
                                             count.slots, count.bytes));
        if (count.bytes > kMostBytes || !take(requested, count.bytes, count.slots))
            return too_large(fmt::format("{} slots of {} bytes are too many", count.slots, count.bytes));
        counts[round_up(count.bytes, kPageBytes)] += count.slots;
    }
    return lay_out(tensors, counts, requested, resident_below,
                   [](const PoolTensor& tensor, const std::vector<PoolClass>& classes) -> Result<uint32_t> {
                       const uint64_t bytes = round_up(tensor.bytes, kPageBytes);
                       for (uint32_t c = 0; c < classes.size(); ++c)
                           if (classes[c].slot_bytes == bytes) return c;
                       return Status::error(fmt::format(
                           "tensor {} of {} bytes has no class of its size\ngive the pool slots of {} bytes",
                           tensor.name, tensor.bytes, tensor.bytes));
                   });
}

Result<PoolLayout> uniform_layout(std::span<const PoolTensor> tensors, uint64_t slots, uint64_t resident_below) {
    uint64_t largest = 0;
    for (const PoolTensor& tensor : tensors)
        if (tensor.bytes >= resident_below) largest = std::max(largest, tensor.bytes);
    std::map<uint64_t, uint64_t> counts;
    uint64_t requested = 0;
    if (largest != 0) {
        if (slots == 0) return Status::error("0 slots are asked for\nexpected at least one");
        if (largest > kMostBytes || !take(requested, largest, slots))
            return too_large(fmt::format("{} slots of {} bytes are too many", slots, largest));
        counts[round_up(largest, kPageBytes)] = slots;
    }
    return lay_out(tensors, counts, requested, resident_below,
                   [](const PoolTensor&, const std::vector<PoolClass>&) -> Result<uint32_t> { return uint32_t{0}; });
}

Result<ScheduleNeeds> check_schedule(const PoolLayout& layout, const PoolSchedule& schedule) {
    std::vector<uint64_t> held(layout.classes.size());
    std::vector<size_t> worst(layout.classes.size());
    std::vector<std::optional<size_t>> since(schedule.tensors.size());
    ScheduleNeeds needs{.slots = std::vector<uint64_t>(layout.classes.size())};
    uint64_t bytes = 0;
    const auto wrong = [&](size_t step, const std::string& what) {
        return Status::error(fmt::format(
            "step {} of the schedule {}\nexpected each tensor acquired and released in turn", step, what));
    };
    for (size_t i = 0; i < schedule.steps.size(); ++i) {
        const PoolStep& step = schedule.steps[i];
        if (step.tensor >= layout.places.size())
            return wrong(i, fmt::format("names tensor {} of {}", step.tensor, layout.places.size()));
        const PoolTensor& tensor = schedule.tensors[step.tensor];
        const uint32_t c = layout.places[step.tensor].pool_class;
        const bool in_slot = c != PoolLayout::kResident;
        if (step.kind == PoolStep::Kind::kAcquire) {
            if (since[step.tensor])
                return wrong(
                    i, fmt::format("acquires {}, which is held since step {}", tensor.name, *since[step.tensor]));
            since[step.tensor] = i;
            if (!in_slot) continue;
            if (++held[c] > needs.slots[c]) {
                needs.slots[c] = held[c];
                worst[c] = i;
            }
            bytes += tensor.bytes;
            needs.peak_bytes = std::max(needs.peak_bytes, bytes);
        } else {
            if (!since[step.tensor]) return wrong(i, fmt::format("releases {}, which is not held", tensor.name));
            since[step.tensor].reset();
            if (!in_slot) continue;
            --held[c];
            bytes -= tensor.bytes;
        }
    }
    for (size_t t = 0; t < since.size(); ++t)
        if (since[t])
            return wrong(*since[t], fmt::format("acquires {}, and none releases it", schedule.tensors[t].name));
    if (Status status = lacking(layout, schedule, needs.slots, worst); !status.ok()) return status;
    return needs;
}

}  // namespace sky::offload
