#include "host/offload/train/gradient_sums.hpp"

#include <algorithm>
#include <cmath>

#include "host/offload/rounding.hpp"
#include "host/offload/train/kernels.hpp"

namespace sky::offload {

GradientSums::GradientSums(const Decoder& decoder) {
    uint64_t blocks = 0;
    for (const Parameter& parameter : decoder.parameters) {
        begin_.push_back(blocks);
        blocks += ceil_div(parameter.elements(), kSumElements);
    }
    sums_.resize(blocks);
}

void GradientSums::take(uint32_t tensor, uint64_t first, std::span<const float> values, Workers& workers) {
    double* const sums = &sums_[begin_[tensor] + first / kSumElements];
    workers.run(ceil_div(values.size(), kSumElements), [&](uint64_t block, uint32_t) {
        const uint64_t at = block * kSumElements;
        sums[block] = square_sum(values.subspan(at, std::min(kSumElements, values.size() - at)));
    });
}

GradientSummary GradientSums::total() const {
    GradientSummary summary;
    for (const double sum : sums_) summary.square_sum += sum;
    summary.finite = std::isfinite(summary.square_sum);
    return summary;
}

}  // namespace sky::offload
