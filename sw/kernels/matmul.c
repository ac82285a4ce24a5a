// Product of two square matrices of bytes with sign, sums of 32 bits.
#include "kernel.h"

enum { N = PICK(10, 11, 48, 56) };

static int8_t a[N][N];
static int8_t b[N][N];
static int32_t c[N][N];

int main(void) {
    for (int i = 0; i < N; ++i) {
        for (int j = 0; j < N; ++j) {
            const uint32_t r = kernel_random();
            a[i][j] = (int8_t)(r >> 8);
            b[i][j] = (int8_t)(r >> 16);
        }
    }
    for (int i = 0; i < N; ++i) {
        for (int j = 0; j < N; ++j) {
            int32_t sum = 0;
            for (int k = 0; k < N; ++k) sum += a[i][k] * b[k][j];
            c[i][j] = sum;
        }
    }
    uint32_t sum = 0;
    for (int i = 0; i < N; ++i) {
        for (int j = 0; j < N; ++j) sum = kernel_mix(sum, (uint32_t)c[i][j]);
    }
    return kernel_verdict(sum, EXPECTED_MATMUL);
}
