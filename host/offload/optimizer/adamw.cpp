#include "host/offload/optimizer/adamw.hpp"

#include <algorithm>

#include "host/offload/optimizer/adamw_kernels.hpp"
#include "host/offload/rounding.hpp"

namespace sky::offload {

void adamw(std::span<float> parameter, std::span<float> m, std::span<float> v, std::span<const float> gradient,
           const AdamWStep& step, const AdamWOptions& options) {
    const AdamWConstants constants = adamw_constants(step);
    const AdamWKernel kernel = adamw_kernel(options.path);
    const uint64_t count = parameter.size();
    const auto blocks = static_cast<int64_t>(ceil_div(count, kOptimizerBlock));
#pragma omp parallel for schedule(static) num_threads(options.threads) if (options.threads > 1 && blocks > 1)
    for (int64_t i = 0; i < blocks; ++i) {
        const uint64_t begin = static_cast<uint64_t>(i) * kOptimizerBlock;
        kernel({.parameter = parameter.data() + begin,
                .m = m.data() + begin,
                .v = v.data() + begin,
                .gradient = gradient.data() + begin,
                .count = std::min(kOptimizerBlock, count - begin)},
               constants);
    }
}

void adamw_bf16(std::span<uint16_t> parameter, std::span<uint16_t> m, std::span<uint16_t> v,
                std::span<const float> gradient, const AdamWStep& step, const Bf16Place& place,
                const AdamWOptions& options) {
    const AdamWConstants constants = adamw_constants(step);
    const Bf16Kernel kernel = bf16_kernel(options.path);
    const uint64_t end = place.first_element + parameter.size();
    const uint64_t first_block = place.first_element / kOptimizerBlock;
    const auto blocks = static_cast<int64_t>(ceil_div(end, kOptimizerBlock) - first_block);
#pragma omp parallel for schedule(static) num_threads(options.threads) if (options.threads > 1 && blocks > 1)
    for (int64_t i = 0; i < blocks; ++i) {
        const uint64_t block = first_block + static_cast<uint64_t>(i);
        const uint64_t begin = std::max(block * kOptimizerBlock, place.first_element);
        const uint64_t at = begin - place.first_element;
        const auto key = [&](StatePart part) {
            return stochastic_key(place.seed, step.step, place.tensor, block, part);
        };
        kernel({.parameter = parameter.data() + at,
                .m = m.data() + at,
                .v = v.data() + at,
                .gradient = gradient.data() + at,
                .count = std::min((block + 1) * kOptimizerBlock, end) - begin,
                .first = static_cast<uint32_t>(begin % kOptimizerBlock),
                .of_p = key(StatePart::kP),
                .of_m = key(StatePart::kM),
                .of_v = key(StatePart::kV)},
               constants);
    }
}

}  // namespace sky::offload
