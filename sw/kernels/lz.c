// LZ decompression: a byte below 128 says how many literals less one follow; another one, how long a match is (low
// bits plus 3), and the next two bytes, low first, how far back it begins less one.
#include "kernel.h"
#include "lz_data.h"

INPUT int input_rounds = PICK(1, 1, 4, 6);
static const uint8_t* const volatile input_packed = lz_packed;
INPUT uint32_t input_packed_bytes = LZ_PACKED_BYTES;
INPUT uint32_t input_plain_bytes = LZ_PLAIN_BYTES;
INPUT uint32_t expected = EXPECTED_LZ;

static uint8_t plain[LZ_MOST_PLAIN] WORKSPACE;

static uint32_t decompress(const uint8_t* in, const uint8_t* end, uint8_t* out) {
    const uint8_t* const start = out;
    while (in < end) {
        uint32_t n = *in++;
        if (n < 128) {
            for (++n; n; --n) *out++ = *in++;
        } else {
            const uint8_t* from = out - 1 - (in[0] | (uint32_t)in[1] << 8);
            in += 2;
            for (n -= 128 - 3; n; --n) *out++ = *from++;
        }
    }
    return (uint32_t)(out - start);
}

// Adler-32 (RFC 1950).
static uint32_t adler32(const uint8_t* bytes, uint32_t length) {
    uint32_t a = 1;
    uint32_t b = 0;
    for (; length; --length) {
        a += *bytes++;
        if (a >= 65521) a -= 65521;
        b += a;
        if (b >= 65521) b -= 65521;
    }
    return b << 16 | a;
}

int main(void) {
    const int rounds = input_rounds;
    const uint8_t* const packed = input_packed;
    const uint8_t* const end = packed + input_packed_bytes;
    uint32_t length = 0;
    for (int i = 0; i < rounds; ++i) length = decompress(packed, end, plain);
    return kernel_verdict(length == input_plain_bytes ? adler32(plain, length) : length, expected);
}
