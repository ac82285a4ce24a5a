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

}  // namespace sky::offload
