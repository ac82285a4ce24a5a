#include "host/regfile/transfer_counts.hpp"

#include <algorithm>
#include <tuple>

namespace sky::regfile {

std::vector<Transfer> TransferCounts::sorted() {
    for (Slot& slot : recent_) spill(slot);
    std::vector<Transfer> out;
    const auto add = [&out](uint64_t key, uint64_t count, Departure kind) {
        out.push_back({.kind = kind, .from = key >> 32, .to = key & 0xfffffffe, .count = count});
    };
    for (const auto& [key, count] : counts_) add(key, count, (key & 1) != 0 ? Departure::kTrap : Departure::kJump);
    for (const auto& [key, count] : interrupts_) add(key, count, Departure::kInterrupt);
    std::sort(out.begin(), out.end(), [](const Transfer& a, const Transfer& b) {
        return std::tie(a.kind, a.from, a.to) < std::tie(b.kind, b.from, b.to);
    });
    return out;
}

}  // namespace sky::regfile
