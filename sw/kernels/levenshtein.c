// Edit distance of two strings: dynamic programming over one row.
#include "kernel.h"

enum { A = PICK(28, 32, 350, 400), B = PICK(30, 26, 380, 330), LETTERS = PICK(3, 7, 3, 7) };

static uint8_t a[A];
static uint8_t b[B];
static uint32_t row[B + 1];

static uint32_t least(uint32_t x, uint32_t y) { return x < y ? x : y; }

int main(void) {
    for (int i = 0; i < A; ++i) a[i] = (uint8_t)((kernel_random() >> 24) & LETTERS);
    for (int i = 0; i < B; ++i) b[i] = (uint8_t)((kernel_random() >> 24) & LETTERS);
    for (uint32_t j = 0; j <= B; ++j) row[j] = j;
    for (uint32_t i = 0; i < A; ++i) {
        uint32_t corner = i;
        row[0] = i + 1;
        for (uint32_t j = 0; j < B; ++j) {
            const uint32_t change = corner + (a[i] != b[j]);
            corner = row[j + 1];
            row[j + 1] = least(change, 1 + least(corner, row[j]));
        }
    }
    uint32_t sum = 0;
    for (int j = 0; j <= B; ++j) sum = kernel_mix(sum, row[j]);
    return kernel_verdict(sum, EXPECTED_LEVENSHTEIN);
}
