#pragma once

#include <cstdint>

#include "host/offload/check/overflow_check.hpp"

// The loops of the checks, each for every path: written once, compiled or spelled out for its vectors.

#if defined(__x86_64__)
#define SKY_OFFLOAD_AVX2 __attribute__((target("avx2")))
#define SKY_OFFLOAD_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
#else
#define SKY_OFFLOAD_AVX2
#define SKY_OFFLOAD_AVX512
#endif

namespace sky::offload {

/// Whether an exponent in `bytes` bytes, a multiple of the element's, is all ones.
using ExponentKernel = bool (*)(const std::byte* data, uint64_t bytes);
[[nodiscard]] ExponentKernel exponent_kernel(Dtype dtype, CheckPath path);

/// The or of all 64-bit words: what reading alone costs. `bytes` is a multiple of 64.
using ReadKernel = uint64_t (*)(const std::byte* data, uint64_t bytes);
[[nodiscard]] ReadKernel read_kernel(CheckPath path);

}  // namespace sky::offload
