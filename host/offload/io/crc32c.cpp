#include "host/offload/io/crc32c.hpp"

#include <array>
#include <boost/crc.hpp>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sky::offload {

namespace {

uint32_t crc32c_portable(std::span<const std::byte> bytes) {
    boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

#if defined(__x86_64__)

// The instruction takes three cycles but starts every cycle, so three lanes are summed side by side, short ones, so
// that the processor still sees one stream to fetch ahead of. The sum of a lane is then moved over the bytes of the
// next one: a linear map, kept as a table per byte of the sum.
constexpr size_t kLaneBytes = 256;

__attribute__((target("sse4.2"))) uint64_t step(uint64_t crc, const std::byte* data) {
    uint64_t word = 0;
    std::memcpy(&word, data, sizeof word);
    return _mm_crc32_u64(crc, word);
}

using Shift = std::array<std::array<uint32_t, 256>, 4>;

__attribute__((target("sse4.2"))) Shift make_shift() {
    Shift shift{};
    for (uint32_t bit = 0; bit < 32; ++bit) {
        uint64_t moved = uint64_t{1} << bit;
        for (size_t i = 0; i < kLaneBytes / sizeof(uint64_t); ++i) moved = _mm_crc32_u64(moved, 0);
        std::array<uint32_t, 256>& table = shift[bit / 8];
        for (uint32_t byte = 0; byte < 256; ++byte)
            if ((byte >> (bit % 8) & 1) != 0) table[byte] ^= static_cast<uint32_t>(moved);
    }
    return shift;
}

uint64_t over_a_lane(const Shift& shift, uint64_t crc) {
    return shift[0][crc & 0xff] ^ shift[1][crc >> 8 & 0xff] ^ shift[2][crc >> 16 & 0xff] ^ shift[3][crc >> 24 & 0xff];
}

/// Over what follows, from the register `crc` on.
__attribute__((target("sse4.2"))) uint32_t rest_sse42(uint64_t crc, const std::byte* data, const std::byte* end) {
    for (; end - data >= 8; data += 8) crc = step(crc, data);
    for (; data < end; ++data) crc = _mm_crc32_u8(static_cast<uint32_t>(crc), std::to_integer<uint8_t>(*data));
    return static_cast<uint32_t>(crc) ^ 0xffffffff;
}

__attribute__((target("sse4.2"))) uint32_t crc32c_sse42(std::span<const std::byte> bytes) {
    static const Shift kShift = make_shift();
    const std::byte* data = bytes.data();
    const std::byte* const end = data + bytes.size();
    uint64_t crc = 0xffffffff;
    for (; end - data >= static_cast<ptrdiff_t>(3 * kLaneBytes); data += 3 * kLaneBytes) {
        uint64_t second = 0;
        uint64_t third = 0;
        for (size_t i = 0; i < kLaneBytes; i += sizeof(uint64_t)) {
            crc = step(crc, data + i);
            second = step(second, data + kLaneBytes + i);
            third = step(third, data + 2 * kLaneBytes + i);
        }
        crc = over_a_lane(kShift, over_a_lane(kShift, crc) ^ second) ^ third;
    }
    return rest_sse42(crc, data, end);
}

// Folding. Bytes are a polynomial, their first bit its highest coefficient, and only its remainder by that of the
// CRC, P, counts. So 128 bits, L x^64 + H, may be added to those that stand D bits behind them when they are
// multiplied with x^D, that is L by x^(D+64) mod P and H by x^D mod P. A carry-less product of two numbers whose
// first bit is the highest coefficient comes out times x, so that the factors are those of D - 1.

/// x^n mod P, as a factor of such a product.
constexpr uint64_t power(uint32_t n) {
    uint32_t reflected = uint32_t{1} << 31;  // x^0
    for (uint32_t i = 0; i < n; ++i) reflected = reflected >> 1 ^ ((reflected & 1) != 0 ? 0x82f63b78U : 0);
    return static_cast<uint64_t>(reflected) << 32;
}

#define SKY_OFFLOAD_FOLD __attribute__((target("avx512f,avx512vl,avx512bw,vpclmulqdq,pclmul,sse4.2")))

/// For a fold over so many bytes, in every 128 bits.
template <uint32_t kBytes>
SKY_OFFLOAD_FOLD __m512i factors() {
    constexpr auto kOfFirst = static_cast<int64_t>(power(8 * kBytes + 63));
    constexpr auto kOfSecond = static_cast<int64_t>(power(8 * kBytes - 1));
    return _mm512_set_epi64(kOfSecond, kOfFirst, kOfSecond, kOfFirst, kOfSecond, kOfFirst, kOfSecond, kOfFirst);
}

SKY_OFFLOAD_FOLD __m512i load(const std::byte* data) { return _mm512_loadu_si512(data); }

/// `behind` and what `sum` is there.
SKY_OFFLOAD_FOLD __m512i fold(__m512i sum, __m512i factor, __m512i behind) {
    constexpr int kXor3 = 0x96;
    return _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(sum, factor, 0x00),
                                     _mm512_clmulepi64_epi128(sum, factor, 0x11), behind, kXor3);
}

SKY_OFFLOAD_FOLD uint32_t crc32c_avx512(std::span<const std::byte> bytes) {
    constexpr ptrdiff_t kVector = sizeof(__m512i);
    const std::byte* data = bytes.data();
    const std::byte* const end = data + bytes.size();
    if (end - data < 4 * kVector) return crc32c_sse42(bytes);
    // Four vectors side by side, since a product takes longer than it keeps the next one waiting.
    __m512i sums[4];
    for (ptrdiff_t i = 0; i < 4; ++i) sums[i] = load(data + i * kVector);
    sums[0] = _mm512_xor_si512(sums[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128(-1)));
    const __m512i over_four = factors<4 * kVector>();
    for (data += 4 * kVector; end - data >= 4 * kVector; data += 4 * kVector)
        for (ptrdiff_t i = 0; i < 4; ++i) sums[i] = fold(sums[i], over_four, load(data + i * kVector));
    const __m512i over_one = factors<kVector>();
    __m512i sum = fold(fold(fold(sums[0], over_one, sums[1]), over_one, sums[2]), over_one, sums[3]);
    for (; end - data >= kVector; data += kVector) sum = fold(sum, over_one, load(data));
    // 64 bytes that stand for all before them.
    alignas(kVector) uint64_t words[8];
    _mm512_store_si512(words, sum);
    uint64_t crc = 0;
    for (const uint64_t word : words) crc = _mm_crc32_u64(crc, word);
    return rest_sse42(crc, data, end);
}

#endif

}  // namespace

std::string_view to_string(CrcPath path) {
    switch (path) {
        case CrcPath::kPortable: return "portable";
        case CrcPath::kSse42: return "sse4.2";
        case CrcPath::kAvx512: break;
    }
    return "avx512";
}

std::vector<CrcPath> available_crc_paths() {
    std::vector<CrcPath> paths{CrcPath::kPortable};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2") == 0) return paths;
    paths.push_back(CrcPath::kSse42);
    if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
        __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("vpclmulqdq") != 0 &&
        __builtin_cpu_supports("pclmul") != 0)
        paths.push_back(CrcPath::kAvx512);
#endif
    return paths;
}

uint32_t crc32c(std::span<const std::byte> bytes, CrcPath path) {
#if defined(__x86_64__)
    if (path == CrcPath::kAvx512) return crc32c_avx512(bytes);
    if (path == CrcPath::kSse42) return crc32c_sse42(bytes);
#endif
    (void)path;
    return crc32c_portable(bytes);
}

uint32_t crc32c(std::span<const std::byte> bytes) {
    static const CrcPath kFastest = available_crc_paths().back();
    return crc32c(bytes, kFastest);
}

}  // namespace sky::offload
