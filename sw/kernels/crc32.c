// CRC-32 (IEEE 802.3, reflected), half a byte at a time.
#include "kernel.h"

enum { MOST = 16000 };
INPUT uint32_t input_words = PICK(160, 200, 12000, MOST);
INPUT uint32_t expected = EXPECTED_CRC32;

static uint32_t data[MOST] WORKSPACE;

// Entry i is what the polynomial 0xEDB88320 makes of the four bits i.
static const uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
                                   0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
                                   0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};

static uint32_t crc32(const uint8_t* bytes, uint32_t length) {
    uint32_t crc = 0xFFFFFFFF;
    for (; length; --length) {
        crc ^= *bytes++;
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

int main(void) {
    const uint32_t words = input_words;
    kernel_begin();
    for (uint32_t i = 0; i < words; ++i) data[i] = kernel_random();
    return kernel_verdict(crc32((const uint8_t*)data, 4 * words), expected);
}
