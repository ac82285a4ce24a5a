// FIR filter: 16 taps, samples and taps in 1.15 fixed point, results rounded and saturated.
#include "kernel.h"

enum { TAPS = 16, MOST = 10000 };
INPUT int input_n = PICK(80, 96, 8000, MOST);
INPUT int input_shift = PICK(18, 17, 18, 17);
INPUT uint32_t expected = EXPECTED_FIR;

static int16_t samples[MOST + TAPS - 1] WORKSPACE;
static int16_t taps[TAPS] WORKSPACE;
static int16_t filtered[MOST] WORKSPACE;

int main(void) {
    const int n = input_n;
    const int shift = input_shift;
    kernel_begin();
    for (int i = 0; i < TAPS; ++i) taps[i] = (int16_t)((int32_t)kernel_random() >> shift);
    for (int i = 0; i < n + TAPS - 1; ++i) samples[i] = (int16_t)((int32_t)kernel_random() >> 16);
    for (int i = 0; i < n; ++i) {
        int32_t sum = 1 << 14;
        for (int j = 0; j < TAPS; ++j) sum += (samples[i + j] * taps[j]) >> 2;
        sum >>= 13;
        filtered[i] = (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
    }
    uint32_t sum = 0;
    for (int i = 0; i < n; ++i) sum = kernel_mix(sum, (uint32_t)filtered[i]);
    return kernel_verdict(sum, expected);
}
