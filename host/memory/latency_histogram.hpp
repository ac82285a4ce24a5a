#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sysc/stats/stats.hpp"

namespace sky::memory {

/// How often each latency, in cycles, was seen.
class LatencyHistogram {
   public:
    /// Latencies from `from_cycles` to `to_cycles`, both included.
    struct Bucket {
        uint64_t from_cycles = 0;
        uint64_t to_cycles = 0;
        uint64_t requests = 0;
    };

    void add(uint64_t cycles) {
        if (cycles < short_.size())
            ++short_[cycles];
        else
            add_rare(cycles);
        ++count_;
        sum_cycles_ += cycles;
        max_cycles_ = std::max(max_cycles_, cycles);
    }
    [[nodiscard]] uint64_t count() const { return count_; }
    [[nodiscard]] uint64_t max_cycles() const { return max_cycles_; }
    /// 0 when empty.
    [[nodiscard]] double mean_cycles() const;
    /// The smallest latency that at least `percent` (1 to 100) of all requests did not exceed; 0 when empty.
    [[nodiscard]] uint64_t percentile_cycles(uint32_t percent) const;
    /// Buckets from the shortest latency to the longest, empty ones between them included: four to each power of
    /// two, single cycles below eight.
    [[nodiscard]] std::vector<Bucket> buckets() const;

    /// Group `latency`: percentiles, mean, and the buckets as group `histogram`, in ps of model time.
    [[nodiscard]] stats::Group statistics(uint32_t cycle_ps) const;
    /// One line per bucket: its range in ns, its requests, and a bar.
    [[nodiscard]] std::string chart(uint32_t cycle_ps) const;

   private:
    static constexpr size_t kShort = 65536;

    /// One that short_ has no place for yet, or never.
    void add_rare(uint64_t cycles);

    /// Calls f(cycles, times) for every latency seen, ascending, until it returns false.
    template <typename F>
    void each(F&& f) const {
        for (size_t cycles = 0; cycles < short_.size(); ++cycles)
            if (short_[cycles] != 0 && !f(uint64_t{cycles}, short_[cycles])) return;
        for (const auto& [cycles, times] : long_)
            if (!f(cycles, times)) return;
    }

    std::vector<uint64_t> short_;  // by latency, as long as needed
    std::map<uint64_t, uint64_t> long_;
    uint64_t count_ = 0;
    uint64_t sum_cycles_ = 0;
    uint64_t max_cycles_ = 0;
};

}  // namespace sky::memory
