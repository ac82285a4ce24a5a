// Long numbers: N! in base 10,000, all digits.
#include "kernel.h"

enum { N = PICK(45, 55, 420, 560), BASE = 10000, PLACES = PICK(32, 32, 300, 400) };

static uint32_t digits[PLACES];

int main(void) {
    uint32_t places = 1;
    digits[0] = 1;
    for (uint32_t factor = 2; factor <= N; ++factor) {
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
    return kernel_verdict(sum, EXPECTED_FACTORIAL);
}
