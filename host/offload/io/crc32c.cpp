#include "host/offload/io/crc32c.hpp"

#include <array>
#include <boost/crc.hpp>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sky::offload {

uint32_t crc32c_portable(std::span<const std::byte> bytes) {
    boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

#if defined(__x86_64__)

namespace {

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
    for (; end - data >= 8; data += 8) crc = step(crc, data);
    for (; data < end; ++data) crc = _mm_crc32_u8(static_cast<uint32_t>(crc), std::to_integer<uint8_t>(*data));
    return static_cast<uint32_t>(crc) ^ 0xffffffff;
}

}  // namespace

uint32_t crc32c(std::span<const std::byte> bytes) {
    static const bool kHasInstruction = __builtin_cpu_supports("sse4.2");
    return kHasInstruction ? crc32c_sse42(bytes) : crc32c_portable(bytes);
}

#else

uint32_t crc32c(std::span<const std::byte> bytes) { return crc32c_portable(bytes); }

#endif

}  // namespace sky::offload
