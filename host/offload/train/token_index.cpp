#include "host/offload/train/token_index.hpp"

#include <algorithm>
#include <numeric>

namespace sky::offload {

TokenIndex index_tokens(std::span<const int32_t> tokens) {
    TokenIndex index;
    index.positions.resize(tokens.size());
    std::iota(index.positions.begin(), index.positions.end(), uint64_t{0});
    std::stable_sort(index.positions.begin(), index.positions.end(),
                     [&](uint64_t a, uint64_t b) { return tokens[a] < tokens[b]; });
    for (uint64_t i = 0; i < index.positions.size(); ++i) {
        const auto row = static_cast<uint64_t>(tokens[index.positions[i]]);
        if (!index.rows.empty() && index.rows.back() == row) continue;
        index.rows.push_back(row);
        index.begin.push_back(i);
    }
    index.begin.push_back(index.positions.size());
    return index;
}

void add_row(const TokenIndex& index, uint64_t entry, uint64_t segment, const float* gradients,
             std::span<float> values) {
    const uint64_t width = values.size();
    std::vector<double> sums(width);
    for (uint64_t i = index.begin[entry]; i < index.begin[entry + 1]; ++i) {
        const uint64_t position = index.positions[i];
        for (uint64_t j = 0; j < width; ++j) sums[j] += static_cast<double>(gradients[position * width + j]);
        const bool ends = i + 1 == index.begin[entry + 1] || index.positions[i + 1] / segment != position / segment;
        if (!ends) continue;
        for (uint64_t j = 0; j < width; ++j) values[j] += static_cast<float>(sums[j]);
        std::fill(sums.begin(), sums.end(), 0.0);
    }
}

}  // namespace sky::offload
