// FIR filter: 16 taps, samples and taps in 1.15 fixed point, results rounded and saturated.
#include "kernel.h"

enum { TAPS = 16, N = PICK(80, 96, 8000, 10000) };

static int16_t samples[N + TAPS - 1];
static int16_t taps[TAPS];
static int16_t filtered[N];

int main(void) {
    for (int i = 0; i < TAPS; ++i) taps[i] = (int16_t)((int32_t)kernel_random() >> PICK(18, 17, 18, 17));
    for (int i = 0; i < N + TAPS - 1; ++i) samples[i] = (int16_t)((int32_t)kernel_random() >> 16);
    for (int i = 0; i < N; ++i) {
        int32_t sum = 1 << 14;
        for (int j = 0; j < TAPS; ++j) sum += (samples[i + j] * taps[j]) >> 2;
        sum >>= 13;
        filtered[i] = (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum);
    }
    uint32_t sum = 0;
    for (int i = 0; i < N; ++i) sum = kernel_mix(sum, (uint32_t)filtered[i]);
    return kernel_verdict(sum, EXPECTED_FIR);
}
