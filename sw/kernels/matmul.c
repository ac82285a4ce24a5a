// Product of two square matrices of bytes with sign, sums of 32 bits.
#include "kernel.h"

enum { MOST = 56 };
INPUT int input_n = PICK(10, 11, 48, MOST);
INPUT uint32_t expected = EXPECTED_MATMUL;

static int8_t a[MOST * MOST] WORKSPACE;
static int8_t b[MOST * MOST] WORKSPACE;
static int32_t c[MOST * MOST] WORKSPACE;

int main(void) {
    const int n = input_n;
    kernel_begin();
    for (int i = 0; i < n * n; ++i) {
        const uint32_t r = kernel_random();
        a[i] = (int8_t)(r >> 8);
        b[i] = (int8_t)(r >> 16);
    }
    for (int i = 0; i < n; ++i) {
        for (int j = 0; j < n; ++j) {
            int32_t sum = 0;
            for (int k = 0; k < n; ++k) sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
    }
    uint32_t sum = 0;
    for (int i = 0; i < n * n; ++i) sum = kernel_mix(sum, (uint32_t)c[i]);
    return kernel_verdict(sum, expected);
}
