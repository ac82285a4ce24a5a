// Edit distance of two strings: dynamic programming over one row.
#include "kernel.h"

enum { MOST_A = 400, MOST_B = 380 };
INPUT uint32_t input_a = PICK(28, 32, 350, MOST_A);
INPUT uint32_t input_b = PICK(30, 26, MOST_B, 330);
INPUT uint32_t input_mask = PICK(3, 7, 3, 7);
INPUT uint32_t expected = EXPECTED_LEVENSHTEIN;

static uint8_t a[MOST_A] WORKSPACE;
static uint8_t b[MOST_B] WORKSPACE;
static uint32_t row[MOST_B + 1] WORKSPACE;

static uint32_t least(uint32_t x, uint32_t y) { return x < y ? x : y; }

int main(void) {
    const uint32_t length_a = input_a;
    const uint32_t length_b = input_b;
    const uint32_t mask = input_mask;
    kernel_begin();
    for (uint32_t i = 0; i < length_a; ++i) a[i] = (uint8_t)((kernel_random() >> 24) & mask);
    for (uint32_t i = 0; i < length_b; ++i) b[i] = (uint8_t)((kernel_random() >> 24) & mask);
    for (uint32_t j = 0; j <= length_b; ++j) row[j] = j;
    for (uint32_t i = 0; i < length_a; ++i) {
        uint32_t corner = i;
        row[0] = i + 1;
        for (uint32_t j = 0; j < length_b; ++j) {
            const uint32_t change = corner + (a[i] != b[j]);
            corner = row[j + 1];
            row[j + 1] = least(change, 1 + least(corner, row[j]));
        }
    }
    uint32_t sum = 0;
    for (uint32_t j = 0; j <= length_b; ++j) sum = kernel_mix(sum, row[j]);
    return kernel_verdict(sum, expected);
}
