#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace sky::offload {

/// Of one value or more; between the two in the middle when there are two.
[[nodiscard]] inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace sky::offload
