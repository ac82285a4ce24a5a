#include "sysc/model/request_pick.hpp"

namespace sky::model {
namespace {

using Entries = std::span<const PickEntry>;

std::optional<size_t> oldest_waiting_if_ready(Entries entries) {
    for (size_t i = 0; i < entries.size(); ++i) {
        if (entries[i].waiting) return entries[i].ready ? std::optional(i) : std::nullopt;
    }
    return std::nullopt;
}

/// The oldest of the ready entries than which none is `better`.
template <typename Eligible, typename Better>
std::optional<size_t> best(Entries entries, Eligible eligible, Better better) {
    std::optional<size_t> found;
    for (size_t i = 0; i < entries.size(); ++i) {
        if (!entries[i].waiting || !entries[i].ready || !eligible(entries[i])) continue;
        if (!found || better(entries[i], entries[*found])) found = i;
    }
    return found;
}

std::optional<size_t> next_upwards(Entries entries, uint64_t from) {
    return best(
        entries, [from](const PickEntry& e) { return e.position >= from; },
        [](const PickEntry& a, const PickEntry& b) { return a.position < b.position; });
}

std::optional<size_t> next_downwards(Entries entries, uint64_t from) {
    return best(
        entries, [from](const PickEntry& e) { return e.position <= from; },
        [](const PickEntry& a, const PickEntry& b) { return a.position > b.position; });
}

Pick pick_on_the_way(Entries entries, const Elevator& elevator) {
    const auto go = [&](bool up) {
        return up ? next_upwards(entries, elevator.position) : next_downwards(entries, elevator.position);
    };
    if (const auto ahead = go(elevator.up)) return {.index = ahead, .up = elevator.up};
    const auto behind = go(!elevator.up);
    return {.index = behind, .up = behind ? !elevator.up : elevator.up};
}

}  // namespace

Pick pick_request(Scheduler policy, Entries entries, bool overdue, const Elevator& elevator) {
    const auto any = [](const PickEntry&) { return true; };
    if (overdue) policy = Scheduler::kFcfs;
    switch (policy) {
        case Scheduler::kFcfs: return {.index = oldest_waiting_if_ready(entries), .up = elevator.up};
        case Scheduler::kNearest: {
            const auto nearer = [](const PickEntry& a, const PickEntry& b) { return a.distance < b.distance; };
            return {.index = best(entries, any, nearer), .up = elevator.up};
        }
        case Scheduler::kElevator: return pick_on_the_way(entries, elevator);
        case Scheduler::kCoalesce: {
            const auto never = [](const PickEntry&, const PickEntry&) { return false; };
            return {.index = best(entries, any, never), .up = elevator.up};
        }
    }
    return {.index = std::nullopt, .up = elevator.up};
}

}  // namespace sky::model
