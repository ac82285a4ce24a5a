#pragma once

#include <cstdint>

namespace sky::offload {

/// Compute blocks of the head whose logits are there at once.
inline constexpr uint64_t kHeadBlocks = 8;
/// Columns that are computed at once where blocks have to be taken in turn, in steps of.
inline constexpr uint64_t kHeadStripe = 64;
/// Tokens of a product with a block of the head.
inline constexpr uint64_t kLogitTokens = 128;

}  // namespace sky::offload
