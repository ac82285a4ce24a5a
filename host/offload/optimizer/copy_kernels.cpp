#include "host/offload/optimizer/copy_kernels.hpp"

#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sky::offload {

#if defined(__x86_64__)

namespace {

__attribute__((target("avx2"))) void copy_avx2(std::byte* to, const std::byte* from, uint64_t bytes) {
    for (uint64_t at = 0; at < bytes; at += sizeof(__m256i))
        _mm256_stream_si256(reinterpret_cast<__m256i*>(to + at),
                            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + at)));
    _mm_sfence();
}

__attribute__((target("avx512f"))) void copy_avx512(std::byte* to, const std::byte* from, uint64_t bytes) {
    for (uint64_t at = 0; at < bytes; at += sizeof(__m512i))
        _mm512_stream_si512(reinterpret_cast<__m512i*>(to + at), _mm512_loadu_si512(from + at));
    _mm_sfence();
}

}  // namespace

#endif

void copy_past_caches(VectorPath path, void* to, const void* from, uint64_t bytes) {
#if defined(__x86_64__)
    auto* const target = static_cast<std::byte*>(to);
    const auto* const source = static_cast<const std::byte*>(from);
    if (path == VectorPath::kAvx2) return copy_avx2(target, source, bytes);
    if (path == VectorPath::kAvx512) return copy_avx512(target, source, bytes);
#endif
    (void)path;
    std::memcpy(to, from, bytes);
}

}  // namespace sky::offload
