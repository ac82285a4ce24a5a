// Recursion: in how many ways do N queens stand on N rows and columns without seeing each other?
#include "kernel.h"

INPUT int input_n = PICK(5, 6, 9, 10);
INPUT uint32_t expected = EXPECTED_QUEENS;

static uint32_t place(uint32_t all, uint32_t columns, uint32_t left, uint32_t right) {
    if (columns == all) return 1;
    uint32_t ways = 0;
    for (uint32_t free = all & ~(columns | left | right); free; free &= free - 1) {
        const uint32_t here = free & -free;
        ways += place(all, columns | here, (left | here) << 1, (right | here) >> 1);
    }
    return ways;
}

int main(void) { return kernel_verdict(place((1U << input_n) - 1, 0, 0, 0), expected); }
