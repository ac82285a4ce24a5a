// Long numbers: N! in base 10,000, all digits.
#include "kernel.h"

enum { BASE = 10000, PLACES = 400 };
INPUT uint32_t input_n = PICK(45, 55, 420, 560);
INPUT uint32_t expected = EXPECTED_FACTORIAL;

static uint32_t digits[PLACES] WORKSPACE;

int main(void) {
    const uint32_t n = input_n;
    uint32_t places = 1;
    digits[0] = 1;
    for (uint32_t factor = 2; factor <= n; ++factor) {
        uint32_t carry = 0;
        for (uint32_t i = 0; i < places; ++i) {
            carry += digits[i] * factor;
            digits[i] = carry % BASE;
            carry /= BASE;
        }
        if (carry) digits[places++] = carry;
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i < places; ++i) sum = kernel_mix(sum, digits[i]);
    return kernel_verdict(sum, expected);
}
