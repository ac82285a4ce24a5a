#include "host/offload/check/overflow_kernels.hpp"

#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sky::offload {

namespace {

template <Dtype kDtype>
struct Bits;
template <>
struct Bits<Dtype::kFp32> {
    using Word = uint32_t;
    static constexpr Word kExponent = 0x7f800000;
};
template <>
struct Bits<Dtype::kFp16> {
    using Word = uint16_t;
    static constexpr Word kExponent = 0x7c00;
};
template <>
struct Bits<Dtype::kBf16> {
    using Word = uint16_t;
    static constexpr Word kExponent = 0x7f80;
};

template <typename Word>
Word load(const std::byte* data) {
    Word word = 0;
    std::memcpy(&word, data, sizeof word);
    return word;
}

template <Dtype kDtype>
bool exponent_scalar(const std::byte* data, uint64_t bytes) {
    using Word = typename Bits<kDtype>::Word;
    constexpr Word kExponent = Bits<kDtype>::kExponent;
    Word found = 0;
    for (uint64_t at = 0; at < bytes; at += sizeof(Word))
        found = static_cast<Word>(found | ((load<Word>(data + at) & kExponent) == kExponent ? 1 : 0));
    return found != 0;
}

uint64_t read_scalar(const std::byte* data, uint64_t bytes) {
    uint64_t all = 0;
    for (uint64_t at = 0; at < bytes; at += sizeof all) all |= load<uint64_t>(data + at);
    return all;
}

#if defined(__x86_64__)

// Four vectors at a time, so that comparisons do not wait for each other; what is left over goes the scalar way.

template <Dtype kDtype>
SKY_OFFLOAD_AVX2 bool exponent_avx2(const std::byte* data, uint64_t bytes) {
    constexpr uint64_t kVector = sizeof(__m256i);
    const __m256i exponent = kDtype == Dtype::kFp32
                                 ? _mm256_set1_epi32(static_cast<int>(Bits<kDtype>::kExponent))
                                 : _mm256_set1_epi16(static_cast<int16_t>(Bits<kDtype>::kExponent));
    __m256i found[4] = {};
    uint64_t at = 0;
    for (; at + 4 * kVector <= bytes; at += 4 * kVector) {
        for (uint64_t i = 0; i < 4; ++i) {
            const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data + at + i * kVector));
            const __m256i masked = _mm256_and_si256(words, exponent);
            found[i] = _mm256_or_si256(found[i], kDtype == Dtype::kFp32 ? _mm256_cmpeq_epi32(masked, exponent)
                                                                        : _mm256_cmpeq_epi16(masked, exponent));
        }
    }
    const __m256i all = _mm256_or_si256(_mm256_or_si256(found[0], found[1]), _mm256_or_si256(found[2], found[3]));
    return _mm256_testz_si256(all, all) == 0 || exponent_scalar<kDtype>(data + at, bytes - at);
}

template <Dtype kDtype>
SKY_OFFLOAD_AVX512 bool exponent_avx512(const std::byte* data, uint64_t bytes) {
    constexpr uint64_t kVector = sizeof(__m512i);
    const __m512i exponent = kDtype == Dtype::kFp32
                                 ? _mm512_set1_epi32(static_cast<int>(Bits<kDtype>::kExponent))
                                 : _mm512_set1_epi16(static_cast<int16_t>(Bits<kDtype>::kExponent));
    uint32_t found[4] = {};
    uint64_t at = 0;
    for (; at + 4 * kVector <= bytes; at += 4 * kVector) {
        for (uint64_t i = 0; i < 4; ++i) {
            const __m512i words = _mm512_loadu_si512(data + at + i * kVector);
            const __m512i masked = _mm512_and_si512(words, exponent);
            found[i] |= kDtype == Dtype::kFp32 ? _mm512_cmpeq_epi32_mask(masked, exponent)
                                               : _mm512_cmpeq_epi16_mask(masked, exponent);
        }
    }
    return (found[0] | found[1] | found[2] | found[3]) != 0 || exponent_scalar<kDtype>(data + at, bytes - at);
}

SKY_OFFLOAD_AVX2 uint64_t read_avx2(const std::byte* data, uint64_t bytes) {
    __m256i all[2] = {};
    for (uint64_t at = 0; at < bytes; at += sizeof all)
        for (uint64_t i = 0; i < 2; ++i)
            all[i] = _mm256_or_si256(
                all[i], _mm256_loadu_si256(reinterpret_cast<const __m256i*>(data + at + i * sizeof(__m256i))));
    const __m256i both = _mm256_or_si256(all[0], all[1]);
    uint64_t words[4];
    std::memcpy(words, &both, sizeof words);
    return words[0] | words[1] | words[2] | words[3];
}

SKY_OFFLOAD_AVX512 uint64_t read_avx512(const std::byte* data, uint64_t bytes) {
    __m512i all = _mm512_setzero_si512();
    for (uint64_t at = 0; at < bytes; at += sizeof all) all = _mm512_or_si512(all, _mm512_loadu_si512(data + at));
    uint64_t words[8];
    std::memcpy(words, &all, sizeof words);
    uint64_t found = 0;
    for (const uint64_t word : words) found |= word;
    return found;
}

template <Dtype kDtype>
ExponentKernel exponent_kernel_of(CheckPath path) {
    switch (path) {
        case CheckPath::kAvx512: return exponent_avx512<kDtype>;
        case CheckPath::kAvx2: return exponent_avx2<kDtype>;
        case CheckPath::kScalar: break;
    }
    return exponent_scalar<kDtype>;
}

#else

template <Dtype kDtype>
ExponentKernel exponent_kernel_of(CheckPath) {
    return exponent_scalar<kDtype>;
}

#endif

}  // namespace

ExponentKernel exponent_kernel(Dtype dtype, CheckPath path) {
    switch (dtype) {
        case Dtype::kFp32: return exponent_kernel_of<Dtype::kFp32>(path);
        case Dtype::kFp16: return exponent_kernel_of<Dtype::kFp16>(path);
        case Dtype::kBf16: break;
    }
    return exponent_kernel_of<Dtype::kBf16>(path);
}

ReadKernel read_kernel(CheckPath path) {
#if defined(__x86_64__)
    if (path == CheckPath::kAvx512) return read_avx512;
    if (path == CheckPath::kAvx2) return read_avx2;
#endif
    (void)path;
    return read_scalar;
}

}  // namespace sky::offload
