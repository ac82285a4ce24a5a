#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "sysc/model/regfile/accesses.hpp"

namespace sky::model::rf {

/// The heads of the banks of a horizontal array, by closed formulas: how far each has to go, and what it does in the
/// cycles it does not need. Values lie by position; who holds them is the caller's business.
class BankHeads {
   public:
    BankHeads(const Shape& shape, const Options& options, uint32_t banks)
        : banks_(banks),
          domains_(kRegisters / banks),
          depth_(domains_ / shape.ports),
          width_(shape.width),
          options_(options) {
        head_.fill(1);
        for (uint32_t reg = 0; reg < kRegisters; ++reg) position_[reg] = static_cast<uint8_t>(reg);
        const auto depth = static_cast<int32_t>(depth_);
        for (int32_t head = -depth; head <= depth; ++head) {
            for (uint32_t domain = 0; domain < domains_; ++domain) {
                const int32_t left = static_cast<int32_t>(domain % depth_) + 1;
                const int32_t right = static_cast<int32_t>(domain % depth_) - depth;
                const bool last = domain / depth_ + 1 == shape.ports;
                const int32_t to = !last && std::abs(right - head) < std::abs(left - head) ? right : left;
                ways_[index(head, domain)] = {.steps = static_cast<uint32_t>(std::abs(to - head)), .to = to};
            }
        }
    }

    [[nodiscard]] uint32_t position(uint32_t reg) const { return position_[reg]; }
    void place(uint32_t reg, uint32_t position) { position_[reg] = static_cast<uint8_t>(position); }

    /// The accesses that are wanted, on `values`; returns the cycles the slowest bank takes, at least 1.
    uint32_t run(const Accesses& accesses, ReadData& data, std::array<uint64_t, kRegisters>& values,
                 Counters& counters) {
        if (banks_ == 1) {
            path_[0] = 0;
        } else {
            path_.fill(0);
        }
        if (accesses.want == 0) return 1;
        uint32_t steps = 0;
        uint32_t again = kRegisters;  // where a read of what is being written has to wait a cycle
        uint32_t bank = 0;
        if (accesses.wants(kWrite)) {
            again = position_[accesses.reg[kWrite]];
            bank = again / domains_;
            steps += go(bank, again);
            values[again] = accesses.data;
        }
        // Reads in the order in which they come in a bank; of different banks any order is the same.
        uint32_t first = kRead1;
        uint32_t second = kRead2;
        const uint32_t reads = accesses.want >> kRead1;
        if (reads == 3 && options_.nearest_first) {
            const uint32_t one = position_[accesses.reg[kRead1]];
            const uint32_t two = position_[accesses.reg[kRead2]];
            if (one / domains_ == two / domains_ && way(two / domains_, two).steps < way(one / domains_, one).steps)
                std::swap(first, second);
        }
        uint32_t after_write = path_[bank];
        for (const uint32_t access : {first, second}) {
            if (!accesses.wants(access)) continue;
            const uint32_t at = position_[accesses.reg[access]];
            steps += go(at / domains_, at);
            data[access] = values[at];
            if (at == again && path_[bank] == after_write) {
                ++path_[bank];
                after_write = ~0U;  // the other one need not wait as well
            }
        }
        const auto bits = width_;
        const uint32_t read = (reads & 1) + (reads >> 1);
        const uint32_t written = accesses.want & 1;
        count(counters, Counter::kSteps, steps);
        count(counters, Counter::kTrackSteps, uint64_t{steps} * bits);
        count(counters, Counter::kBitReads, uint64_t{read} * bits);
        count(counters, Counter::kBitWrites, uint64_t{written} * bits);
        count(counters, Counter::kAccesses, read + written);
        uint32_t longest = path_[0];
        for (uint32_t b = 1; b < banks_; ++b) longest = std::max(longest, path_[b]);
        return 1 + longest;
    }

    /// What heads do in the cycles of the request of run() that they did not need.
    void finish(uint32_t cycles, const Ahead& ahead, Counters& counters) {
        if (!options_.preshift && !options_.eager) return;
        for (uint32_t b = 0; b < banks_; ++b) wander(b, cycles - path_[b], ahead, counters);
    }
    void idle(uint64_t cycles, const Ahead& ahead, Counters& counters) {
        if (!options_.preshift && !options_.eager) return;
        for (uint32_t b = 0; b < banks_; ++b) wander(b, cycles, ahead, counters);
    }

    /// The longest way back to rest; and back, or as far as `cycles` allow.
    [[nodiscard]] uint32_t away() const {
        uint32_t longest = 0;
        for (uint32_t b = 0; b < banks_; ++b) longest = std::max(longest, distance(b, 1));
        return longest;
    }
    void return_home(uint64_t cycles, Counters& counters) {
        for (uint32_t b = 0; b < banks_; ++b) step(b, 1, cycles, counters);
    }

   private:
    struct Way {
        uint32_t steps;
        int32_t to;
    };
    [[nodiscard]] size_t index(int32_t head, uint32_t domain) const {
        return static_cast<size_t>(head + static_cast<int32_t>(depth_)) * domains_ + domain;
    }
    [[nodiscard]] Way way(uint32_t bank, uint32_t position) const {
        return ways_[index(head_[bank], position % domains_)];
    }
    [[nodiscard]] uint32_t distance(uint32_t bank, int32_t to) const {
        return static_cast<uint32_t>(std::abs(to - head_[bank]));
    }

    uint32_t go(uint32_t bank, uint32_t position) {
        const Way w = way(bank, position);
        head_[bank] = w.to;
        path_[bank] += w.steps;
        return w.steps;
    }

    void step(uint32_t bank, int32_t to, uint64_t cycles, Counters& counters) {
        const auto steps = static_cast<uint32_t>(std::min<uint64_t>(cycles, distance(bank, to)));
        if (steps == 0) return;
        head_[bank] += to > head_[bank] ? static_cast<int32_t>(steps) : -static_cast<int32_t>(steps);
        count(counters, Counter::kSteps, steps);
        count(counters, Counter::kTrackSteps, uint64_t{steps} * width_);
    }

    /// Towards the first hint in this bank, else, if eager, to rest.
    void wander(uint32_t bank, uint64_t cycles, const Ahead& ahead, Counters& counters) {
        for (const uint32_t access : {kWrite, kRead1, kRead2}) {
            if (!ahead.wants(access)) continue;
            const uint32_t at = position_[ahead.reg[access]];
            if (at / domains_ != bank) continue;
            step(bank, way(bank, at).to, cycles, counters);
            return;
        }
        if (options_.eager) step(bank, 1, cycles, counters);
    }

    uint32_t banks_;
    uint32_t domains_;  // of a bank
    uint32_t depth_;    // of a segment
    uint32_t width_;
    Options options_;
    std::array<int32_t, 8> head_{};
    std::array<uint32_t, 8> path_{};  // of the last request: cycles less one
    std::array<uint8_t, kRegisters> position_{};
    std::array<Way, size_t{kRegisters} * (2 * kRegisters + 1)> ways_{};
};

}  // namespace sky::model::rf
