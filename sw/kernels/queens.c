// Recursion: in how many ways do N queens stand on N rows and columns without seeing each other?
#include "kernel.h"

enum { N = PICK(5, 6, 9, 10) };

static uint32_t place(uint32_t columns, uint32_t left, uint32_t right) {
    const uint32_t all = (1U << N) - 1;
    if (columns == all) return 1;
    uint32_t ways = 0;
    for (uint32_t free = all & ~(columns | left | right); free; free &= free - 1) {
        const uint32_t here = free & -free;
        ways += place(columns | here, (left | here) << 1, (right | here) >> 1);
    }
    return ways;
}

int main(void) { return kernel_verdict(place(0, 0, 0), EXPECTED_QUEENS); }
