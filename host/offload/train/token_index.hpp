#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sky::offload {

/// Which rows of an embedding some tokens use, and where.
struct TokenIndex {
    std::vector<uint64_t> rows{};       ///< ascending, each once
    std::vector<uint64_t> begin{};      ///< of each row's stretch of `positions`; one more at the end
    std::vector<uint64_t> positions{};  ///< ascending in each stretch
};

[[nodiscard]] TokenIndex index_tokens(std::span<const int32_t> tokens);

/// Adds to a row of an embedding's gradient those of its tokens: summed in double over each `segment` tokens, and
/// these sums added one after the other. `entry` is the row's place in index.rows.
void add_row(const TokenIndex& index, uint64_t entry, uint64_t segment, const float* gradients,
             std::span<float> values);

}  // namespace sky::offload
