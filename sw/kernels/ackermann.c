// Recursion, deep: Ackermann's function in Peter's form, and how many calls it takes.
#include "kernel.h"

INPUT uint32_t input_m = PICK(2, 2, 3, 3);
INPUT uint32_t input_n = PICK(5, 7, 5, 6);
INPUT uint32_t expected = EXPECTED_ACKERMANN;

static uint32_t calls;

static __attribute__((noinline)) uint32_t ackermann(uint32_t m, uint32_t n) {
    ++calls;
    if (m == 0) return n + 1;
    if (n == 0) return ackermann(m - 1, 1);
    return ackermann(m - 1, ackermann(m, n - 1));
}

int main(void) {
    const uint32_t m = input_m;
    const uint32_t value = ackermann(m, input_n);
    return kernel_verdict(kernel_mix(value, calls), expected);
}
