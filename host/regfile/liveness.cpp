#include "host/regfile/liveness.hpp"

#include <algorithm>

namespace sky::regfile {

namespace {

uint32_t mask_of(std::span<const uint8_t> registers) {
    uint32_t mask = 0;
    for (const uint8_t reg : registers) mask |= 1U << reg;
    return mask;
}

}  // namespace

Liveness::Liveness(const Code& code, std::span<const uint64_t> starts) {
    discover(code, starts);
    solve();
}

void Liveness::discover(const Code& code, std::span<const uint64_t> starts) {
    std::vector<uint64_t> waiting(starts.begin(), starts.end());
    while (!waiting.empty()) {
        const uint64_t pc = waiting.back();
        waiting.pop_back();
        if (numbers_.contains(pc)) continue;
        const std::optional<Operation> operation = code.at(pc);
        if (!operation) continue;
        numbers_[pc] = 0;
        points_.push_back({.pc = pc, .operation = *operation});
        if (operation->falls_through()) waiting.push_back(pc + operation->length);
        if (operation->flow == Flow::kBranch || operation->flow == Flow::kJump) waiting.push_back(operation->target);
    }
    std::sort(points_.begin(), points_.end(), [](const Point& a, const Point& b) { return a.pc < b.pc; });
    for (uint32_t i = 0; i < points_.size(); ++i) numbers_[points_[i].pc] = i;
    const auto number = [this](uint64_t pc) {
        const auto found = numbers_.find(pc);
        return found == numbers_.end() ? kAnything : found->second;
    };
    for (Point& point : points_) {
        const Operation& operation = point.operation;
        if (operation.falls_through()) point.next = number(point.pc + operation.length);
        if (operation.flow == Flow::kBranch || operation.flow == Flow::kJump) point.other = number(operation.target);
        if (operation.flow == Flow::kIndirect || operation.flow == Flow::kTrap || operation.flow == Flow::kSystem)
            point.other = kAnything;
    }
}

/// Backwards, until nothing changes: most of what follows has the higher address.
void Liveness::solve() {
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t last = points_.size(); last > 0; --last) {
            Point& point = points_[last - 1];
            const Operation& operation = point.operation;
            const uint32_t behind = live_at(point.next) | live_at(point.other);
            const uint32_t written = operation.writes ? 1U << operation.accesses[operation.reads] : 0;
            const uint32_t live = mask_of(operation.read_list()) | (behind & ~written);
            changed = changed || live != point.live;
            point.live = live;
        }
    }
}

uint32_t Liveness::before(uint64_t pc) const {
    const auto found = numbers_.find(pc);
    return found == numbers_.end() ? kAll : points_[found->second].live;
}

std::vector<uint64_t> Liveness::addresses() const {
    std::vector<uint64_t> out;
    out.reserve(points_.size());
    for (const Point& point : points_) out.push_back(point.pc);
    return out;
}

}  // namespace sky::regfile
