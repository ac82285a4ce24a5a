#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sysc/stats/stats.hpp"

namespace sky::index {

/// What operations of one kind cost on the model, each with the flushes and splits it caused.
struct OperationCost {
    uint64_t count = 0;
    double mean_ns = 0;
    double p50_ns = 0;
    double p99_ns = 0;
    double max_ns = 0;
    double mean_pj = 0;

    /// As a group `name` of `parent`; `operations` says which ones.
    void add_to(stats::Group& parent, const std::string& name, const std::string& operations) const;
};

/// Collects operations of one kind; 8 bytes each.
class OperationMeter {
   public:
    void add(uint64_t ps, uint64_t energy_fj) {
        samples_ps_.push_back(ps);
        energy_fj_ += energy_fj;
    }
    [[nodiscard]] uint64_t count() const { return samples_ps_.size(); }
    [[nodiscard]] OperationCost cost() const;

   private:
    std::vector<uint64_t> samples_ps_;
    uint64_t energy_fj_ = 0;
};

}  // namespace sky::index
