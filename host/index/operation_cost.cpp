#include "host/index/operation_cost.hpp"

#include <algorithm>
#include <numeric>

namespace sky::index {

OperationCost OperationMeter::cost() const {
    OperationCost cost;
    if (samples_ps_.empty()) return cost;
    std::vector<uint64_t> sorted = samples_ps_;
    std::sort(sorted.begin(), sorted.end());
    // Nearest rank: the smallest sample that at least this share does not exceed.
    const auto at_percent = [&](size_t percent) {
        return static_cast<double>(sorted[(sorted.size() * percent + 99) / 100 - 1]) / 1000;
    };
    const uint64_t sum_ps = std::accumulate(sorted.begin(), sorted.end(), uint64_t{0});
    const auto count = static_cast<double>(sorted.size());
    cost.count = sorted.size();
    cost.mean_ns = static_cast<double>(sum_ps) / 1000 / count;
    cost.p50_ns = at_percent(50);
    cost.p99_ns = at_percent(99);
    cost.max_ns = at_percent(100);
    cost.mean_pj = static_cast<double>(energy_fj_) / 1000 / count;
    return cost;
}

void OperationCost::add_to(stats::Group& parent, const std::string& name, const std::string& operations) const {
    parent.group(name, operations)
        .count("count", count, "ops", "operations measured")
        .derived("mean", mean_ns, "ns", "mean latency", "sum / count")
        .derived("p50", p50_ns, "ns", "median latency", "nearest rank")
        .derived("p99", p99_ns, "ns", "latency that 99 % do not exceed", "nearest rank")
        .derived("max", max_ns, "ns", "longest latency", "largest sample")
        .derived("mean_pj", mean_pj, "pJ", "mean energy", "sum / count");
}

}  // namespace sky::index
